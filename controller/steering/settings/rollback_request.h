// Going back to a plan of before: may it be done, and for how long.
#ifndef RHUMB_CONTROLLER_STEERING_SETTINGS_ROLLBACK_REQUEST_H_
#define RHUMB_CONTROLLER_STEERING_SETTINGS_ROLLBACK_REQUEST_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "controller/steering/plan/live_plan.h"
#include "controller/steering/state/plan_history.h"
#include "controller/steering/state/topology_state.h"
#include "rhumb/v1/north.pb.h"

namespace rhumb {

// What may be asked for of the time to confirm.
inline constexpr absl::Duration kLongestConfirm = absl::Hours(24);

struct Rollback {
  LivePlanPtr target;
  absl::Duration confirm_within;
};

// InvalidArgument or NotFound, naming the field; FailedPrecondition without a topology, or (UNSAFE)
// when the plan would break a rule of the guard on the network as it is now.
absl::StatusOr<Rollback> ReadRollback(const rhumb::v1::RollbackPlanRequest& request,
                                      const TopologyState& topology, const PlanHistory& plans);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_SETTINGS_ROLLBACK_REQUEST_H_
