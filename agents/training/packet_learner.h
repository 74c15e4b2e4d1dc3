// One update of packet-level training: from finished episodes to changed parameters.
#ifndef RHUMB_AGENTS_TRAINING_PACKET_LEARNER_H_
#define RHUMB_AGENTS_TRAINING_PACKET_LEARNER_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "agents/training/adam.h"
#include "agents/training/estimators.h"
#include "agents/training/packet_config.h"
#include "agents/training/ppo_objective.h"
#include "agents/training/random.h"
#include "agents/training/rollout_pool.h"

namespace rhumb::training {

// What changes from update to update.
struct PacketState {
  explicit PacketState(std::vector<float> first)
      : parameters(std::move(first)), adam(parameters.size()) {}

  std::vector<float> parameters;  // [NumParameters()]
  Adam adam;
  Random random{0};
  RunningScale returns;
  int64_t updates = 0;
  std::vector<float> best_weights;  // of the network
  double best_score = 0;            // valid once best_weights is not empty
  int64_t stale_validations = 0;
  std::string metrics;  // the CSV so far

  std::string Serialize(const std::string& config_toml) const;
  // FailedPrecondition for a state of another configuration, DataLoss for a torn one.
  static absl::StatusOr<PacketState> Parse(absl::string_view bytes, const std::string& config_toml,
                                           absl::string_view name);
};

// Averages a gradient over the replicas of a learner, in place. Called once a step by all of them.
using GradientReducer = std::function<absl::Status(absl::Span<float> gradient)>;

struct UpdateReport {
  double reward = 0;         // mean of an episode's steps
  double reward_spread = 0;  // standard deviation of the advantages before normalisation
  double kl = 0, clipped_share = 0, value_error = 0, entropy = 0;  // of the last step
  double explained_variance = 0;                                   // of the returns, by the critic
  int steps = 0;                                                   // of the optimiser
  int lost_scenarios = 0;
};

// Advantages and value targets of what was played: leave-one-out or GAE, normalised over the batch.
// Lost groups are left out. `values` has one entry a transition, in order.
std::vector<Sample> MakeSamples(const std::vector<RolloutGroup>& groups,
                                absl::Span<const double> values, const PacketConfig& config,
                                double return_scale, UpdateReport* report);

class PacketLearner {
 public:
  explicit PacketLearner(const PacketConfig& config, GradientReducer reduce = nullptr)
      : config_(config), reduce_(std::move(reduce)) {}

  // Some epochs of clipped steps over the batch, ended early by the KL limit. The same state and
  // groups give the same next state on one thread. Internal when LibTorch fails; errors of the
  // reducer.
  absl::StatusOr<UpdateReport> Update(const std::vector<RolloutGroup>& groups,
                                      PacketState* state) const;

 private:
  absl::StatusOr<UpdateReport> UpdateOrThrow(const std::vector<RolloutGroup>& groups,
                                             PacketState* state) const;
  absl::Status Step(absl::Span<const Sample> samples, double rate, PacketState* state,
                    UpdateReport* report) const;

  PacketConfig config_;
  GradientReducer reduce_;
};

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_PACKET_LEARNER_H_
