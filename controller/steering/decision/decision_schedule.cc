#include "controller/steering/decision/decision_schedule.h"

#include <algorithm>
#include <utility>

namespace rhumb {

using rhumb::v1::PlanReason;

std::optional<DecisionOrder> DecisionSchedule::Want(PlanReason reason, const DecisionBasis& basis,
                                                    size_t adapters, SteadyTime now) {
  DecisionOrder order;
  // What an operator asked for stays urgent when it joins the answer to a link that returned.
  const bool forced = Forced(reason);
  if (running_) {
    if (reason == rhumb::v1::PLAN_REASON_INTERVAL) {
      running_->again = true;
      return std::nullopt;
    }
    if (running_->reason == rhumb::v1::PLAN_REASON_TOPOLOGY) {
      reason = rhumb::v1::PLAN_REASON_TOPOLOGY;
    }
    if (running_->basis.topology_version != basis.topology_version) {
      order.overtaken_topology = running_->basis.topology_version;
    }
  }
  order.id = ++last_id_;
  order.reason = reason;
  order.forced = forced;
  if (reason == rhumb::v1::PLAN_REASON_TOPOLOGY && failure_unanswered_) {
    order.lead = std::min(options_.max_lead, adapters * options_.lead_per_adapter);
  }
  running_ = RunningDecision{order.id, reason, order.forced, basis, now};
  next_interval_ = now + options_.interval;
  return order;
}

bool DecisionSchedule::Forced(PlanReason reason) const {
  const bool asked =
      reason != rhumb::v1::PLAN_REASON_INTERVAL && reason != rhumb::v1::PLAN_REASON_TOPOLOGY;
  return asked || failure_unanswered_ || (running_ && running_->forced);
}

std::optional<RunningDecision> DecisionSchedule::Finish(uint64_t id) {
  if (!running_ || running_->id != id) return std::nullopt;
  failure_unanswered_ = false;
  decided_ = running_->basis;
  return std::exchange(running_, std::nullopt);
}

bool DecisionSchedule::GiveUpLate(SteadyTime now) {
  if (!running_ || now - running_->since <= options_.deadline) return false;
  running_.reset();
  return true;
}

}  // namespace rhumb
