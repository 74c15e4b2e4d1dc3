// The linear program of an operator who does not trust the last matrix alone: the honest rival of
// an agent that looks back.
#ifndef RHUMB_AGENTS_BASELINES_ROBUST_LP_POLICY_H_
#define RHUMB_AGENTS_BASELINES_ROBUST_LP_POLICY_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agents/baselines/lp/robust_solver.h"
#include "agents/baselines/topology_cache.h"
#include "agents/routing_policy.h"

namespace rhumb {

struct RobustLpOptions {
  int window = 16;  // past matrices, at least 1
  RobustSolver::Objective objective = RobustSolver::Objective::kMean;
  LpLimits limits;
};

// "window=N", "mean" and "worst", separated by commas; everything optional. InvalidArgument names
// the bad part.
absl::StatusOr<RobustLpOptions> ParseRobustLpOptions(absl::string_view text);

// Least mean (or worst) MLU over the last `window` matrices, then least delay (see
// lp/robust_solver.h); over fewer at the start. Keeps its paths while the network stays the same.
class RobustLpPolicy : public RoutingPolicy {
 public:
  explicit RobustLpPolicy(const RobustLpOptions& options) : options_(options) {}

  std::string name() const override;
  // Demands that the network does not connect are left out; the note gives their rate.
  absl::StatusOr<Decision> Decide(const Observation& observation) override;

 private:
  const RobustLpOptions options_;
  TopologyCache<std::unique_ptr<RobustSolver>> solver_;
};

}  // namespace rhumb

#endif  // RHUMB_AGENTS_BASELINES_ROBUST_LP_POLICY_H_
