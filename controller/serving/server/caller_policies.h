// The policies that callers of the API may name.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_CALLER_POLICIES_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_CALLER_POLICIES_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "controller/steering/decision/decision_worker.h"

namespace rhumb {

// Shipped ones, and the one in the configuration. A path would let callers make this process open
// any file: InvalidArgument.
inline PolicyFactory ForCallers(PolicyFactory policies, std::string configured) {
  return [policies = std::move(policies), configured = std::move(configured)](
             absl::string_view spec) -> absl::StatusOr<std::unique_ptr<RoutingPolicy>> {
    if (spec != configured && absl::StrContains(spec, '/')) {
      return absl::InvalidArgumentError(
          "a policy over the API may not name a file; name a shipped one, or set decision.policy "
          "in the configuration of the controller");
    }
    return policies(spec);
  };
}

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_CALLER_POLICIES_H_
