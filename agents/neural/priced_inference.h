// The graph network with prices on top: how an agent of the packet level decides.
#ifndef RHUMB_AGENTS_NEURAL_PRICED_INFERENCE_H_
#define RHUMB_AGENTS_NEURAL_PRICED_INFERENCE_H_

#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "agents/neural/inference.h"
#include "agents/neural/price_head.h"
#include "agents/neural/priced_split.h"
#include "agents/routing_policy.h"

namespace rhumb::neural {

// Owned by one thread. A decision is Look, then Split.
class PricedInference {
 public:
  // `inference` makes the base plans and outlives this.
  explicit PricedInference(Inference* inference) : inference_(*inference) {}

  // Also that of the inference.
  void SetGraph(std::shared_ptr<const PathGraph> graph);

  // Makes the base plan and collects what is known. `history` as for Inference::Run, in units of
  // the graph's mean capacity; the observation is the one that graph and history were made from.
  const PriceFeatures& Look(const Observation& observation, absl::Span<const float> history);

  // [paths] of the graph; those of a pair sum to 1.
  absl::Span<const float> Split(const Prices& prices);
  // Largest utilization of the last Split under the latest matrix.
  double LatestMlu();

 private:
  void LinkFeatures(const Observation& observation);
  void NetworkFeatures(const Observation& observation, absl::Span<const float> history);

  Inference& inference_;
  PricedSplit split_;
  std::vector<float> demands_, latest_;          // [pairs]
  std::vector<float> fastest_load_, base_load_;  // [links]
  PriceFeatures features_;
};

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_PRICED_INFERENCE_H_
