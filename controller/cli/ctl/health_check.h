// `rhumb ctl health`: the standard health protocol, as a load balancer asks it.
#ifndef RHUMB_CONTROLLER_CLI_CTL_HEALTH_CHECK_H_
#define RHUMB_CONTROLLER_CLI_CTL_HEALTH_CHECK_H_

#include "absl/status/status.h"
#include "controller/cli/ctl/ctl_commands.h"

namespace rhumb {

// OK when the server says SERVING; FailedPrecondition otherwise.
absl::Status CheckHealth(const CtlSession& session);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_CTL_HEALTH_CHECK_H_
