#include "controller/steering/state/plan_history.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "topologies/formats/proto_conversion.h"
#include "topologies/formats/proto_time.h"

namespace rhumb {

absl::StatusOr<LivePlanPtr> PlanHistory::Restore(const rhumb::v1::LivePlan& stored,
                                                 const Topology& topology) {
  rhumb::v1::RoutingPlan routes;
  routes.set_topology_version(stored.header().topology_version());
  *routes.mutable_routes() = stored.routes();
  absl::StatusOr<RoutingPlan> plan = FromProto(routes, topology);
  if (!plan.ok()) return plan.status();
  plans_.push_back(
      std::make_shared<LivePlan>(LivePlan{stored.header(), *std::move(plan), topology, ""}));
  return plans_.back();
}

LivePlanPtr PlanHistory::Add(const RoutingPlan& plan, const Topology& topology,
                             rhumb::v1::PlanHeader header, std::string policy_note) {
  header.set_plan_version(versions_.Next());
  header.set_topology_version(topology.version());
  RoutingPlan on_topology = plan.WithTopologyVersion(topology.version());
  header.set_routes_digest(RoutesDigest(topology, on_topology));
  plans_.push_back(std::make_shared<LivePlan>(
      LivePlan{std::move(header), std::move(on_topology), topology, std::move(policy_note)}));
  while (plans_.size() > kept_) plans_.pop_front();
  change_->plans.push_back(plans_.back());
  return plans_.back();
}

std::vector<EarlierPlan> PlanHistory::BeforeLatest(size_t most) const {
  std::vector<EarlierPlan> earlier;
  const size_t count = plans_.empty() ? 0 : plans_.size() - 1;
  for (size_t i = count - std::min(count, most); i < count; ++i) {
    const rhumb::v1::PlanHeader& header = plans_[i]->header;
    earlier.push_back(
        {header.plan_version(), header.reason(), header.model(), FromProto(header.decided_at())});
  }
  return earlier;
}

std::optional<RoutingPlan> PlanHistory::InForce(const Topology& topology) const {
  if (plans_.empty() || !plans_.back()->topology.SameStructure(topology)) return std::nullopt;
  return plans_.back()->plan;
}

LivePlanPtr PlanHistory::Find(uint64_t version) const {
  const auto found = std::find_if(plans_.begin(), plans_.end(), [&](const LivePlanPtr& plan) {
    return plan->version() == version;
  });
  return found == plans_.end() ? nullptr : *found;
}

int PlanHistory::CountAfter(uint64_t version) const {
  return static_cast<int>(std::count_if(plans_.begin(), plans_.end(), [&](const LivePlanPtr& plan) {
    return plan->version() > version;
  }));
}

}  // namespace rhumb
