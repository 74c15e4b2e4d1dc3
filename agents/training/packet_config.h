// Everything that decides what packet-level training learns, as one TOML file.
// configs/packet.toml shows every key.
#ifndef RHUMB_AGENTS_TRAINING_PACKET_CONFIG_H_
#define RHUMB_AGENTS_TRAINING_PACKET_CONFIG_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agents/neural/inference.h"
#include "agents/neural/priced_split.h"
#include "agents/training/episode_scenario.h"
#include "agents/training/plan_noise.h"
#include "agents/training/routing_environment.h"
#include "agents/training/truth_checks.h"
#include "simulator/packet/packet_simulator.h"

namespace rhumb::training {

// What plays an episode.
enum class SimulatorLevel {
  kPacket,  // ns-3, in worker processes
  kFluid,   // trains of packets over fluid queues, in this process, some 300 times faster
  kFlow     // formulas: for tests and first looks
};

// How the gradient of a whole plan is estimated.
enum class PlanEstimator {
  kEvolution,  // rewards weighted by the noise that they came with
  kPpo,        // the clipped ratio of probabilities of every pair
  kModel       // through a model of costs that is fitted to the rewards
};

// Who else plays the test at the end.
enum class TestAgainst {
  kReference,      // the shortest path of the reward's reference
  kLinearProgram,  // that and the LP on the last matrix
  kAll             // every shortest path, ECMP, CSPF, the LP and the run's own start
};

struct PacketConfig {
  uint64_t seed = 1;
  ScenarioDraw episodes;
  EnvironmentOptions environment;
  PacketSimulatorOptions simulator;
  SimulatorLevel level = SimulatorLevel::kPacket;        // of what is learned from
  SimulatorLevel judge_level = SimulatorLevel::kPacket;  // of validation and test

  neural::InferenceOptions inference;  // of the base plan
  // Learns the graph network's weights, which then decide the plan, instead of six prices on top.
  bool whole_plan = false;
  // The same for a sequence of decisions that see what the running network measured.
  bool loop = false;
  PlanEstimator estimator = PlanEstimator::kEvolution;
  double school = 0;  // share of the updates, the first, for which the model is the estimator
  PlanNoise noise;    // exploration of whole plans
  // The same of a sequence's agent that learns by evolution: of the weights of its shifts.
  double weight_noise = 0.5;
  double sigma = 0.5;             // first standard deviation of the exploration of every price
  neural::Prices first_prices{};  // what a head without training says

  int updates = 100;
  int scenarios = 8;          // an update
  int repeats = 6;            // of every scenario, on the same arrivals
  bool leave_one_out = true;  // baseline from the repeats; else from the critic (GAE)
  double discount = 0.5;
  double decay = 0.9;  // GAE's lambda
  double clip = 0.2;
  double kl_limit = 0.05;  // between the acting and the changed policy, mean over decisions
  double entropy = 0.001;
  double value = 0.5;
  int epochs = 8;      // over a batch
  int minibatch = 48;  // decisions
  double learning_rate = 3e-3;
  int warm_up = 3;  // updates
  double final_rate_share = 0.1;
  double clip_norm = 0.5;
  int late_scenarios = 0;  // may be unfinished when an update begins; they join the next

  int validation_scenarios = 16;
  // Load of validation and test, as ScenarioDraw has it for training.
  double validation_min_load = 0.25, validation_max_load = 1.5;
  int validation_every = 10;      // updates; also how often the state is saved
  int patience = 20;              // validations without a better one before training stops
  bool keep_checkpoints = false;  // those of every validation

  int test_scenarios = 40;  // played at the end with the best weights and with other policies
  std::vector<std::string> test_checkpoints;  // of other agents, played in the test as well
  TestAgainst test_against = TestAgainst::kAll;

  TruthRules truth;
};

// InvalidArgument with every problem at once; `name` is used in errors.
absl::StatusOr<PacketConfig> ParsePacketConfig(absl::string_view toml, absl::string_view name);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_PACKET_CONFIG_H_
