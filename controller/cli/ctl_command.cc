#include "controller/cli/ctl_command.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "controller/cli/ctl/ctl_commands.h"
#include "controller/cli/frame/client_flags.h"
#include "controller/cli/frame/nested_commands.h"

namespace rhumb {

Command CtlCommand() {
  return {"ctl", "Ask and instruct a running rhumb serve", "rhumb ctl status", [](CLI::App& app) {
            auto session = std::make_shared<CtlSession>();
            AddClientOptions(app, &session->client);
            AddOutputOption(app, &session->output);
            std::vector<Command> commands = QuestionCommands(session);
            for (Command& command : SettingCommands(session)) {
              commands.push_back(std::move(command));
            }
            for (Command& command : commands) {
              command.define = [define = command.define](CLI::App& sub) {
                // --server and --output may stand on either side of the subcommand.
                sub.fallthrough();
                return define(sub);
              };
            }
            return DefineNested(app, commands);
          }};
}

}  // namespace rhumb
