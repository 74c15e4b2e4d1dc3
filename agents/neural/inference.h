// Decides split ratios with trained weights: the network of torch_network.h without LibTorch,
// gradients or allocation.
#ifndef RHUMB_AGENTS_NEURAL_INFERENCE_H_
#define RHUMB_AGENTS_NEURAL_INFERENCE_H_

#include <memory>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "agents/neural/aligned_floats.h"
#include "agents/neural/dual_bound.h"
#include "agents/neural/effort.h"
#include "agents/neural/feedback.h"
#include "agents/neural/forced_load.h"
#include "agents/neural/inference_kernel.h"
#include "agents/neural/path_graph.h"

namespace rhumb::neural {

struct InferenceOptions {
  // Of the network; absent: as many as gain, and at most what EffortFor gives for the graph.
  std::optional<int> iterations;
  // Steps after the last iteration that follow the analytic gradient of the score, from the best
  // iterate; see README.md. Absent as above.
  std::optional<int> refinements;
  // What the score pays for delay: a plan whose traffic takes twice as long as on the fastest paths
  // is as bad as one with an MLU that is so much larger (in logarithms). 0: what training taught is
  // all; on traffic that moves, paying more costs MLU, see README.md.
  double delay_weight = 0;
  // Returns the iterate with the best score instead of the network's last one. Refinement needs it.
  bool keep_best = true;
  // Looks for least_mlu(). What is told how many iterations and refinements to do can do without.
  bool prove = true;
  LoadScale scale = LoadScale::kOverMlu;  // what the weights were trained with
  const Kernel* kernel = &BestKernel();   // another for tests
};

// For weights whose last iterate is the plan, made for packets: nothing is compared or improved by
// MLU.
InferenceOptions ForPlans(InferenceOptions options);

// Owned by one thread. All memory is taken in the constructor and in SetGraph.
// Wide: one accessor for each thing that a run leaves behind.
class Inference {
 public:
  // `weights` has NumWeights() entries, and NumFeedbackWeights() more for an agent that sees what a
  // running network measures.
  Inference(absl::Span<const float> weights, const InferenceOptions& options);

  // The graph of the decisions to come.
  void SetGraph(std::shared_ptr<const PathGraph> graph);
  const PathGraph& graph() const { return *graph_; }

  // `history` is [pairs][kHistory], the latest first, in any unit. `feedback` is that of the graph;
  // null for none, and ignored by weights that have no use for it. O(iterations * (path links +
  // paths + links)).
  void Run(absl::Span<const float> history, const Feedback* feedback = nullptr);
  // Only what the next demands are expected to be: expected_demands(). For a decision
  // that goes on from the one before. O(pairs).
  void Expect(absl::Span<const float> history);
  bool sees_feedback() const { return static_cast<int>(weights_.size()) > NumWeights(); }

  // Of the last Run, [paths] of the graph; those of a pair sum to 1.
  absl::Span<const float> ratios() const { return ratios_; }
  // What the last Run decided for: [pairs][kPathDemandRow], the scenarios first, in the unit of
  // `history`.
  absl::Span<const float> expected_demands() const { return pair_demands_; }
  // What each of them counts in the score, sum 1.
  const std::array<float, kScenarios>& scenario_weights() const { return scenario_weights_; }
  // Of the last iteration, [paths]; those of the ratios where keep_best is off.
  absl::Span<const float> logits() const { return logits_; }
  // Largest utilization under the latest matrix, in the unit of `history` over the mean capacity.
  double latest_mlu() const { return latest_mlu_; }
  // What the last Run took the next demand of a pair for, in the unit of `history`.
  float expected_demand(int pair) const {
    return pair_demands_[static_cast<size_t>(pair) * kPathDemandRow + kMeanDemand];
  }
  // No split over the candidate paths has a lower MLU for the demands that are expected: geometric
  // mean over the scenarios by their weights, in the unit of latest_mlu(). Proven, at least 0.
  double least_mlu() const;
  // [kLinkState] after the last iteration.
  absl::Span<const float> link_state(int link) const {
    return absl::MakeConstSpan(link_state_)
        .subspan(static_cast<size_t>(link) * kLinkState, kLinkState);
  }
  // 0: before the first iteration; larger than effort().iterations: a refinement.
  int best_iterate() const { return best_iterate_; }
  // Of the graph in use.
  const Effort& effort() const { return effort_; }

  // The traffic that changes from one past matrix to the next, over all traffic; the mean.
  static double MeanChange(absl::Span<const float> history);

 private:
  struct Packed {
    AlignedFloats weights, bias;
  };
  PackedLayer Pack(BlockId id, int padded_rows, Packed* packed) const;
  void MakeDemands(absl::Span<const float> history);
  double Score(const Peaks& peaks, const SoftPeaks& soft, double sharpness) const;
  float DelayPrice(const Peaks& peaks) const;
  void Iterate(double sharpness, const Feedback* feedback);
  // Fills link and path states and the logits.
  void Start(const Feedback* feedback);
  void ShiftLogits(FeedbackBlock shift, const Feedback& feedback);
  void Refine(double sharpness);
  // Geometric mean over the scenarios by their weights, as a logarithm; minus infinity when one has
  // none.
  double MeanLogMlu(absl::Span<const float> mlu) const;
  // Raises what is proven by the links as they are loaded now.
  void Prove();
  // Is the best iterate as near to the best possible as that, or as is worth its time?
  bool ProvenWithin(double gap) const;
  // Takes the current ratios when they are the best so far.
  void Consider(int iterate, double score, const Peaks& peaks, bool take);

  std::vector<float> weights_;
  InferenceOptions options_;
  std::array<Packed, 6> packed_;
  std::array<float, kScenarios> scenario_weights_;
  KernelProblem problem_;
  KernelState state_;
  std::shared_ptr<const PathGraph> graph_;

  AlignedFloats pair_demands_, logits_, next_ratios_, ratios_, path_state_, path_in_, crossing_,
      link_state_, message_, bottleneck_message_, max_load_, price_, widest_, fastest_,
      best_logits_, best_crossing_, per_hop_;
  Effort effort_;
  ForcedLoad forced_;
  DualBound bound_;
  double fastest_delay_ = 0;  // of the mean scenario on the fastest paths, as in Peaks
  double best_score_ = 0;
  double best_log_mlu_ = 0;
  double least_log_mlu_ = 0;  // proven
  double change_ = 0;         // see MeanChange
  double latest_mlu_ = 0;
  int best_iterate_ = 0;
  bool stalled_ = false;  // the last iterations gained little
};

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_INFERENCE_H_
