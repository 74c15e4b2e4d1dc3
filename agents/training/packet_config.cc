#include "agents/training/packet_config.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "agents/training/draw_fields.h"
#include "simulator/episode_checks.h"
#include "topologies/formats/toml_fields.h"

namespace rhumb::training {
namespace {

using FlowSizes = TrafficModel::FlowSizes;

constexpr int kPlanIterations = 8;

void ReadLevel(TomlReader& fields, SimulatorLevel& level) {
  const auto parse = [](const std::string& name) -> absl::StatusOr<SimulatorLevel> {
    if (name == "packet") return SimulatorLevel::kPacket;
    if (name == "fluid") return SimulatorLevel::kFluid;
    if (name == "flow") return SimulatorLevel::kFlow;
    return absl::InvalidArgumentError("");
  };
  fields.Parsed("level", level, parse, nullptr, "\"packet\", \"fluid\" or \"flow\"");
}

// Left out: as many as the size of the network asks for.
void ReadCount(TomlReader& fields, const char* key, int largest, std::optional<int>& count) {
  int value = -1;
  fields.Number(key, 0, largest, value);
  if (value >= 0) count = value;
}

void ReadNetworks(TomlReader& fields, ScenarioDraw* draw) {
  draw->networks = {{NetworkFamily::kWaxman, NetworkFamily::kRingChords, NetworkFamily::kTwoLevel,
                     NetworkFamily::kHeavyTail, NetworkFamily::kGrid},
                    6,
                    12};
  ReadNetworkDraw(fields, draw);
  fields.Number("min_capacity_bps", 0, 1e15, draw->min_capacity_bps);
  fields.Number("max_capacity_bps", 0, 1e15, draw->max_capacity_bps);
  if (draw->min_capacity_bps > draw->max_capacity_bps ||
      (draw->max_capacity_bps > 0 && draw->min_capacity_bps <= 0)) {
    fields.Problem("min_capacity_bps", "must be above 0 and not exceed networks.max_capacity_bps");
  }
}

void ReadEpisodes(TomlReader& fields, ScenarioDraw* draw) {
  fields.Number("steps", 1, 1000, draw->steps);
  fields.Number("past", 1, 1000, draw->past);
  ReadTrafficDraw(fields, /*with_streams=*/true, draw);
  fields.Choice("traffic", "generated", "packerl", draw->packerl_traffic);
  if (draw->packerl_traffic &&
      (draw->networks.families != std::vector<NetworkFamily>{NetworkFamily::kPackerl} ||
       draw->flow_sizes != std::vector<FlowSizes>{FlowSizes::kLongTail})) {
    fields.Problem("traffic",
                   "\"packerl\" needs networks.families = [\"packerl\"] and episodes.flow_sizes = "
                   "[\"long-tail\"], from which its demands follow");
  }
  fields.Number("constant_share", 0, 1, draw->constant_share);
  fields.Number("burst_share", 0, 1, draw->burst_share);
  fields.Number("failure_share", 0, 1, draw->failure_share);
  ReadScaleDraw(fields, draw);
}

void ReadReward(TomlReader& fields, PacketConfig* config) {
  RewardWeights& reward = config->environment.reward;
  fields.Number("completion", 0, 1e3, reward.completion);
  fields.Number("on_time", 0, 1e3, reward.on_time);
  fields.Number("delay", 0, 1e3, reward.delay);
  bool of_packets = false;
  fields.Choice("delay_of", "traffic", "packets", of_packets);
  if (of_packets) config->environment.delay_of = DelayOf::kPackets;
  fields.Number("loss", 0, 1e3, reward.loss);
  fields.Number("goodput", 0, 1e3, reward.goodput);
  fields.Number("moved", 0, 1e3, reward.moved);
  fields.Choice("against", "empty-network", "shortest-path",
                config->environment.against_shortest_path);
}

void ReadPolicy(TomlReader& fields, PacketConfig* config) {
  ReadCount(fields, "iterations", 1000, config->inference.iterations);
  ReadCount(fields, "refinements", 10000, config->inference.refinements);
  const auto learns = [config](const std::string& name) -> absl::StatusOr<bool> {
    config->loop = name == "loop";
    if (name == "plan" || name == "loop") return true;
    if (name == "prices") return false;
    return absl::InvalidArgumentError("");
  };
  fields.Parsed("learns", config->whole_plan, learns, nullptr, "\"prices\", \"plan\" or \"loop\"");
  if (config->whole_plan) {
    config->inference.iterations = config->inference.iterations.value_or(kPlanIterations);
    const auto parse = [](const std::string& name) -> absl::StatusOr<PlanEstimator> {
      if (name == "evolution") return PlanEstimator::kEvolution;
      if (name == "ppo") return PlanEstimator::kPpo;
      if (name == "model") return PlanEstimator::kModel;
      return absl::InvalidArgumentError("");
    };
    fields.Parsed("estimator", config->estimator, parse, nullptr,
                  "\"evolution\", \"ppo\" or \"model\"");
    if (config->loop && config->estimator == PlanEstimator::kPpo) {
      fields.Problem("estimator", "must be \"model\" or \"evolution\" with learns = \"loop\"");
    }
    fields.Number("noise_weights", 1e-3, 10, config->weight_noise);
    fields.Number("school", 0, 1, config->school);
    fields.Number("noise_links", 1e-3, 10, config->noise.links);
    fields.Number("noise_common", 0, 10, config->noise.common);
    fields.Number("noise_paths", 1e-3, 10, config->noise.paths);
    return;
  }
  fields.Number("sigma", 1e-3, 10, config->sigma);
  std::vector<float> prices;
  fields.List("first_prices",
              absl::StrFormat("a list of %d numbers from -10 to 10", int{neural::kNumPrices}),
              [&](const toml::node& node) {
                const auto price = node.value<double>();
                if (price) prices.push_back(static_cast<float>(*price));
                return price && *price >= -10 && *price <= 10 &&
                       prices.size() <= config->first_prices.size();
              });
  if (prices.size() == config->first_prices.size()) {
    std::copy(prices.begin(), prices.end(), config->first_prices.begin());
  } else if (!prices.empty()) {
    fields.Problem("first_prices", "names too few prices; see priced_split.h");
  }
}

void ReadPpo(TomlReader& fields, PacketConfig* config) {
  fields.Number("updates", 0, 1e9, config->updates);
  fields.Number("scenarios", 1, 1e5, config->scenarios);
  fields.Number("repeats", 1, 1e4, config->repeats);
  fields.Choice("baseline", "critic", "leave-one-out", config->leave_one_out);
  if (config->leave_one_out && config->repeats < 2) {
    fields.Problem("repeats", "must be 2 or more with baseline = \"leave-one-out\"");
  }
  fields.Number("discount", 0, 1, config->discount);
  fields.Number("decay", 0, 1, config->decay);
  fields.Number("clip", 1e-3, 1e3, config->clip);
  fields.Number("kl_limit", 1e-6, 1e6, config->kl_limit);
  fields.Number("entropy", 0, 10, config->entropy);
  fields.Number("value", 0, 100, config->value);
  if (!config->leave_one_out && config->value <= 0) {
    fields.Problem("value", "must be above 0 with baseline = \"critic\"");
  }
  fields.Number("epochs", 1, 1000, config->epochs);
  fields.Number("minibatch", 1, 1e6, config->minibatch);
  fields.Number("learning_rate", 1e-8, 1, config->learning_rate);
  fields.Number("warm_up", 1, 1e6, config->warm_up);
  fields.Number("final_rate_share", 0, 1, config->final_rate_share);
  fields.Number("clip_norm", 1e-6, 1e6, config->clip_norm);
  fields.Number("late_scenarios", 0, 1e5, config->late_scenarios);
  if (config->late_scenarios >= config->scenarios) {
    fields.Problem("late_scenarios", "must be less than ppo.scenarios");
  }
}

void ReadSimulator(TomlReader& fields, PacketConfig* config) {
  ReadLevel(fields, config->level);
  bool udp_fast = false;
  fields.Choice("data_plane", "ip", "udp-fast", udp_fast);
  if (udp_fast) config->simulator.data_plane = DataPlane::kUdpFast;
  if (udp_fast && config->level == SimulatorLevel::kFluid) {
    fields.Problem("data_plane", "\"udp-fast\" is one of packets; leave it out at level \"fluid\"");
  }
  fields.Number("segment_bytes", 100, 65000, config->simulator.segment_bytes);
  ReadSeconds(fields, "buffer_s", 0, 1e3, config->simulator.buffer);
  fields.Number("socket_buffer_bytes", 0, 1e9, config->simulator.socket_buffer_bytes);
  if (config->simulator.socket_buffer_bytes != 0 &&
      config->simulator.socket_buffer_bytes < kLeastSocketBuffer) {
    fields.Problem("socket_buffer_bytes",
                   absl::StrFormat("must be 0 or at least %d", kLeastSocketBuffer));
  }
  fields.Choice("sack", "off", "on", config->simulator.sack);
  ReadSeconds(fields, "deadline_s", 0.1, 1e6, config->simulator.deadline);
}

void ReadValidation(TomlReader& fields, PacketConfig* config) {
  config->judge_level = config->level;
  ReadLevel(fields, config->judge_level);
  fields.Number("scenarios", 2, 1e5, config->validation_scenarios);
  config->validation_min_load = config->episodes.min_load;
  config->validation_max_load = config->episodes.max_load;
  fields.Number("min_load", 0.01, 100, config->validation_min_load);
  fields.Number("max_load", 0.01, 100, config->validation_max_load);
  if (config->validation_min_load > config->validation_max_load) {
    fields.Problem("min_load", "must not exceed validation.max_load");
  }
  fields.Number("every", 1, 1e9, config->validation_every);
  fields.Flag("keep", config->keep_checkpoints);
  fields.Number("patience", 1, 1e9, config->patience);
  fields.Number("test_scenarios", 0, 1e6, config->test_scenarios);
  const auto parse = [](const std::string& name) -> absl::StatusOr<TestAgainst> {
    if (name == "reference") return TestAgainst::kReference;
    if (name == "lp-previous") return TestAgainst::kLinearProgram;
    if (name == "all") return TestAgainst::kAll;
    return absl::InvalidArgumentError("");
  };
  fields.Parsed("test_against", config->test_against, parse, nullptr,
                "\"reference\", \"lp-previous\" or \"all\"");
  fields.Texts("test_checkpoints", config->test_checkpoints);
}

void ReadTruth(TomlReader& fields, PacketConfig* config) {
  TruthRules& truth = config->truth;
  fields.Number("minutes", 0, 1e6, truth.minutes);
  fields.Number("every", 1, 1e9, truth.every);
  fields.Number("episodes", 1, 1e4, truth.episodes);
  fields.Number("tolerance", 1e-6, 10, truth.tolerance);
  if (truth.minutes <= 0) return;
  if (config->level != SimulatorLevel::kFluid || config->episodes.steps != 1 ||
      config->late_scenarios != 0) {
    fields.Problem("minutes",
                   "needs simulator.level = \"fluid\", episodes.steps = 1 and ppo.late_scenarios = "
                   "0: what ns-3 plays again are episodes of one interval");
  }
}

}  // namespace

absl::StatusOr<PacketConfig> ParsePacketConfig(absl::string_view text, absl::string_view name) {
  const absl::StatusOr<toml::table> root = ParseToml(text, std::string(name));
  if (!root.ok()) return root.status();
  PacketConfig config;
  TomlFile file(*root, std::string(name));
  file.top().Number("seed", 0, 1e15, config.seed);
  file.Section("networks", [&](TomlReader& fields) { ReadNetworks(fields, &config.episodes); });
  file.Section("episodes", [&](TomlReader& fields) { ReadEpisodes(fields, &config.episodes); });
  file.Section("reward", [&](TomlReader& fields) { ReadReward(fields, &config); });
  file.Section("policy", [&](TomlReader& fields) { ReadPolicy(fields, &config); });
  file.Section("ppo", [&](TomlReader& fields) { ReadPpo(fields, &config); });
  file.Section("simulator", [&](TomlReader& fields) { ReadSimulator(fields, &config); });
  file.Section("validation", [&](TomlReader& fields) { ReadValidation(fields, &config); });
  file.Section("truth", [&](TomlReader& fields) { ReadTruth(fields, &config); });
  if (absl::Status status = file.Finish(); !status.ok()) return status;
  return config;
}

}  // namespace rhumb::training
