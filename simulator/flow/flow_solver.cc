#include "simulator/flow/flow_solver.h"

#include <algorithm>
#include <cmath>

#include "simulator/flow/finite_queue.h"

namespace rhumb {
namespace {

constexpr int kPlainIterations =
    20;  // enough for every network whose losses do not depend on each other in a circle
constexpr int kMaxIterations = 200;
constexpr double kTolerance = 1e-10;  // of a link's capacity

}  // namespace

const FlowState& FlowSolver::Solve(const Topology& topology, const RoutingPlan& plan,
                                   const TrafficMatrix& demands) {
  PrepareLinks(topology);
  PutDemandsOnPaths(topology, plan, demands);
  ThinAlongPaths(plan.paths());
  SumUp(topology, plan, demands);
  return state_;
}

void FlowSolver::PrepareLinks(const Topology& topology) {
  const int m = topology.num_links();
  capacity_bps_.resize(m);
  transmission_s_.resize(m);
  slots_.resize(m);
  const double packet_bits = 8 * options_.mean_packet_bytes;
  const double buffer_s = absl::ToDoubleSeconds(options_.buffer_time);
  for (LinkId l = 0; l < m; ++l) {
    capacity_bps_[l] = topology.link(l).capacity_bps;
    transmission_s_[l] = packet_bits / capacity_bps_[l];
    // The packet on the wire does not occupy the buffer.
    slots_[l] = 1 + std::max(1.0, std::floor(buffer_s / transmission_s_[l]));
  }
}

void FlowSolver::PutDemandsOnPaths(const Topology& topology, const RoutingPlan& plan,
                                   const TrafficMatrix& demands) {
  const PathSet& paths = plan.paths();
  path_rate_bps_.assign(paths.num_paths(), 0.0);
  arrival_bps_.assign(topology.num_links(), 0.0);
  for (int i = 0; i < paths.num_pairs(); ++i) {
    const NodePair pair = paths.pair(i);
    const double rate = demands.rate_bps(pair.source, pair.destination);
    if (rate == 0) continue;
    const PathSet::Range range = paths.paths_of(i);
    for (int p = range.begin; p < range.end; ++p) {
      const double flow = rate * plan.ratios()[p];
      if (flow == 0 || !IsUsable(topology, paths.links(p))) continue;
      path_rate_bps_[p] = flow;
      for (LinkId l : paths.links(p)) arrival_bps_[l] += flow;
    }
  }
  state_.links.assign(topology.num_links(), LinkMeasurement());
  for (LinkId l = 0; l < topology.num_links(); ++l) {
    state_.links[l].utilization = arrival_bps_[l] / capacity_bps_[l];
  }
}

void FlowSolver::UpdateQueues() {
  for (size_t l = 0; l < pass_.size(); ++l) {
    const QueueBehaviour queue = FiniteQueue(arrival_bps_[l] / capacity_bps_[l], slots_[l]);
    pass_[l] = 1 - queue.loss_ratio;
    state_.links[l].loss_ratio = queue.loss_ratio;
    state_.links[l].queueing_delay_s = queue.wait_packets * transmission_s_[l];
  }
}

// What a link drops does not arrive downstream, where less is dropped then: a fixed point. Plain
// iteration settles it after as many rounds as the longest chain of lossy links; losses that depend
// on each other in a circle may swing, so later rounds are averaged.
void FlowSolver::ThinAlongPaths(const PathSet& paths) {
  pass_.assign(arrival_bps_.size(), 1.0);
  for (int iteration = 0; iteration < kMaxIterations; ++iteration) {
    UpdateQueues();
    next_bps_.assign(arrival_bps_.size(), 0.0);
    for (int p = 0; p < paths.num_paths(); ++p) {
      double rate = path_rate_bps_[p];
      if (rate == 0) continue;
      for (LinkId l : paths.links(p)) {
        next_bps_[l] += rate;
        rate *= pass_[l];
      }
    }
    double change = 0;
    for (size_t l = 0; l < next_bps_.size(); ++l) {
      change = std::max(change, std::abs(next_bps_[l] - arrival_bps_[l]) / capacity_bps_[l]);
      arrival_bps_[l] =
          iteration < kPlainIterations ? next_bps_[l] : (arrival_bps_[l] + next_bps_[l]) / 2;
    }
    if (change < kTolerance) break;
  }
  UpdateQueues();
}

void FlowSolver::SumUp(const Topology& topology, const RoutingPlan& plan,
                       const TrafficMatrix& demands) {
  const PathSet& paths = plan.paths();
  hop_delay_s_.resize(arrival_bps_.size());
  for (LinkId l = 0; l < topology.num_links(); ++l) {
    LinkMeasurement& link = state_.links[l];
    link.offered_bps = arrival_bps_[l];
    link.carried_bps = arrival_bps_[l] * pass_[l];
    hop_delay_s_[l] = absl::ToDoubleSeconds(topology.link(l).propagation_delay) +
                      link.queueing_delay_s + transmission_s_[l];
  }
  state_.demands.assign(paths.num_pairs(), DemandMeasurement());
  state_.paths.assign(paths.num_paths(), PathDelivery());
  state_.delivered_bps = 0;
  double routed_bps = 0;
  for (int i = 0; i < paths.num_pairs(); ++i) {
    const NodePair pair = paths.pair(i);
    DemandMeasurement& demand = state_.demands[i];
    demand.offered_bps = demands.rate_bps(pair.source, pair.destination);
    if (demand.offered_bps == 0) continue;
    const PathSet::Range range = paths.paths_of(i);
    for (int p = range.begin; p < range.end; ++p) {
      if (path_rate_bps_[p] == 0) continue;
      PathDelivery& path = state_.paths[p];
      path.delivered_bps = path_rate_bps_[p];
      for (LinkId l : paths.links(p)) {
        path.delivered_bps *= pass_[l];
        path.delay_s += hop_delay_s_[l];
      }
      routed_bps += path_rate_bps_[p];
      demand.delivered_bps += path.delivered_bps;
      demand.delay_s += path.delivered_bps * path.delay_s;
    }
    if (demand.delivered_bps > 0) demand.delay_s /= demand.delivered_bps;
    demand.loss_ratio = std::max(0.0, 1 - demand.delivered_bps / demand.offered_bps);
    state_.delivered_bps += demand.delivered_bps;
  }
  state_.offered_bps = demands.total_bps();
  // Sums in different orders differ by rounding; only a real remainder counts as unrouted.
  const double unrouted = state_.offered_bps - routed_bps;
  state_.unrouted_bps = unrouted > 1e-9 * state_.offered_bps ? unrouted : 0;
}

}  // namespace rhumb
