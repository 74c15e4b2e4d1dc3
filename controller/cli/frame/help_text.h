// The text of `rhumb COMMAND --help`.
#ifndef RHUMB_CONTROLLER_CLI_FRAME_HELP_TEXT_H_
#define RHUMB_CONTROLLER_CLI_FRAME_HELP_TEXT_H_

#include <string>

#include "controller/cli/frame/command_page.h"

namespace rhumb {

// At most 80 columns where words allow, examples as they are; no blank ends a line, a line feed
// ends the text.
std::string HelpText(const CommandPage& page);

// The help of an option with what goes without saying in a usage line: default, environment,
// required, repeatable. "Longest wait for an answer (default: 10s)".
std::string FullHelp(const OptionText& option);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_FRAME_HELP_TEXT_H_
