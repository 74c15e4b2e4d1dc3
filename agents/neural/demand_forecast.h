// The matrices that the network expects next, for every pair of a whole large network, without a
// path graph: the learned part of what the agent decides there.
#ifndef RHUMB_AGENTS_NEURAL_DEMAND_FORECAST_H_
#define RHUMB_AGENTS_NEURAL_DEMAND_FORECAST_H_

#include <vector>

#include "absl/types/span.h"
#include "agents/neural/network_shape.h"
#include "agents/routing_policy.h"
#include "agents/trees/tree_demands.h"

namespace rhumb::neural {

// Immutable; safe to call from several threads.
class DemandForecast {
 public:
  // `weights` has NumWeights() entries.
  explicit DemandForecast(absl::Span<const float> weights);

  // Mean over the network's scenarios of one demand, from its past in any unit, the latest first.
  // The same as Inference::expected_demand.
  float Mean(const float past[kHistory]) const;

  // That of every pair, by its last matrices; `past_demands` of the observation is not empty.
  // O(pairs).
  void Fill(const Observation& observation, double unit_per_bps, trees::TreeDemands* demands) const;

 private:
  std::vector<float> mix_;     // [kScenarios][kHistory]
  std::vector<float> hidden_;  // [kDemandHidden][kHistory]
  std::vector<float> bias_;    // [kDemandHidden]
  std::vector<float> out_;     // [kScenarios][kDemandHidden]
  float scenario_weight_[kScenarios];
};

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_DEMAND_FORECAST_H_
