#include "agents/neural/ecmp_guard.h"

#include <algorithm>
#include <numeric>

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
  GroupByDestination(demands);
  std::vector<double> load(topology_->num_links(), 0.0), through(nodes);
  for (NodeId destination = 0; destination < nodes; ++destination) {
    const int begin = destination_begin_[destination], end = destination_begin_[destination + 1];
    if (begin == end) continue;
    std::fill(through.begin(), through.end(), 0.0);
    for (int i = begin; i < end; ++i)
      through[by_destination_[i].source] = by_destination_[i].rate_bps;
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

// Walks the matrix in the order in which it is stored: column by column, every number of a large
// one would miss the cache.
void EcmpGuard::GroupByDestination(const TrafficMatrix& demands) {
  const int nodes = demands.num_nodes();
  const absl::Span<const double> rates = demands.rates_bps();
  destination_begin_.assign(nodes + 1, 0);
  for (NodeId s = 0; s < nodes; ++s) {
    const double* row = rates.data() + static_cast<size_t>(s) * nodes;
    for (NodeId d = 0; d < nodes; ++d) destination_begin_[d + 1] += row[d] > 0 && s != d ? 1 : 0;
  }
  std::partial_sum(destination_begin_.begin(), destination_begin_.end(),
                   destination_begin_.begin());
  by_destination_.resize(destination_begin_.back());
  std::vector<int> next(destination_begin_.begin(), destination_begin_.end() - 1);
  for (NodeId s = 0; s < nodes; ++s) {
    const double* row = rates.data() + static_cast<size_t>(s) * nodes;
    for (NodeId d = 0; d < nodes; ++d) {
      if (row[d] > 0 && s != d) by_destination_[next[d]++] = {s, row[d]};
    }
  }
}

const RoutingPlan& EcmpGuard::Plan() {
  if (!plan_) plan_ = EcmpPlan(*topology_, LinkMetric::kInverseCapacity);
  return *plan_;
}

}  // namespace rhumb::neural
