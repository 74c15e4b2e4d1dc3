// Shell completion, from the same description as help.
#ifndef RHUMB_CONTROLLER_CLI_FRAME_COMPLETION_SCRIPT_H_
#define RHUMB_CONTROLLER_CLI_FRAME_COMPLETION_SCRIPT_H_

#include <string>

#include "controller/cli/frame/command_page.h"

namespace rhumb {

// A script for bash 4 or later, for a shell to source; it needs no other package. Words that depend
// on what is installed are asked of the program itself (`rhumb internal-docs words`).
std::string BashCompletion(const CommandPage& root);

// The same for zsh, as a file `_rhumb` on $fpath or to be sourced after compinit; shows the texts
// of help beside commands and options.
std::string ZshCompletion(const CommandPage& root);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_FRAME_COMPLETION_SCRIPT_H_
