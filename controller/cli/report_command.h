// `rhumb report`: shows a run again, or compares two.
#ifndef RHUMB_CONTROLLER_CLI_REPORT_COMMAND_H_
#define RHUMB_CONTROLLER_CLI_REPORT_COMMAND_H_

#include "controller/cli/frame/command_line.h"

namespace rhumb {

Command ReportCommand();

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_REPORT_COMMAND_H_
