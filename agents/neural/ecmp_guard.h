// What equal-cost multipath on inverse capacity would do with the latest demands: the bar below
// which the agent's answer is not taken.
#ifndef RHUMB_AGENTS_NEURAL_ECMP_GUARD_H_
#define RHUMB_AGENTS_NEURAL_ECMP_GUARD_H_

#include <optional>
#include <vector>

#include "topologies/paths/shortest_paths.h"
#include "topologies/routing_plan.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb::neural {

class EcmpGuard {
 public:
  // Forgets the last topology. O(nodes * links log nodes), at the next Mlu().
  void SetTopology(const Topology& topology);

  // Maximum link utilization under ECMP, without a plan: O(nodes * links).
  double Mlu(const TrafficMatrix& demands);
  // The plan itself, made when first asked for.
  const RoutingPlan& Plan();

 private:
  struct Inflow {
    NodeId source;
    double rate_bps;
  };

  void GroupByDestination(const TrafficMatrix& demands);

  std::optional<Topology> topology_;
  std::vector<ShortestPathTree> trees_;  // towards every node
  std::vector<Inflow> by_destination_;   // demands above 0
  std::vector<int> destination_begin_;   // [nodes + 1] into it
  std::optional<RoutingPlan> plan_;
};

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_ECMP_GUARD_H_
