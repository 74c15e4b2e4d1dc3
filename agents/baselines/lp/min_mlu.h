// The plan that minimises the maximum link utilization (MLU) for demands that are known: the bound
// that every policy is measured against.
//
// Demands without any way to their destination make a program infeasible. Callers that work around
// failures ask to leave such demands out; they are counted then.
#ifndef RHUMB_AGENTS_BASELINES_LP_MIN_MLU_H_
#define RHUMB_AGENTS_BASELINES_LP_MIN_MLU_H_

#include <memory>

#include "absl/status/statusor.h"
#include "agents/baselines/lp/linear_program.h"
#include "topologies/path_set.h"
#include "topologies/routing_plan.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

struct MinMluOptions {
  LpLimits limits;
  // Demands that cannot be routed are left out and counted instead of refused.
  bool leave_out_unroutable = false;
};

struct LpSolution {
  double mlu = 0;    // of the routed demands
  RoutingPlan plan;  // every pair that can be routed, also those without demand
  // False when the stage that minimises delay failed numerically: the plan has minimum MLU only.
  bool least_delay = true;
  double solve_s = 0;       // CPU seconds
  double unrouted_bps = 0;  // left out
};

// Splits every demand over its usable paths in `paths`, which must be valid on `topology`; the plan
// is over `paths` itself. Of all plans with this MLU it has the least propagation delay (see
// min_mlu_solver.h). FailedPrecondition, naming the demand, when one has no usable path (unless
// left out). InvalidArgument when the matrix has another number of nodes. DeadlineExceeded or
// ResourceExhausted at a limit.
absl::StatusOr<LpSolution> MinimizeMluOverPaths(const Topology& topology,
                                                std::shared_ptr<const PathSet> paths,
                                                const TrafficMatrix& demands,
                                                const MinMluOptions& options = {});

// The exact multi-commodity optimum: flow may split at every node. Same errors. For a series of
// matrices MinMluSolver is several times faster.
absl::StatusOr<double> OptimalMlu(const Topology& topology, const TrafficMatrix& demands,
                                  const MinMluOptions& options = {});

}  // namespace rhumb

#endif  // RHUMB_AGENTS_BASELINES_LP_MIN_MLU_H_
