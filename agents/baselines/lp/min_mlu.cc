#include "agents/baselines/lp/min_mlu.h"

#include <utility>

#include "agents/baselines/lp/min_mlu_solver.h"

namespace rhumb {

absl::StatusOr<LpSolution> MinimizeMluOverPaths(const Topology& topology,
                                                std::shared_ptr<const PathSet> paths,
                                                const TrafficMatrix& demands,
                                                const MinMluOptions& options) {
  return MinMluSolver::OverPaths(topology, std::move(paths), options).SolvePlan(demands);
}

absl::StatusOr<double> OptimalMlu(const Topology& topology, const TrafficMatrix& demands,
                                  const MinMluOptions& options) {
  return MinMluSolver::OverAllPaths(topology, options).SolveMlu(demands);
}

}  // namespace rhumb
