// Brings traffic back to fast paths where the MLU does not ask for slow ones.
//
// Minimum MLU says nothing about demands away from the fullest links, so a plan that was made for
// it alone sends some of them on detours. A round moves, for all pairs at once, what travels on
// slower paths than the pair's fastest (or second fastest) to that path, as far as no link rises
// above a limit: every link shares its room among those who want it, and a pair gets what the
// tightest link of its path grants. Nothing depends on the order of nodes, links or pairs.
#ifndef RHUMB_AGENTS_NEURAL_FAST_PATH_SHIFT_H_
#define RHUMB_AGENTS_NEURAL_FAST_PATH_SHIFT_H_

#include <array>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "agents/neural/inference_kernel.h"
#include "agents/neural/path_graph.h"

namespace rhumb::neural {

// Owned by one thread. All memory is taken in SetGraph.
class FastPathShift {
 public:
  // The first kCases numbers of a demand row and of a row of link utilizations: the scenarios and
  // the latest matrix.
  static constexpr int kCases = kScenarios + 1;
  using Limits = std::array<float, kCases>;  // utilizations
  static constexpr int kRanks = 2;

  void SetGraph(std::shared_ptr<const PathGraph> graph);

  // One round towards every pair's fastest (rank 0) or second fastest path (rank 1). `demands` is
  // [pairs][kPathDemandRow], `utilization` [links][kCrossingRow] of the present `ratios` [paths],
  // which are changed in place. Returns false when there was nothing to move. O(path links).
  bool Run(int rank, const Limits& limits, absl::Span<const float> demands,
           absl::Span<const float> utilization, absl::Span<float> ratios);

 private:
  // Fills `amount_` and `rise_` and sums what all pairs want of every link; false when nothing.
  bool AskForRoom(int rank, absl::Span<const float> demands, absl::Span<const float> ratios);
  // Fills `granted_`.
  void GrantRoom(const Limits& limits, absl::Span<const float> utilization);

  std::shared_ptr<const PathGraph> graph_;
  std::array<std::vector<int>, kRanks> target_;  // [pairs] path, -1 where a pair has no such
  std::vector<float> amount_;                    // [pairs] share on slower paths than the target
  std::vector<float> rise_;    // [path links] of targets: share that is new on the link
  std::vector<int> position_;  // [links] scratch: where a link is on the target, or -1
  std::vector<std::array<float, kCases>> wanted_;  // [links] traffic
  std::vector<float> granted_;                     // [links] share of it that fits
};

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_FAST_PATH_SHIFT_H_
