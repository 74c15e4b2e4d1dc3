// One split for several matrices at once: the least mean (or worst) MLU over them, and of all
// splits with that the least propagation delay. What an operator with a solver can do who does not
// trust the last matrix alone: robust routing over a convex set of demands (Applegate and Cohen
// 2003; Wang et al., COPE, 2006), with the last matrices as the set's corners.
//
//   columns  x[d][p] >= 0, share of demand d on its path p; all but its key path, the cheapest
//            u[s], the MLU under matrix s (one u for all when the worst counts)
//   rows     for link l and matrix s: what the shares put on l under s, over its capacity <= u[s]
//            for demand d: sum over p of x[d][p] <= 1
//
// Both are generated: rows of links that would be above u, columns of paths that are cheaper at the
// prices of a demand, which differ from demand to demand because matrices weigh them differently.
#ifndef RHUMB_AGENTS_BASELINES_LP_ROBUST_SOLVER_H_
#define RHUMB_AGENTS_BASELINES_LP_ROBUST_SOLVER_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "agents/baselines/lp/linear_program.h"
#include "agents/baselines/lp/min_mlu.h"
#include "topologies/path_set.h"
#include "topologies/paths/path_search.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

// Keeps the paths that it found between decisions. Made for one snapshot of a topology; make
// another after a link changed. Used by one thread at a time.
class RobustSolver {
 public:
  enum class Objective { kMean, kWorst };

  RobustSolver(const Topology& topology, Objective objective, const LpLimits& limits = {});

  // Over all paths of the topology. `matrices` is not empty and over its nodes (InvalidArgument
  // otherwise). Demands that it does not connect are left out and counted, those of the last
  // matrix. The MLU of the solution is the objective's value; pairs without demand take their
  // cheapest path. DeadlineExceeded or ResourceExhausted at a limit.
  absl::StatusOr<LpSolution> Solve(absl::Span<const std::shared_ptr<const TrafficMatrix>> matrices);

 private:
  struct Demand {
    NodePair pair;
    std::vector<Path> paths;    // the key path first
    std::vector<int> columns;   // of paths[1], ... in the program at hand
    std::vector<double> rates;  // [matrices], in units of the program
    double mean_rate = 0;
    int row = -1;
  };
  struct Crossing {
    int demand, column;
    double sign;  // +1 on the path, -1 on the key path that it takes traffic from
  };

  absl::Status Prepare(absl::Span<const std::shared_ptr<const TrafficMatrix>> matrices);
  void StartProgram();
  // Until no link is above its u, no path improves the objective, or it hardly falls any more.
  absl::Status Generate();
  bool AddViolatedRows();
  bool AddImprovingPaths();
  void AddColumn(int demand, size_t path);
  void AddRow(LinkId link, int matrix);
  double UtilizationOf(int matrix) const;
  double CostOf(const Path& path) const;
  LpLimits Left() const;

  const Topology topology_;
  const Objective objective_;
  const LpLimits limits_;
  const SearchGraph graph_;
  PathSearch search_;
  std::vector<double> cost_;         // [links] of order 1, infinite when not usable
  std::vector<int> demand_of_pair_;  // [nodes * nodes], -1 for none
  std::vector<Demand> demands_;
  std::vector<LinkId> hot_links_;  // bound in the last solution

  // Of the decision at hand.
  LinearProgram program_;
  int matrices_ = 0;
  double rate_unit_bps_ = 1, capacity_unit_bps_ = 1;
  double start_s_ = 0;
  double unrouted_bps_ = 0;
  bool least_delay_ = false;                      // the second stage
  std::vector<std::vector<double>> key_load_;     // [matrices][links]
  std::vector<std::vector<int>> row_of_;          // [matrices][links], -1 for none
  std::vector<std::vector<Crossing>> crossings_;  // [links]
};

}  // namespace rhumb

#endif  // RHUMB_AGENTS_BASELINES_LP_ROBUST_SOLVER_H_
