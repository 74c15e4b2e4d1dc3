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

#include "absl/types/span.h"
#include "agents/trees/link_prices.h"
#include "agents/trees/split_demands.h"
#include "agents/trees/tree_network.h"
#include "agents/trees/tree_split.h"
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

// Demands in units of the mean capacity, by destination: [nodes][nodes], the source last.
class TreeDemands {
 public:
  explicit TreeDemands(int num_nodes)
      : num_nodes_(num_nodes), rates_(static_cast<size_t>(num_nodes) * num_nodes, 0.0F) {}
  absl::Span<const float> towards(NodeId destination) const {
    return absl::MakeConstSpan(rates_).subspan(static_cast<size_t>(destination) * num_nodes_,
                                               num_nodes_);
  }
  float* row(NodeId destination) {
    return rates_.data() + static_cast<size_t>(destination) * num_nodes_;
  }

 private:
  int num_nodes_;
  std::vector<float> rates_;
};

// Owned by one thread; uses others while it works.
class TreePlanner {
 public:
  // Asked often while it works, from several threads; true ends it with the plan as it is then.
  using Stop = std::function<bool()>;
  // Called after every round, from the owner's thread.
  using Progress = std::function<void(const TreePlanReport&)>;

  explicit TreePlanner(const TreePlannerOptions& options);

  // Follows changes of link states; starts anew on another network or with other capacities.
  void SetTopology(const Topology& topology);

  // In bits per second times this are the units of TreeDemands.
  double unit_per_bps() const { return 1 / network_->mean_capacity_bps; }

  // Goes on from the plan of before. Without any demand every pair takes its path of least inverse
  // capacity. Memory: 4 bytes a node, destination and tree in use.
  TreePlanReport Improve(const TreeDemands& demands, const Stop& stop = nullptr,
                         const Progress& progress = nullptr);

  // Largest utilization under other demands, as demands are routed now.
  double MluOf(const TreeDemands& demands);

  // All pairs that are connected, as of the last Improve. O(path links).
  RoutingPlan Plan(uint64_t topology_version);

 private:
  // Prices, what the cheapest path to every destination costs under them, and what they add up to:
  // a bound for any demands. It holds without some links too, since every way is then as long as it
  // was or longer, and is infinite in price_sum, and so worth nothing, when others have returned.
  struct Proof {
    std::vector<float> price;     // [links]
    std::vector<float> distance;  // [destinations][nodes]
    absl::Span<const float> towards(NodeId destination, size_t nodes) const {
      return absl::MakeConstSpan(distance).subspan(destination * nodes, nodes);
    }
    double price_sum = 0;    // of price times capacity, over usable links
    double demand_cost = 0;  // of rate times distance, of the demands that are being routed
  };

  int workers() const { return static_cast<int>(scratch_.size()); }
  void PutOnLinks(const TreeDemands& demands);
  // Gives every pair that is connected a path that can be used.
  void Serve(const TreeDemands& demands);
  bool Precise() const;  // is every pair cheap to improve?
  // Demands that would gain less are left where they are.
  double PassedOver() const;
  // Brings the MLU nearer to the bound where few destinations keep it above. False when nothing was
  // moved.
  bool Relieve(const TreeDemands& demands, double bound, double gap, const Stop& stop);
  // Offers the dearest traffic towards a destination a path that has room for all of it: the one
  // that is cheapest before it comes may be too narrow for the smallest share.
  void Widen(NodeId destination, const TreeDemands& demands);
  // One tree to every destination at these prices. False when it was stopped.
  bool AddTrees(const TreeDemands& demands, absl::Span<const float> price, const Stop& stop);
  void MoveDemands(const TreeDemands& demands, int sweeps, const Stop& stop);
  double PriceSum(absl::Span<const float> price) const;
  // What demands towards a destination cost when each takes its cheapest way.
  double CostOf(NodeId destination, absl::Span<const float> distance,
                absl::Span<const float> rates) const;
  // Says what every proof is worth for these demands.
  void Prove(const TreeDemands& demands);
  static double BoundOf(const Proof& proof);
  double BestBound() const;
  void Count(TreePlanReport* report) const;

  TreePlannerOptions options_;
  std::optional<Topology> topology_;
  std::unique_ptr<TreeNetwork> network_;
  std::unique_ptr<TreeSplit> split_;
  std::unique_ptr<LinkPrices> prices_;
  std::vector<TreeSplit::Scratch> scratch_;  // [workers]
  std::vector<TreeSearch> searches_;         // [workers]
  std::vector<float> load_;                  // [links]
  float sharpness_ = 0;
  bool fresh_ = true;          // nothing is known of this network yet
  bool served_ = false;        // see Serve
  bool lost_ = false;          // a link can be used no more since the last Improve
  std::vector<Proof> proofs_;  // the best of late
  // The last plan, until a demand may have moved.
  std::shared_ptr<const PathSet> paths_;
  std::vector<double> ratios_;
};

}  // namespace rhumb::trees

#endif  // RHUMB_AGENTS_TREES_TREE_PLANNER_H_
