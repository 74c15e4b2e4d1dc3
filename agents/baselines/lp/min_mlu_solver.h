// Minimum MLU by column generation: start with the cheapest path of every demand, solve, look for
// paths that would improve the solution at the solver's dual prices (Dijkstra), add them, until a
// lower bound proves that none is left. Exact to kMluGap, and much faster than a program with all
// link flows or all paths in it.
//
// Two stages. Minimum MLU leaves most demands undecided: the bottleneck fixes a few, and any
// routing of the others that stays below it is as good. The second stage keeps the MLU and
// minimises the propagation delay of all traffic (with a small price on hops), so that no demand
// leaves its shortest path for nothing. Its result is within kCostGap of the least delay.
#ifndef RHUMB_AGENTS_BASELINES_LP_MIN_MLU_SOLVER_H_
#define RHUMB_AGENTS_BASELINES_LP_MIN_MLU_SOLVER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agents/baselines/lp/min_mlu.h"
#include "agents/baselines/lp/path_pricing.h"
#include "agents/baselines/lp/routing_master.h"
#include "topologies/path_set.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

// Proven relative distance from the optimum. The worst is accepted only where the simplex method's
// own tolerance stands in the way of the usual one.
constexpr double kMluGap = 1e-6;
constexpr double kWorstMluGap = 1e-5;
constexpr double kCostGap = 1e-4;

// Keeps paths and bases between matrices, so that the next one of a series takes a few simplex
// iterations. Made for one snapshot of a topology; make another after a link changed. Used by one
// thread at a time.
class MinMluSolver {
 public:
  // Over all paths of the topology: the exact multi-commodity optimum.
  static MinMluSolver OverAllPaths(const Topology& topology, const MinMluOptions& options = {});
  // Over the usable ones of `paths`, which must be valid on the topology; plans are over `paths`
  // itself. Not null.
  static MinMluSolver OverPaths(const Topology& topology, std::shared_ptr<const PathSet> paths,
                                const MinMluOptions& options = {});

  // Errors as in min_mlu.h. `SolveMlu` runs the first stage only, which is all that a bound needs.
  absl::StatusOr<double> SolveMlu(const TrafficMatrix& demands);
  absl::StatusOr<LpSolution> SolvePlan(const TrafficMatrix& demands);

  // Of the last call: demands left out, in bits per second; rounds of column generation; simplex
  // iterations.
  double unrouted_bps() const { return unrouted_bps_; }
  int rounds() const { return rounds_; }
  int iterations() const { return iterations_; }

 private:
  class Budget;

  MinMluSolver(const Topology& topology, std::shared_ptr<const PathSet> listed,
               const MinMluOptions& options);

  absl::Status Prepare(const TrafficMatrix& demands);
  // Both stages or the first alone. From the last basis, and once more from nothing if that fails
  // for numerical reasons; if the second stage fails again, the first alone.
  absl::Status Run(bool both_stages);
  // Drops all paths but the key paths, and the bases.
  void Forget();
  absl::Status RunFirstStage(const Budget& budget);
  absl::Status RunSecondStage(const Budget& budget);
  // Of all demands on their key paths, in bits per second. [links]
  std::vector<double> KeyLoads() const;
  // Adds the cheapest path at `prices` of every demand where it improves the solution. `smoothed`:
  // the prices are not those of the solution. Returns how many, and the sum of rate times price
  // over all demands.
  int AddImprovingPaths(RoutingMaster* master, absl::Span<const double> prices, bool smoothed,
                        double tolerance, double* priced_traffic);
  // Both route a pair without demand over its cheapest path at these prices.
  RoutingPlan MakePlan(const RoutingMaster& master, absl::Span<const double> prices);
  RoutingPlan MakePlanOverListed(const RoutingMaster& master, absl::Span<const double> prices);

  Topology topology_;
  std::shared_ptr<const PathSet> listed_;  // null: all paths
  std::unique_ptr<PathPricing> pricing_;
  MinMluOptions options_;
  std::vector<double> cost_;                    // [links] of order 1, infinite when not usable
  std::vector<int> demand_of_pair_;             // [nodes * nodes], -1 for none yet
  std::vector<NodePair> pairs_;                 // [demands]
  std::vector<double> rates_bps_;               // [demands]
  std::vector<std::vector<int>> demands_from_;  // [nodes]
  RoutingMaster first_, second_;
  bool least_delay_ = false;  // the last plan is that of the second stage
  double unrouted_bps_ = 0;
  int rounds_ = 0;
  int iterations_ = 0;
};

}  // namespace rhumb

#endif  // RHUMB_AGENTS_BASELINES_LP_MIN_MLU_SOLVER_H_
