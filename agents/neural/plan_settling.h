// From the split that loads links best to the plan that is installed.
//
// Minimum MLU decides the demands that cross the fullest links and says nothing about the others:
// they may travel on detours, over many paths, and elsewhere in every interval. Settling gives up
// nothing of the MLU that it can see and decides the rest as an operator would: traffic stays where
// it is, takes fast paths, and few of them. What it can see are the cases of case_loads.h.
#ifndef RHUMB_AGENTS_NEURAL_PLAN_SETTLING_H_
#define RHUMB_AGENTS_NEURAL_PLAN_SETTLING_H_

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "agents/neural/case_loads.h"
#include "agents/neural/path_graph.h"

namespace rhumb::neural {

struct SettlingOptions {
  // Paths a pair, at least 1. Absent: kUsualPaths, and more for a pair that does not fit on so many
  // without a higher MLU, such as one that is larger than any single link of a trunk.
  std::optional<int> max_paths;
  // The least share that one of several paths may carry, in [0, 0.5].
  double min_share = 0.05;
};

constexpr int kUsualPaths = 4;

// Owned by one thread. All memory is taken in SetGraph.
class PlanSettling {
 public:
  explicit PlanSettling(const SettlingOptions& options) : options_(options) {}

  void SetGraph(std::shared_ptr<const PathGraph> graph);

  // Puts `ratios` [paths], those of a pair sum to 1, on the links. `expected` is
  // [pairs][kPathDemandRow], the scenarios first; `history` is [pairs][kHistory], the latest first,
  // in the same unit. O(path links).
  void Look(absl::Span<const float> expected, absl::Span<const float> history,
            absl::Span<const float> ratios) {
    loads_.Put(expected, history, ratios);
  }
  // Changes the same ratios in place. `in_force` [paths] is the plan that is installed, 0 for all
  // paths of a pair that it has elsewhere; empty when there is none. O(links of all used paths and
  // of their faster ones), and as much for each of a bounded number of repairs.
  void Settle(absl::Span<const float> in_force, absl::Span<float> ratios);

  // Of the ratios as they are now: utilization of the fullest link under the latest matrix, and
  // under the scenarios.
  float latest_mlu() const { return loads_.Mlu(CaseLoads::kLatest); }
  std::array<float, kScenarios> scenario_mlu() const;

 private:
  struct Shift;

  // The steps, in order.
  void StayInForce(absl::Span<const float> in_force, absl::Span<float> ratios);
  void TakeFastPaths(absl::Span<float> ratios);
  void TakeFewPaths(absl::Span<float> ratios);
  void Repair(absl::Span<float> ratios);

  // Pairs of order_ for which `coming_` holds shares that `come` wrote; `take` gives a pair these,
  // and `done` says that nothing is left to do for it.
  template <typename Come, typename Take, typename Done>
  void ComeWhereThereIsRoom(const Come& come, const Take& take, const Done& done,
                            absl::Span<const float> ratios);
  // Share of the pair's traffic on paths that are slower than that one.
  float SlowerShare(int pair, int path, absl::Span<const float> ratios) const;
  // Gives all of that to it. What is as fast stays where it is.
  void Gather(int pair, int path, absl::Span<float> ratios) const;
  bool IsOnItsFastestPath(int pair, absl::Span<const float> ratios) const;
  // Takes the pair's path with the smallest share away, if it must or if that costs nothing.
  bool TakeOnePathLess(int pair, absl::Span<float> ratios);
  // The best way to bring the link back to its limit; none when there is no good one.
  std::optional<Shift> FindShift(const CaseLoads::Worst& worst, absl::Span<const float> ratios);
  void Move(int pair, int from, int to, float share, absl::Span<float> ratios);
  bool Crosses(int path, int link) const;

  const SettlingOptions options_;
  std::shared_ptr<const PathGraph> graph_;
  CaseLoads loads_;
  std::vector<int> by_delay_;                     // [paths] those of a pair, the fastest first
  std::vector<int> path_over_begin_, path_over_;  // compressed rows: paths over each link
  std::vector<int> order_;                        // [pairs] scratch
  std::vector<float> weight_;                     // [pairs] scratch
  std::vector<float> change_;                     // [paths of a pair] scratch
  std::vector<float> coming_;                     // [paths] scratch
};

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_PLAN_SETTLING_H_
