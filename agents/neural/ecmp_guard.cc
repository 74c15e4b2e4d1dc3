#include "agents/neural/ecmp_guard.h"

#include <algorithm>

#include "agents/baselines/ecmp_plan.h"

namespace rhumb::neural {

void EcmpGuard::SetTopology(const Topology& topology) {
  topology_ = topology;
  trees_.clear();
  plan_.reset();
}

double EcmpGuard::Mlu(const TrafficMatrix& demands) {
  const int nodes = topology_->num_nodes();
  if (trees_.empty()) {
    const std::vector<double> weights = LinkWeights(*topology_, LinkMetric::kInverseCapacity);
    trees_.reserve(nodes);
    for (NodeId v = 0; v < nodes; ++v) {
      trees_.emplace_back(*topology_, weights, v, ShortestPathTree::Direction::kToRoot);
    }
  }
  std::vector<double> load(topology_->num_links(), 0.0), through(nodes);
  for (NodeId destination = 0; destination < nodes; ++destination) {
    for (NodeId v = 0; v < nodes; ++v) {
      through[v] = v == destination ? 0.0 : demands.rate_bps(v, destination);
    }
    const ShortestPathTree& tree = trees_[destination];
    // Farthest first: what passes through a node is complete when it is split.
    for (size_t i = tree.order().size(); i-- > 1;) {
      const NodeId v = tree.order()[i];
      if (through[v] <= 0) continue;
      const absl::Span<const LinkId> next_hops = tree.dag_links(v);
      const double share = through[v] / static_cast<double>(next_hops.size());
      for (LinkId link : next_hops) {
        load[link] += share;
        through[topology_->link(link).destination] += share;
      }
    }
  }
  return MaxLinkUtilization(*topology_, load);
}

const RoutingPlan& EcmpGuard::Plan() {
  if (!plan_) plan_ = EcmpPlan(*topology_, LinkMetric::kInverseCapacity);
  return *plan_;
}

}  // namespace rhumb::neural
