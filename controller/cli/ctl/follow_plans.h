// `rhumb ctl watch`.
#ifndef RHUMB_CONTROLLER_CLI_CTL_FOLLOW_PLANS_H_
#define RHUMB_CONTROLLER_CLI_CTL_FOLLOW_PLANS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "controller/cli/ctl/ctl_commands.h"

namespace rhumb {

struct FollowOptions {
  bool with_routes = false;
  uint64_t count = 0;  // 0: until stopped
};

// A line a plan, until `count` or a signal (Cancelled). A server that goes away is waited for, for
// the session's timeout.
absl::Status FollowPlans(const CtlSession& session, const FollowOptions& options);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_CTL_FOLLOW_PLANS_H_
