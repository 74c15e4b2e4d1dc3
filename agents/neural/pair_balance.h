// Carries on where the network stops: pair by pair, traffic goes from the dearest path in use to
// the cheapest until both cost the same, at prices that follow every move at once.
//
// What falls is the score of inference.h, a soft maximum of the utilizations, at a sharpness that
// grows as long as there is much to gain at the present one. It is a convex function of the split,
// so this ends at the best one over the candidate paths, wherever it begins (block coordinate
// descent); and prices then prove how near it is to any routing, see routing_bound.h. Steps of all
// pairs at once, as of refinement, must be small, or pairs that each flee a full link meet on the
// next one.
#ifndef RHUMB_AGENTS_NEURAL_PAIR_BALANCE_H_
#define RHUMB_AGENTS_NEURAL_PAIR_BALANCE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "agents/neural/aligned_floats.h"
#include "agents/neural/balance_kernel.h"
#include "agents/neural/network_shape.h"
#include "agents/neural/path_graph.h"
#include "agents/neural/routing_bound.h"
#include "topologies/topology.h"

namespace rhumb::neural {

// Of one decision.
struct BalanceTask {
  // [pairs][kPathDemandRow], the scenarios first; what each of them counts, sum 1.
  absl::Span<const float> demands;
  std::array<float, kScenarios> weights = {};
  // The traffic that changes from one past matrix to the next, over all traffic.
  double change = 0;
  double delay_weight = 0;  // see InferenceOptions
};

// Owned by one thread. All memory is taken in SetGraph.
class PairBalance {
 public:
  void SetGraph(const Topology& topology, std::shared_ptr<const PathGraph> graph);

  // Forgets what was proven for the last task.
  void Start(const BalanceTask& task);

  // Changes `ratios` [paths] in place, those of a pair sum to 1. Ends when the split is proven to
  // be near enough to the best possible (with a delay weight: to gain little over its paths), gains
  // little, or after a number of rounds that depends on the size of the graph. O(rounds * path
  // links).
  void Run(absl::Span<float> ratios) { Run(ratios, false); }
  // The same over the paths that have a share already, for a few rounds.
  void RunInUse(absl::Span<float> ratios) { Run(ratios, true); }

  // Is the split of the last Run as near to the best possible as is worth time?
  bool near_enough() const { return Gap() <= enough_; }
  // Did the last Run end with much to gain? A start that loads a few links far above all others can
  // lead nowhere: prices of the others are then nothing.
  bool stuck() const { return stuck_; }
  // No routing has a lower MLU for the demands that are expected: geometric mean over the scenarios
  // by their weights, in the unit of the demands over the mean capacity.
  double least_mlu() const;
  // Says of every pair whether its traffic, as the last Run left it, meets a link that is filled to
  // more than `fill` of the fullest in any scenario. O(links of paths in use).
  void FindCrowded(absl::Span<const float> ratios, float fill, std::vector<uint8_t>* crowded) const;
  // Paths that would bring the split nearer to the best possible; empty when no path is missing.
  std::vector<MissingPath> FindMissing();

 private:
  void Run(absl::Span<float> ratios, bool in_use_only);
  void Prune(absl::Span<float> ratios) const;
  // Sets prices for that sharpness; the score at the sharpness that counts.
  double Price(double sharpness);
  double DelayCost(absl::Span<const float> ratios) const;
  double SoftMlu(double sharpness, std::array<double, kScenarios>* sums) const;
  double Gap() const;
  double MeanLog(const std::array<float, kScenarios>& mlu) const;
  void Prove(double sharpness);

  std::shared_ptr<const PathGraph> graph_;
  RoutingBound bound_;
  BalanceTask task_;
  double sharpest_ = 0;      // that counts
  double balanced_for_ = 0;  // sharpness of the last round
  double enough_ = 0;        // gap, as a logarithm
  double least_log_mlu_ = 0;
  double best_log_mlu_ = 0;
  bool stuck_ = false;
  double fastest_delay_ = 0;  // of the mean scenario on the fastest paths
  std::array<float, kScenarios> mlu_ = {};
  BalanceArrays arrays_;
  AlignedFloats utilization_, price_, per_capacity_, best_, best_utilization_;
  std::vector<float> fastest_;  // [pairs]
  std::vector<float> path_price_, link_price_;
  std::vector<signed char> side_;
  std::vector<int> touched_;
};

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_PAIR_BALANCE_H_
