// Networks and matrices that training never sees, with the optimum over the candidate paths of
// each.
#ifndef RHUMB_AGENTS_TRAINING_VALIDATION_SET_H_
#define RHUMB_AGENTS_TRAINING_VALIDATION_SET_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "agents/neural/path_graph.h"
#include "agents/training/sample_pool.h"
#include "agents/training/traffic_process.h"

namespace rhumb::training {

struct ValidationScores {
  double constant_mean = 0, constant_worst = 0;  // NormMLU on matrices that were seen before
  double lookback_mean = 0, lookback_p95 = 0;    // NormMLU on the next interval's matrix
  // With the completion cost instead: mean log of it.
  double log_completion = 0;
  // Mean delay of the traffic over that on its fastest candidate paths.
  double delay_mean = 0;
  // What "better" means: the two means together, and what the objective pays for delay.
  double score(double delay_weight) const {
    return log_completion + 0.5 * (constant_mean + lookback_mean) + delay_weight * (delay_mean - 1);
  }
};

class ValidationSet {
 public:
  // `count` networks of the kinds of `options`, half of them with constant traffic.
  static absl::StatusOr<ValidationSet> Create(PoolOptions options, int count, uint64_t seed);

  // Decides by the network alone, without refinement. Milliseconds a network.
  ValidationScores Evaluate(absl::Span<const float> weights, int iterations) const;

 private:
  struct Case {
    std::shared_ptr<const neural::PathGraph> graph;
    DemandSample demands;
    double optimum = 0;  // MLU, demands in units of the graph's mean capacity
    bool constant = false;
  };
  std::vector<Case> cases_;
};

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_VALIDATION_SET_H_
