// Subcommands of a subcommand, as in `rhumb topo list`.
#ifndef RHUMB_CONTROLLER_CLI_FRAME_NESTED_COMMANDS_H_
#define RHUMB_CONTROLLER_CLI_FRAME_NESTED_COMMANDS_H_

#include <vector>

#include "controller/cli/frame/command_line.h"

namespace rhumb {

struct AddedCommand {
  CLI::App* app;  // owned by the app it was added to
  RunCommand run;
};

// Adds `command` below `parent`, with all that help needs.
AddedCommand AddCommand(CLI::App& parent, const Command& command);

// Adds `commands` below `app`, exactly one of which must be chosen, and returns what runs the
// chosen one.
RunCommand DefineNested(CLI::App& app, const std::vector<Command>& commands);

// --output table|json into `output`, which starts as "table".
void AddOutputOption(CLI::App& app, std::string* output);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_FRAME_NESTED_COMMANDS_H_
