#include "controller/steering/settings/rollback_request.h"

#include "absl/strings/str_format.h"
#include "controller/steering/guard/plan_rules.h"
#include "controller/steering/plan/request_error.h"
#include "controller/steering/settings/operator_rules.h"
#include "topologies/formats/proto_time.h"

namespace rhumb {
namespace {

constexpr absl::Duration kDefaultConfirm = absl::Minutes(10);
constexpr absl::Duration kShortestConfirm = absl::Seconds(10);

absl::Status CheckUsable(const LivePlan& target, const Topology& topology) {
  if (!target.topology.SameStructure(topology)) {
    return absl::FailedPreconditionError("it is for another topology");
  }
  return CheckSafe(topology, target.plan);
}

}  // namespace

absl::StatusOr<Rollback> ReadRollback(const rhumb::v1::RollbackPlanRequest& request,
                                      const TopologyState& topology, const PlanHistory& plans) {
  if (auto status = CheckComment(request.comment()); !status.ok()) return status;
  if (!topology.known()) return NoTopologyError();
  Rollback rollback;
  rollback.confirm_within =
      request.has_confirm_within() ? FromProto(request.confirm_within()) : kDefaultConfirm;
  if (rollback.confirm_within < kShortestConfirm || rollback.confirm_within > kLongestConfirm) {
    return FieldError(
        "confirm_within",
        absl::StrFormat("%s; give 10s to 24h", absl::FormatDuration(rollback.confirm_within)));
  }
  rollback.target = plans.Find(request.plan_version());
  if (rollback.target == nullptr) {
    return AboutField("plan_version",
                      absl::NotFoundError(absl::StrFormat(
                          "plan %d is not kept; the kept ones are %d to %d", request.plan_version(),
                          plans.first_version(), plans.last_version())));
  }
  if (auto status = CheckUsable(*rollback.target, topology.snapshot()); !status.ok()) {
    return RequestError(absl::StatusCode::kFailedPrecondition, rhumb::v1::ERROR_REASON_UNSAFE,
                        absl::StrFormat("the plan is not safe now: %s", status.message()));
  }
  return rollback;
}

}  // namespace rhumb
