// The frame that the subcommands of `rhumb` share: how a subcommand is declared, run, stopped and
// reported.
//
// A subcommand lives in one file pair, `NAME_command.h/.cc`, which offers `Command NameCommand()`;
// command_table.cc lists it. Results go to stdout, everything else to stderr.
#ifndef RHUMB_CONTROLLER_CLI_FRAME_COMMAND_LINE_H_
#define RHUMB_CONTROLLER_CLI_FRAME_COMMAND_LINE_H_

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

// Help, manual pages and shell completion are made from this and from the options that `define`
// adds. Summaries and the texts of options begin with a capital letter and end without a full stop.
struct Command {
  std::string name;
  std::string summary;  // one line: what it does, as an order ("List the networks")
  // Commands that work as they stand, one a line, shown at the end of `rhumb NAME --help`.
  std::string example;
  // Adds options (and nested subcommands, if any) to `app` and returns what runs when the user
  // chose this subcommand. The options live in whatever the returned function holds.
  std::function<RunCommand(CLI::App& app)> define;
  std::string details = {};  // paragraphs between summary and options, separated by empty lines
  bool hidden = false;       // left out of help, manual and completion
  // Deals with SIGINT and SIGTERM by itself. All others are ended within a second; see
  // controller/terminal/interrupt.h for work that has something to keep.
  bool stops_itself = false;
};

enum ExitCode { kDone = 0, kFailed = 1, kUsage = 2 };  // 128 + signal when it was stopped

// Parses the command line, runs the chosen subcommand, prints what went wrong on stderr and returns
// the exit code.
int RunProgram(int argc, const char* const* argv, const std::vector<Command>& commands);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_FRAME_COMMAND_LINE_H_
