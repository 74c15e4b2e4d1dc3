// What operators ask of the controller: one method a request of rhumb/v1/north.proto that changes
// something, and what they are shown. Questions that need a policy are in ../questions/.
#ifndef RHUMB_CONTROLLER_STEERING_DECISION_NORTH_REQUESTS_H_
#define RHUMB_CONTROLLER_STEERING_DECISION_NORTH_REQUESTS_H_

#include <string>

#include "absl/status/statusor.h"
#include "controller/steering/decision/steering.h"
#include "controller/steering/decision/steering_state.h"
#include "controller/steering/questions/live_view.h"
#include "rhumb/v1/north.pb.h"

namespace rhumb {

// Owned by the control thread. A request that fails leaves everything unchanged. What it costs is
// what Steering's answer to it costs.
class NorthRequests {
 public:
  // Both outlive this.
  NorthRequests(SteeringState* state, Steering* steering) : s_(*state), steering_(*steering) {}

  absl::StatusOr<rhumb::v1::SettingResponse> DrainLink(const rhumb::v1::DrainLinkRequest& request,
                                                       const std::string& who);
  absl::StatusOr<rhumb::v1::SettingResponse> UndrainLink(
      const rhumb::v1::UndrainLinkRequest& request, const std::string& who);
  // The policy was loaded before, so it exists.
  absl::StatusOr<rhumb::v1::SettingResponse> SetPolicy(const rhumb::v1::SetPolicyRequest& request,
                                                       const std::string& who);
  absl::StatusOr<rhumb::v1::SettingResponse> PinDemand(const rhumb::v1::PinDemandRequest& request,
                                                       const std::string& who);
  absl::StatusOr<rhumb::v1::RollbackPlanResponse> RollbackPlan(
      const rhumb::v1::RollbackPlanRequest& request, const std::string& who);
  absl::StatusOr<rhumb::v1::SettingResponse> ConfirmRollback(
      const rhumb::v1::ConfirmRollbackRequest& request, const std::string& who);

  // Without the version of the program and the health of the store, which the caller knows.
  rhumb::v1::ControllerStatus GetStatus() const;
  LiveView View() const;

 private:
  rhumb::v1::SettingResponse Answer(bool changed) const;

  SteeringState& s_;
  Steering& steering_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_DECISION_NORTH_REQUESTS_H_
