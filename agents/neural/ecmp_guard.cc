#include "agents/neural/ecmp_guard.h"

#include <algorithm>
#include <numeric>

#include "agents/baselines/ecmp_plan.h"

namespace rhumb::neural {
namespace {

// Where the plan is better than ECMP in some scenarios, how much of that it may lose for the sake
// of the others: the least that does.
constexpr double kGiveUp[] = {0, 0.125, 0.25, 0.5, 1};
// Of an MLU in single precision.
constexpr double kRounding = 2e-6;

}  // namespace

void EcmpGuard::SetTopology(const Topology& topology) {
  topology_ = topology;
  trees_.clear();
  plan_.reset();
}

EcmpGuard::Row EcmpGuard::Mlu(const PathGraph& graph, absl::Span<const float> demands) {
  const int nodes = topology_->num_nodes();
  if (trees_.empty()) {
    const std::vector<double> weights = LinkWeights(*topology_, LinkMetric::kInverseCapacity);
    trees_.reserve(nodes);
    for (NodeId v = 0; v < nodes; ++v) {
      trees_.emplace_back(*topology_, weights, v, ShortestPathTree::Direction::kToRoot);
    }
  }
  GroupByDestination(graph);
  std::vector<Row> load(topology_->num_links(), Row{}), through(nodes);
  for (NodeId destination = 0; destination < nodes; ++destination) {
    const int begin = destination_begin_[destination], end = destination_begin_[destination + 1];
    if (begin == end) continue;
    std::fill(through.begin(), through.end(), Row{});
    for (int i = begin; i < end; ++i) {
      const int pair = by_destination_[i];
      std::copy_n(demands.begin() + static_cast<long>(pair) * kPathDemandRow, kPathDemandRow,
                  through[graph.pairs[pair].source].begin());
    }
    const ShortestPathTree& tree = trees_[destination];
    // Farthest first: what passes through a node is complete when it is split.
    for (size_t i = tree.order().size(); i-- > 1;) {
      const NodeId v = tree.order()[i];
      const absl::Span<const LinkId> next_hops = tree.dag_links(v);
      const float share = 1 / static_cast<float>(next_hops.size());
      for (LinkId link : next_hops) {
        Row& next = through[topology_->link(link).destination];
        for (int c = 0; c < kPathDemandRow; ++c) {
          load[link][c] += share * through[v][c];
          next[c] += share * through[v][c];
        }
      }
    }
  }
  Row mlu = {};
  for (LinkId l = 0; l < topology_->num_links(); ++l) {
    const float capacity =
        static_cast<float>(topology_->link(l).capacity_bps / graph.mean_capacity_bps);
    for (int c = 0; c < kPathDemandRow; ++c) mlu[c] = std::max(mlu[c], load[l][c] / capacity);
  }
  return mlu;
}

void EcmpGuard::GroupByDestination(const PathGraph& graph) {
  destination_begin_.assign(topology_->num_nodes() + 1, 0);
  for (const NodePair& pair : graph.pairs) ++destination_begin_[pair.destination + 1];
  std::partial_sum(destination_begin_.begin(), destination_begin_.end(),
                   destination_begin_.begin());
  by_destination_.resize(graph.num_pairs());
  std::vector<int> next(destination_begin_.begin(), destination_begin_.end() - 1);
  for (int pair = 0; pair < graph.num_pairs(); ++pair) {
    by_destination_[next[graph.pairs[pair].destination]++] = pair;
  }
}

std::optional<DemandFallback> EcmpGuard::FallBackByDemand(const PathGraph& graph,
                                                          absl::Span<const float> demands,
                                                          const RoutingPlan& plan,
                                                          const Scenarios& plan_mlu,
                                                          const Scenarios& ecmp_mlu) {
  std::vector<TrafficMatrix> scenarios(kScenarios, TrafficMatrix(topology_->num_nodes()));
  for (int d = 0; d < graph.num_pairs(); ++d) {
    for (int s = 0; s < kScenarios; ++s) {
      scenarios[s].set_rate_bps(
          graph.pairs[d].source, graph.pairs[d].destination,
          demands[static_cast<size_t>(d) * kPathDemandRow + s] * graph.mean_capacity_bps);
    }
  }
  for (const double give : kGiveUp) {
    std::vector<UtilizationLimit> limits;
    for (int s = 0; s < kScenarios; ++s) {
      const double better = std::min(plan_mlu[s], ecmp_mlu[s]);
      limits.push_back({scenarios[s], (better + give * (ecmp_mlu[s] - better)) * (1 + kRounding)});
    }
    auto fallback = rhumb::FallBackByDemand(*topology_, plan, Plan(), limits);
    if (fallback) return fallback;
  }
  return std::nullopt;
}

const RoutingPlan& EcmpGuard::Plan() {
  if (!plan_) plan_ = EcmpPlan(*topology_, LinkMetric::kInverseCapacity);
  return *plan_;
}

}  // namespace rhumb::neural
