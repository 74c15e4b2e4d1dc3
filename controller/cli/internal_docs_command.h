// `rhumb internal-docs`: what the installation and the completion scripts ask of the program.
#ifndef RHUMB_CONTROLLER_CLI_INTERNAL_DOCS_COMMAND_H_
#define RHUMB_CONTROLLER_CLI_INTERNAL_DOCS_COMMAND_H_

#include "controller/cli/frame/command_line.h"

namespace rhumb {

// Not shown in help.
Command InternalDocsCommand();

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_INTERNAL_DOCS_COMMAND_H_
