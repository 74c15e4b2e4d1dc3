// The linear-program optimum as a policy: of the last interval's demands (what an operator with a
// solver can do), or of the demands about to be played (the bound).
#ifndef RHUMB_AGENTS_BASELINES_LP_POLICY_H_
#define RHUMB_AGENTS_BASELINES_LP_POLICY_H_

#include <memory>
#include <string>

#include "agents/baselines/lp/min_mlu_solver.h"
#include "agents/baselines/topology_cache.h"
#include "agents/routing_policy.h"

namespace rhumb {

// Minimum MLU, then least delay (see lp/min_mlu_solver.h). Both policies are one program; the
// caller of the omniscient one passes it the matrix about to be played as the latest of the past.
class LpPolicy : public RoutingPolicy {
 public:
  enum class Knowledge { kPrevious, kOmniscient };
  // kAll: over every path of the network, the exact multi-commodity optimum. kCandidates: over the
  // observation's candidate paths, with the shortest path for pairs that have none.
  enum class Paths { kAll, kCandidates };

  LpPolicy(Knowledge knowledge, Paths paths, LpLimits limits = {})
      : knowledge_(knowledge), paths_(paths), limits_(limits) {}

  std::string name() const override;
  // Demands that the network does not connect are left out; the note gives their rate.
  absl::StatusOr<Decision> Decide(const Observation& observation) override;
  bool omniscient() const override { return knowledge_ == Knowledge::kOmniscient; }
  bool uses_candidate_paths() const override { return paths_ == Paths::kCandidates; }

 private:
  Knowledge knowledge_;
  Paths paths_;
  LpLimits limits_;
  // Keeps its basis while the network stays the same.
  TopologyCache<MinMluSolver> solver_;
  std::shared_ptr<const PathSet> solver_paths_;
};

}  // namespace rhumb

#endif  // RHUMB_AGENTS_BASELINES_LP_POLICY_H_
