// What a split puts on every link in each of several cases, kept up to date while shares of single
// pairs change, and how much room is left below a limit.
//
// Cases are the matrices that the network expects, the last ones that were measured, and three that
// nobody measured, in which demands that were silent may start.
#ifndef RHUMB_AGENTS_NEURAL_CASE_LOADS_H_
#define RHUMB_AGENTS_NEURAL_CASE_LOADS_H_

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "agents/neural/case_kernel.h"
#include "agents/neural/network_shape.h"
#include "agents/neural/path_graph.h"

namespace rhumb::neural {

// Owned by one thread. All memory is taken in SetGraph. Utilizations are demands in the unit of the
// caller over capacities in units of the graph's mean.
class CaseLoads {
 public:
  // Scenarios, measured matrices with the latest first, the peak of those, what the nodes' peaks
  // give every pair by the gravity model, and the larger of these two.
  static constexpr int kLatest = kScenarios;
  static constexpr int kPeak = kScenarios + kHistory;
  static constexpr int kGravity = kPeak + 1;
  static constexpr int kSurge = kGravity + 1;
  static constexpr int kCases = kCaseRow;
  static_assert(kSurge < kCases);
  struct alignas(64) Cases : std::array<float, kCases> {};  // a cache line

  // A link and a case in which it is above its limit, and how far, over the MLU of the case and in
  // the unit of demands.
  struct Worst {
    int link = -1;
    int which = 0;
    float excess = 0;
    float load = 0;
  };

  void SetGraph(std::shared_ptr<const PathGraph> graph);

  // Puts `ratios` [paths] on the links. `expected` is [pairs][kPathDemandRow], the scenarios first;
  // `history` is [pairs][kHistory], the latest first. O(path links).
  void Put(absl::Span<const float> expected, absl::Span<const float> history,
           absl::Span<const float> ratios);
  const Cases& demand(int pair) const { return demands_[pair]; }
  // Largest utilization now.
  float Mlu(int which) const;

  // No link may rise above `fill` of the MLU that Put found, in cases that nobody measured above
  // `surge_fill` of that, unless it is there already.
  void SetLimits(float fill, float surge_fill);
  // No link may be above the MLU that Put found.
  void LimitToMlu();

  // [links]: 1 for those that stay within limits even if all of `coming`, a share of a pair for
  // each of its paths, is put on them and nothing leaves. Until the next call. O(links of those
  // paths).
  absl::Span<const uint8_t> FindRoomy(absl::Span<const float> coming);
  // Puts other ratios on the links, for the same cases and limits. O(links of the paths in use).
  void PutAgain(absl::Span<const float> ratios);

  // Share of a pair, up to `share`, that can go from one of its paths to another within limits.
  float Room(int pair, int from, int to, float share);
  // How far a link would rise above its limit if `share` of a pair went from one of its paths to
  // another; over the case's MLU, 0 when none does.
  float Excess(int pair, int from, int to, float share);
  // Puts so much of a pair on a path, or takes it off where that is below 0.
  void Shift(int pair, int path, float share) {
    kernel_->shift(arrays_, demands_[pair].data(), path, share);
  }
  // Changes the pair's shares by `change`, one of each of its paths, if no link rises above its
  // limit; says whether.
  bool ApplyIfItFits(int pair, absl::Span<const float> change);
  // The first link of the pair's path that has no room for `share` of it; -1 when there is none.
  int FirstFullLink(int pair, int path, float share) const {
    return kernel_->first_full(arrays_, demands_[pair].data(), path, share);
  }
  // Of all links: O(links).
  Worst FindWorst() const;

 private:
  void MakeCases(absl::Span<const float> expected, absl::Span<const float> history);
  // What a change of a pair's shares does to links; leaves `link_change_` and `touched_`.
  void Collect(int pair, absl::Span<const float> change);
  void Mark(int path, float change);

  const CaseKernel* kernel_ = &BestCaseKernel();
  CaseArrays arrays_;
  std::shared_ptr<const PathGraph> graph_;
  std::vector<Cases> demands_;       // [pairs]
  std::vector<Cases> utilization_;   // [links]
  std::vector<Cases> limit_;         // [links]
  std::vector<float> per_capacity_;  // [links]
  Cases mlu_ = {};                   // when Put
  std::vector<Cases> coming_;        // [links] scratch
  std::vector<uint8_t> roomy_;       // [links]
  std::vector<float> out_, in_;      // [nodes] scratch: peak traffic
  std::vector<float> link_change_;   // [links] of the pair's share that crosses it
  std::vector<int> touched_;         // links with a change come first
  int num_touched_ = 0;
};

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_CASE_LOADS_H_
