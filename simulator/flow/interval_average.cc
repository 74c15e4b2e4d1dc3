#include "simulator/flow/interval_average.h"

#include <algorithm>
#include <utility>

namespace rhumb {
namespace {

constexpr double kTailShare = 0.99;

// Smallest delay that at least `share` of the delivered bits do not exceed. Reorders `deliveries`.
double WeightedPercentile(std::vector<PathDelivery>* deliveries, double share) {
  std::sort(deliveries->begin(), deliveries->end(),
            [](const PathDelivery& a, const PathDelivery& b) { return a.delay_s < b.delay_s; });
  double total = 0;
  for (const PathDelivery& d : *deliveries) total += d.delivered_bps;
  double below = 0;
  for (const PathDelivery& d : *deliveries) {
    below += d.delivered_bps;
    if (below >= share * total) return d.delay_s;
  }
  return 0;
}

}  // namespace

void IntervalAverage::Start(const RoutingPlan& plan, const Topology& topology) {
  first_paths_ = plan.shared_paths();
  sum_ = Measurements();
  sum_.links.resize(topology.num_links());
  sum_.demands.resize(plan.paths().num_pairs());
  deliveries_.clear();
}

void IntervalAverage::Add(const RoutingPlan& plan, const TrafficMatrix& demands,
                          const FlowState& state, double seconds) {
  sum_.window_s += seconds;
  for (size_t l = 0; l < state.links.size(); ++l) {
    const LinkMeasurement& link = state.links[l];
    LinkMeasurement& sum = sum_.links[l];
    sum.offered_bps += link.offered_bps * seconds;
    sum.carried_bps += link.carried_bps * seconds;
    sum.utilization += link.utilization * seconds;
    sum.queueing_delay_s += link.queueing_delay_s * link.carried_bps * seconds;
  }
  AddDemands(plan, demands, state, seconds);
  sum_.offered_bps += state.offered_bps * seconds;
  sum_.goodput_bps += state.delivered_bps * seconds;
  sum_.unrouted_bps += state.unrouted_bps * seconds;
  for (const PathDelivery& path : state.paths) {
    if (path.delivered_bps == 0) continue;
    deliveries_.push_back({path.delivered_bps * seconds, path.delay_s});
    sum_.mean_delay_s += path.delivered_bps * seconds * path.delay_s;
  }
}

void IntervalAverage::AddDemands(const RoutingPlan& plan, const TrafficMatrix& demands,
                                 const FlowState& state, double seconds) {
  for (int i = 0; i < first_paths_->num_pairs(); ++i) {
    const NodePair pair = first_paths_->pair(i);
    DemandMeasurement& sum = sum_.demands[i];
    sum.offered_bps += demands.rate_bps(pair.source, pair.destination) * seconds;
    int index = i;
    if (plan.shared_paths() != first_paths_) {
      const auto found = plan.paths().Find(pair.source, pair.destination);
      if (!found) continue;  // the plan in force leaves the pair out: offered, not delivered
      index = *found;
    }
    const DemandMeasurement& demand = state.demands[index];
    sum.delivered_bps += demand.delivered_bps * seconds;
    sum.delay_s += demand.delay_s * demand.delivered_bps * seconds;
  }
}

Measurements IntervalAverage::Finish() {
  const double seconds = sum_.window_s;
  for (LinkMeasurement& link : sum_.links) {
    if (link.carried_bps > 0) link.queueing_delay_s /= link.carried_bps;
    if (link.offered_bps > 0) {
      link.loss_ratio = std::max(0.0, 1 - link.carried_bps / link.offered_bps);
    }
    link.offered_bps /= seconds;
    link.carried_bps /= seconds;
    link.utilization /= seconds;
    sum_.mlu = std::max(sum_.mlu, link.utilization);
  }
  for (DemandMeasurement& demand : sum_.demands) {
    if (demand.delivered_bps > 0) demand.delay_s /= demand.delivered_bps;
    if (demand.offered_bps > 0) {
      demand.loss_ratio = std::max(0.0, 1 - demand.delivered_bps / demand.offered_bps);
    }
    demand.offered_bps /= seconds;
    demand.delivered_bps /= seconds;
  }
  if (sum_.goodput_bps > 0) sum_.mean_delay_s /= sum_.goodput_bps;
  sum_.mean_packet_delay_s = sum_.mean_delay_s;
  if (sum_.offered_bps > 0) {
    sum_.loss_ratio = std::max(0.0, 1 - sum_.goodput_bps / sum_.offered_bps);
  }
  sum_.p99_delay_s = WeightedPercentile(&deliveries_, kTailShare);
  sum_.offered_bps /= seconds;
  sum_.goodput_bps /= seconds;
  sum_.unrouted_bps /= seconds;
  return std::move(sum_);
}

}  // namespace rhumb
