// The program `rhumb`: one subcommand a file, listed in one table.
#include "controller/cli/command_line.h"
#include "controller/cli/ctl_command.h"
#include "controller/cli/replay_command.h"
#include "controller/cli/serve_command.h"
#include "controller/cli/serve_sim_command.h"
#include "controller/cli/simulate_network_command.h"
#include "controller/cli/token_command.h"
#include "controller/cli/topo_command.h"
#include "controller/cli/traffic_command.h"
#include "controller/cli/train_command.h"

int main(int argc, char** argv) {
  const std::vector<rhumb::Command> commands = {
      rhumb::ReplayCommand(),          rhumb::TrainCommand(),
      rhumb::ServeCommand(),           rhumb::CtlCommand(),
      rhumb::SimulateNetworkCommand(), rhumb::ServeSimCommand(),
      rhumb::TokenCommand(),           rhumb::TopoCommand(),
      rhumb::TrafficCommand(),
  };
  return rhumb::RunProgram(argc, argv, commands);
}
