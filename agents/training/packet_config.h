// Everything that decides what packet-level training learns, as one TOML file.
#ifndef RHUMB_AGENTS_TRAINING_PACKET_CONFIG_H_
#define RHUMB_AGENTS_TRAINING_PACKET_CONFIG_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agents/training/episode_scenario.h"
#include "agents/training/routing_environment.h"
#include "simulator/packet/packet_simulator.h"

namespace rhumb::training {

struct PacketConfig {
  uint64_t seed = 1;
  ScenarioDraw episodes;
  EnvironmentOptions environment;
  PacketSimulatorOptions simulator;
  bool flow_level = false;  // plays formulas instead of packets: for tests and first looks

  int iterations = 8;  // of the network
  double sigma = 0.3;  // first standard deviation of the exploration around every logit
  bool learn_sigma = false;
  double trade_off_sigma = 0;  // of the exploration around the trade-off; 0: it is left alone

  int updates = 200;
  int scenarios = 16;         // an update
  int repeats = 8;            // of every scenario, on the same arrivals
  bool leave_one_out = true;  // baseline from the repeats; else from the critic (GAE)
  double discount = 0.5;
  double decay = 0.9;  // GAE's lambda
  double clip = 0.2;
  double kl_limit = 0.02;  // of a demand's logits, mean: no further steps on a batch beyond it
  double entropy = 0;
  double value = 0.5;
  int epochs = 3;      // over a batch
  int minibatch = 32;  // decisions
  double learning_rate = 3e-4;
  int warm_up = 5;  // updates
  double final_rate_share = 0.1;
  double clip_norm = 0.5;
  int late_scenarios = 0;  // may be unfinished when an update begins; they join the next

  int validation_scenarios = 32;
  int validation_every = 10;  // updates; also how often the state is saved
  int patience = 20;          // validations without a better one before training stops
  int test_scenarios = 60;    // played at the end with the best weights and with shortest paths
};

// InvalidArgument with every problem at once; `name` is used in errors.
absl::StatusOr<PacketConfig> ParsePacketConfig(absl::string_view toml, absl::string_view name);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_PACKET_CONFIG_H_
