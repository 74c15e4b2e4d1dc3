#include "controller/cli/command_table.h"

#include "controller/cli/completion_command.h"
#include "controller/cli/ctl_command.h"
#include "controller/cli/help_command.h"
#include "controller/cli/internal_docs_command.h"
#include "controller/cli/replay_command.h"
#include "controller/cli/report_command.h"
#include "controller/cli/serve_command.h"
#include "controller/cli/serve_sim_command.h"
#include "controller/cli/simulate_network_command.h"
#include "controller/cli/token_command.h"
#include "controller/cli/topo_command.h"
#include "controller/cli/traffic_command.h"
#include "controller/cli/train_command.h"

namespace rhumb {

std::vector<Command> AllCommands() {
  return {
      ReplayCommand(),       ReportCommand(),          TrainCommand(),      ServeCommand(),
      CtlCommand(),          SimulateNetworkCommand(), ServeSimCommand(),   TokenCommand(),
      TopoCommand(),         TrafficCommand(),         CompletionCommand(), HelpCommand(),
      InternalDocsCommand(),
  };
}

}  // namespace rhumb
