#include "agents/baselines/robust_lp_policy.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agents/baselines/latest_demands.h"

namespace rhumb {
namespace {

constexpr int kMostMatrices = 1000;

}  // namespace

absl::StatusOr<RobustLpOptions> ParseRobustLpOptions(absl::string_view text) {
  RobustLpOptions options;
  for (absl::string_view part : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    const absl::string_view all = part;
    bool good = true;
    if (part == "mean" || part == "worst") {
      options.objective =
          part == "mean" ? RobustSolver::Objective::kMean : RobustSolver::Objective::kWorst;
    } else if (absl::ConsumePrefix(&part, "window=")) {
      good = absl::SimpleAtoi(part, &options.window) && options.window >= 1 &&
             options.window <= kMostMatrices;
    } else {
      good = false;
    }
    if (!good) {
      return absl::InvalidArgumentError(
          absl::StrFormat("lp-robust:%s: \"%s\" is not valid; use mean or worst, and window=1..%d",
                          text, all, kMostMatrices));
    }
  }
  return options;
}

std::string RobustLpPolicy::name() const {
  std::vector<std::string> parts;
  if (options_.objective == RobustSolver::Objective::kWorst) parts.push_back("worst");
  if (options_.window != RobustLpOptions().window) {
    parts.push_back(absl::StrCat("window=", options_.window));
  }
  return absl::StrCat("lp-robust", parts.empty() ? "" : ":", absl::StrJoin(parts, ","));
}

absl::StatusOr<Decision> RobustLpPolicy::Decide(const Observation& observation) {
  const Topology& topology = observation.topology;
  const absl::StatusOr<const TrafficMatrix*> latest = LatestDemands(observation);
  if (!latest.ok()) return latest.status();
  if (*latest == nullptr) return DecideWithoutHistory(topology);

  std::unique_ptr<RobustSolver>* solver = solver_.Find(topology);
  if (solver == nullptr) {
    solver = solver_.Store(
        topology, std::make_unique<RobustSolver>(topology, options_.objective, options_.limits));
  }
  const auto& past = observation.past_demands;
  const size_t count = std::min<size_t>(past.size(), options_.window);
  absl::StatusOr<LpSolution> solution =
      (*solver)->Solve(absl::MakeConstSpan(past).subspan(past.size() - count));
  if (!solution.ok()) return solution.status();

  Decision decision;
  decision.plan = std::move(solution->plan);
  decision.predicted_mlu = PredictMlu(topology, decision.plan, **latest);
  decision.note =
      absl::StrFormat("%s MLU over the last %d matrices: %.4f",
                      options_.objective == RobustSolver::Objective::kMean ? "mean" : "worst",
                      count, solution->mlu);
  if (solution->unrouted_bps > 0) {
    absl::StrAppendFormat(&decision.note, "; demands of %.4g bit/s have no path in the network",
                          solution->unrouted_bps);
  }
  if (!solution->least_delay) {
    absl::StrAppend(&decision.note, "; minimum MLU only: the least-delay stage failed numerically");
  }
  return decision;
}

}  // namespace rhumb
