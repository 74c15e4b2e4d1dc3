// Minimum MLU on a whole large network: every demand of thousands of nodes, without candidate
// paths, and with a proof of how near the plan is to the best possible.
//
// Column generation without a linear program (Garg and Koenemann 2007; Dial 2006 for the moves by
// destination): links are priced by how full they are, one Dijkstra run a destination gives the
// cheapest tree at these prices and, with the same work, a lower bound of the MLU of any routing;
// demands move to cheaper trees one by one as far as that helps; and so on until the bound is near
// enough.
#ifndef RHUMB_AGENTS_TREES_TREE_PLANNER_H_
#define RHUMB_AGENTS_TREES_TREE_PLANNER_H_

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "agents/trees/routing_proofs.h"
#include "agents/trees/split_demands.h"
#include "agents/trees/tree_demands.h"
#include "agents/trees/tree_routing.h"
#include "topologies/path_set.h"
#include "topologies/routing_plan.h"
#include "topologies/topology.h"

namespace rhumb::trees {

struct TreePlannerOptions {
  // A plan that is proven to be so near to the best possible is good enough: MLU over bound - 1.
  // Absent: 0.002 up to 200,000 pairs of nodes, where that is cheap, and 0.01 above.
  std::optional<double> gap;
  // From matrix to matrix a plan that is proven to be so near is left as it is; never nearer than
  // `gap`. Absent: 0.002 up to 200,000 pairs of nodes and 0.02 above. Where links were lost since
  // the last plan, 0.2 is near enough above: the next one goes on.
  std::optional<double> later_gap;
  // Rounds of Dijkstra runs to every destination: at first, and from then on.
  int first_rounds = 40;
  std::optional<int> later_rounds;  // absent: 3, and more on smaller networks
  int max_trees = 16;               // a destination, at most 250
  SplitLimits split;                // of large demands; all others take one path
  int threads = 0;                  // 0: one a processor. The plan does not depend on it.
};

struct TreePlanReport {
  double mlu = 0;    // of the demands that were given
  double bound = 0;  // no routing of them has a lower one; proven
  int rounds = 0;    // of Dijkstra runs
  int split_demands = 0;
  bool stopped = false;  // before the gap was reached or the rounds were used up
};

// Owned by one thread; uses others while it works.
class TreePlanner {
 public:
  // Called after every round, from the owner's thread.
  using Progress = std::function<void(const TreePlanReport&)>;

  explicit TreePlanner(const TreePlannerOptions& options);

  // Follows changes of link states; starts anew on another network or with other capacities.
  void SetTopology(const Topology& topology);

  // In bits per second times this are the units of TreeDemands.
  double unit_per_bps() const { return 1 / routing_->network->mean_capacity_bps; }

  // Goes on from the plan of before. Without any demand every pair takes its path of least inverse
  // capacity. Memory: 4 bytes a node, destination and tree in use.
  TreePlanReport Improve(const TreeDemands& demands, const Stop& stop = nullptr,
                         const Progress& progress = nullptr);

  // Largest utilization under other demands, as demands are routed now.
  double MluOf(const TreeDemands& demands);

  // All pairs that are connected, as of the last Improve. O(path links).
  RoutingPlan Plan(uint64_t topology_version);

 private:
  void MoveDemands(const TreeDemands& demands, int sweeps, const Stop& stop);
  void Count(TreePlanReport* report) const;

  TreePlannerOptions options_;
  std::optional<Topology> topology_;
  std::unique_ptr<TreeRouting> routing_;  // since the first topology
  RoutingProofs proofs_;
  float sharpness_ = 0;
  bool fresh_ = true;    // nothing is known of this network yet
  bool served_ = false;  // every pair that is connected has a path that can be used
  bool lost_ = false;    // a link can be used no more since the last Improve
  // The last plan, until a demand may have moved.
  std::shared_ptr<const PathSet> paths_;
  std::vector<double> ratios_;
};

}  // namespace rhumb::trees

#endif  // RHUMB_AGENTS_TREES_TREE_PLANNER_H_
