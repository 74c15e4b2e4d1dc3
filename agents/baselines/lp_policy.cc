#include "agents/baselines/lp_policy.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agents/baselines/latest_demands.h"
#include "agents/baselines/single_path_plan.h"

namespace rhumb {

std::string LpPolicy::name() const {
  return absl::StrCat(omniscient() ? "lp-omniscient" : "lp-previous",
                      paths_ == Paths::kCandidates ? ":paths" : "");
}

absl::StatusOr<Decision> LpPolicy::Decide(const Observation& observation) {
  const Topology& topology = observation.topology;
  const absl::StatusOr<const TrafficMatrix*> demands = LatestDemands(observation);
  if (!demands.ok()) return demands.status();
  if (*demands == nullptr) return DecideWithoutHistory(topology);

  MinMluSolver* solver = solver_.Find(topology);
  if (solver == nullptr ||
      (paths_ == Paths::kCandidates && solver_paths_ != observation.candidate_paths)) {
    MinMluOptions options;
    options.limits = limits_;
    options.leave_out_unroutable = true;
    solver_paths_ = observation.candidate_paths;
    solver = solver_.Store(topology, paths_ == Paths::kCandidates
                                         ? MinMluSolver::OverPaths(topology, solver_paths_, options)
                                         : MinMluSolver::OverAllPaths(topology, options));
  }
  absl::StatusOr<LpSolution> solution = solver->SolvePlan(**demands);
  if (!solution.ok()) return solution.status();

  Decision decision;
  decision.predicted_mlu = solution->mlu;
  decision.plan = std::move(solution->plan);
  if (paths_ == Paths::kCandidates) {
    decision.plan = CompletePlan(topology, std::move(decision.plan));
    if (solution->unrouted_bps > 0) {
      decision.predicted_mlu = PredictMlu(topology, decision.plan, **demands);
    }
  }
  if (solution->unrouted_bps > 0) {
    decision.note =
        absl::StrFormat("demands of %.4g bit/s have no path %s", solution->unrouted_bps,
                        paths_ == Paths::kCandidates ? "among the candidates" : "in the network");
  }
  if (!solution->least_delay) {
    absl::StrAppend(&decision.note, decision.note.empty() ? "" : "; ",
                    "minimum MLU only: the least-delay stage failed numerically");
  }
  return decision;
}

}  // namespace rhumb
