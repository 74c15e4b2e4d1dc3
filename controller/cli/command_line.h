// The frame that the subcommands of `rhumb` share: how a subcommand is declared, run and reported.
//
// A subcommand lives in one file pair, `NAME_command.h/.cc`, which offers `Command NameCommand()`;
// the table in main.cc lists it. Results go to stdout, everything else to stderr.
#ifndef RHUMB_CONTROLLER_CLI_COMMAND_LINE_H_
#define RHUMB_CONTROLLER_CLI_COMMAND_LINE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace CLI {
class App;
}

namespace rhumb {

// Runs a subcommand after its options were parsed.
using RunCommand = std::function<absl::Status()>;

struct Command {
  std::string name;
  std::string summary;  // one line of `rhumb --help`
  std::string
      example;  // a command that works as it stands, shown at the end of `rhumb NAME --help`
  // Adds options (and nested subcommands, if any) to `app` and returns what runs when the user
  // chose this subcommand. The options live in whatever the returned function holds.
  std::function<RunCommand(CLI::App& app)> define;
};

enum ExitCode { kDone = 0, kFailed = 1, kUsage = 2 };

// Parses the command line, runs the chosen subcommand, prints what went wrong on stderr and returns
// the exit code.
int RunProgram(int argc, const char* const* argv, const std::vector<Command>& commands);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_COMMAND_LINE_H_
