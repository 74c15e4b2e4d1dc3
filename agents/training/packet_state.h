// What a run of packet-level training is made of: what its state.bin holds.
#ifndef RHUMB_AGENTS_TRAINING_PACKET_STATE_H_
#define RHUMB_AGENTS_TRAINING_PACKET_STATE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agents/training/adam.h"
#include "agents/training/run_state.h"

namespace rhumb::training {

// What changes from update to update, and the graph network that does not.
struct PacketState : RunState {
  explicit PacketState(std::vector<float> head) : learned(std::move(head)), adam(learned.size()) {}

  std::vector<float> weights;        // of the graph network; empty where that is what is learned
  std::vector<float> learned;        // what is learned
  std::vector<float> average;        // of what is learned, over the last updates; whole plans only
  std::vector<float> model;          // of costs; whole plans only
  std::vector<float> model_average;  // of that, over the last updates
  Adam adam;
  Adam model_adam{0};
  double return_variance = 0;  // moving average, by whose root rewards are divided for the critic
  std::vector<float> best;
  double run_s = 0;   // wall time of updates and validations
  std::string truth;  // TruthChecks::Serialize; empty without them

  std::string Serialize(const std::string& config_toml) const;
  // FailedPrecondition for a state of another configuration, DataLoss for a torn one.
  static absl::StatusOr<PacketState> Parse(absl::string_view bytes, const std::string& config_toml,
                                           absl::string_view name);
};

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_PACKET_STATE_H_
