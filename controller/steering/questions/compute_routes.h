// What would a policy do on this network with these demands: nothing of it need be ours.
#ifndef RHUMB_CONTROLLER_STEERING_QUESTIONS_COMPUTE_ROUTES_H_
#define RHUMB_CONTROLLER_STEERING_QUESTIONS_COMPUTE_ROUTES_H_

#include <string>

#include "absl/status/statusor.h"
#include "controller/steering/questions/policy_cache.h"
#include "controller/steering/state/topology_limits.h"
#include "rhumb/v1/north.pb.h"

namespace rhumb {

// `default_policy` answers requests that name none. InvalidArgument or NotFound, naming the field.
// A pure function of the request; costs a decision of the policy and, the first time that a network
// is asked about, its candidate paths.
absl::StatusOr<rhumb::v1::ComputeRoutesResponse> ComputeRoutes(
    const rhumb::v1::ComputeRoutesRequest& request, const TopologyLimits& limits,
    const std::string& default_policy, PolicyCache* policies);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_QUESTIONS_COMPUTE_ROUTES_H_
