#include "controller/steering/decision/north_requests.h"

#include "controller/steering/decision/status_report.h"
#include "controller/steering/settings/rollback_request.h"
#include "topologies/formats/proto_time.h"

namespace rhumb {

absl::StatusOr<rhumb::v1::SettingResponse> NorthRequests::DrainLink(
    const rhumb::v1::DrainLinkRequest& request, const std::string& who) {
  const absl::StatusOr<bool> changed = s_.rules.DrainLink(request, who);
  if (!changed.ok()) return changed.status();
  if (*changed) steering_.TopologyChanged();
  return Answer(*changed);
}

absl::StatusOr<rhumb::v1::SettingResponse> NorthRequests::UndrainLink(
    const rhumb::v1::UndrainLinkRequest& request, const std::string& who) {
  const absl::StatusOr<bool> changed = s_.rules.UndrainLink(request, who);
  if (!changed.ok()) return changed.status();
  if (*changed) steering_.TopologyChanged();
  return Answer(*changed);
}

absl::StatusOr<rhumb::v1::SettingResponse> NorthRequests::SetPolicy(
    const rhumb::v1::SetPolicyRequest& request, const std::string& who) {
  const absl::StatusOr<bool> changed = s_.rules.SetPolicy(request, who);
  if (!changed.ok()) return changed.status();
  if (*changed) steering_.SettingChanged();
  return Answer(*changed);
}

absl::StatusOr<rhumb::v1::SettingResponse> NorthRequests::PinDemand(
    const rhumb::v1::PinDemandRequest& request, const std::string& who) {
  const absl::StatusOr<bool> changed = s_.rules.PinDemand(request, who);
  if (!changed.ok()) return changed.status();
  if (*changed) steering_.SettingChanged();
  return Answer(*changed);
}

absl::StatusOr<rhumb::v1::RollbackPlanResponse> NorthRequests::RollbackPlan(
    const rhumb::v1::RollbackPlanRequest& request, const std::string& who) {
  const absl::StatusOr<Rollback> rollback = ReadRollback(request, s_.topology, s_.plans);
  if (!rollback.ok()) return rollback.status();
  const LivePlanPtr plan = steering_.GoBackTo(*rollback->target, who);
  const absl::Time confirm_before = s_.rules.Hold(rollback->confirm_within, request, who);
  rhumb::v1::RollbackPlanResponse response;
  *response.mutable_plan() = plan->header;
  *response.mutable_confirm_before() = ToTimestamp(confirm_before);
  return response;
}

absl::StatusOr<rhumb::v1::SettingResponse> NorthRequests::ConfirmRollback(
    const rhumb::v1::ConfirmRollbackRequest& request, const std::string& who) {
  if (auto status = s_.rules.ConfirmHold(request, who); !status.ok()) return status;
  return Answer(true);
}

rhumb::v1::ControllerStatus NorthRequests::GetStatus() const { return MakeStatus(s_); }
LiveView NorthRequests::View() const { return MakeView(s_); }

rhumb::v1::SettingResponse NorthRequests::Answer(bool changed) const {
  rhumb::v1::SettingResponse response;
  response.set_topology_version(s_.topology_version());
  response.set_changed(changed);
  return response;
}

}  // namespace rhumb
