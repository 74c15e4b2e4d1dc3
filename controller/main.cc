// The program `rhumb`: one subcommand a file, listed in one table.
#include "controller/command_line.h"
#include "controller/ctl_command.h"
#include "controller/replay_command.h"
#include "controller/serve_command.h"
#include "controller/serve_sim_command.h"
#include "controller/simulate_network_command.h"
#include "controller/token_command.h"
#include "controller/topo_command.h"
#include "controller/traffic_command.h"
#include "controller/train_command.h"

int main(int argc, char** argv) {
  const std::vector<rhumb::Command> commands = {
      rhumb::ReplayCommand(),
      rhumb::TrainCommand(),
      rhumb::ServeCommand(),
      rhumb::CtlCommand(),
      rhumb::SimulateNetworkCommand(),
      rhumb::ServeSimCommand(),
      rhumb::TokenCommand(),
      rhumb::TopoCommand(),
      rhumb::TrafficCommand(),
  };
  return rhumb::RunProgram(argc, argv, commands);
}
