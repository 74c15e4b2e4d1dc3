// What equal-cost multipath on inverse capacity would do with the demands that are expected: the
// bar below which the agent's answer is not taken as it is.
#ifndef RHUMB_AGENTS_NEURAL_ECMP_GUARD_H_
#define RHUMB_AGENTS_NEURAL_ECMP_GUARD_H_

#include <array>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "agents/neural/inference_kernel.h"
#include "agents/neural/network_shape.h"
#include "agents/neural/path_graph.h"
#include "topologies/demand_fallback.h"
#include "topologies/paths/shortest_paths.h"
#include "topologies/routing_plan.h"
#include "topologies/topology.h"

namespace rhumb::neural {

class EcmpGuard {
 public:
  // Forgets the last topology. O(nodes * links log nodes), at the next Mlu().
  void SetTopology(const Topology& topology);

  // A number for each scenario, the latest matrix and the mean, as in a row of demands.
  using Row = std::array<float, kPathDemandRow>;
  // Maximum link utilizations under ECMP, without a plan. `demands` is [pairs][kPathDemandRow] of
  // `graph`, in units of its mean capacity. O(nodes * links).
  Row Mlu(const PathGraph& graph, absl::Span<const float> demands);
  // The plan itself, made when first asked for.
  const RoutingPlan& Plan();

  using Scenarios = std::array<float, kScenarios>;
  // `plan` with so many demands on ECMP that no scenario is worse than under ECMP alone, and those
  // in which it was better lose as little as can be; both had these MLUs. Absent when all demands
  // would have to be. Same `graph` and `demands`; see rhumb::FallBackByDemand for the cost.
  std::optional<DemandFallback> FallBackByDemand(const PathGraph& graph,
                                                 absl::Span<const float> demands,
                                                 const RoutingPlan& plan, const Scenarios& plan_mlu,
                                                 const Scenarios& ecmp_mlu);

 private:
  void GroupByDestination(const PathGraph& graph);

  std::optional<Topology> topology_;
  std::vector<ShortestPathTree> trees_;  // towards every node
  std::vector<int> by_destination_;      // pairs of the graph
  std::vector<int> destination_begin_;   // [nodes + 1] into it
  std::optional<RoutingPlan> plan_;
};

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_ECMP_GUARD_H_
