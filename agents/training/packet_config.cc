#include "agents/training/packet_config.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agents/training/toml_reader.h"

namespace rhumb::training {
namespace {

using FlowSizes = TrafficModel::FlowSizes;

const std::vector<std::pair<std::string, FlowSizes>>& FlowSizeNames() {
  static const auto* names = new std::vector<std::pair<std::string, FlowSizes>>{
      {"mice-elephants", FlowSizes::kMiceElephants},
      {"websearch", FlowSizes::kWebSearch},
      {"bounded-pareto", FlowSizes::kBoundedPareto},
      {"long-tail", FlowSizes::kLongTail},
      {"constant", FlowSizes::kConstantBitRate}};
  return *names;
}

void ReadSeconds(TomlReader* read, const std::string& key, double low, double high,
                 absl::Duration* value) {
  double seconds = absl::ToDoubleSeconds(*value);
  read->Number(key, low, high, &seconds);
  *value = absl::Seconds(seconds);
}

// Left out: as many as the size of the network asks for.
void ReadCount(TomlReader* read, const std::string& key, int largest, std::optional<int>* count) {
  int value = -1;
  read->Number(key, 0, largest, &value);
  if (value >= 0) *count = value;
}

void ReadNetworks(TomlReader* read, ScenarioDraw* draw) {
  draw->networks = {{NetworkFamily::kWaxman, NetworkFamily::kRingChords, NetworkFamily::kTwoLevel,
                     NetworkFamily::kHeavyTail, NetworkFamily::kGrid},
                    6,
                    12};
  std::vector<NetworkFamily> families;
  read->List("networks.families",
             "give a list of waxman, ring-chords, two-level, heavy-tail, grid, packerl",
             [&](const toml::node& node) {
               const auto family = ParseNetworkFamily(node.value_or(std::string()));
               if (family.ok()) families.push_back(*family);
               return family.ok();
             });
  if (!families.empty()) draw->networks.families = families;
  read->Number("networks.min_nodes", 4, 1000, &draw->networks.min_nodes);
  read->Number("networks.max_nodes", 4, 1000, &draw->networks.max_nodes);
  if (draw->networks.min_nodes > draw->networks.max_nodes) {
    read->Problem("networks.min_nodes", "must not exceed networks.max_nodes");
  }
  read->Number("networks.candidate_paths", 1, 64, &draw->candidate_paths);
  read->Number("networks.min_capacity_bps", 0, 1e15, &draw->min_capacity_bps);
  read->Number("networks.max_capacity_bps", 0, 1e15, &draw->max_capacity_bps);
  if (draw->min_capacity_bps > draw->max_capacity_bps ||
      (draw->max_capacity_bps > 0 && draw->min_capacity_bps <= 0)) {
    read->Problem("networks.min_capacity_bps",
                  "must be above 0 and not exceed networks.max_capacity_bps");
  }
}

void ReadEpisodes(TomlReader* read, ScenarioDraw* draw) {
  read->Number("episodes.steps", 1, 1000, &draw->steps);
  read->Number("episodes.past", 1, 1000, &draw->past);
  read->Number("episodes.min_load", 0.01, 100, &draw->min_load);
  read->Number("episodes.max_load", 0.01, 100, &draw->max_load);
  if (draw->min_load > draw->max_load) {
    read->Problem("episodes.min_load", "must not exceed episodes.max_load");
  }
  std::vector<double> shares;
  read->List("episodes.tcp_shares", "give a list of numbers from 0 to 1",
             [&](const toml::node& node) {
               shares.push_back(node.value_or(-1.0));
               return shares.back() >= 0 && shares.back() <= 1;
             });
  if (!shares.empty()) draw->tcp_shares = shares;
  std::vector<FlowSizes> sizes;
  read->List("episodes.flow_sizes",
             "give a list of mice-elephants, websearch, bounded-pareto, long-tail, constant",
             [&](const toml::node& node) {
               for (const auto& [known, value] : FlowSizeNames()) {
                 if (known != node.value_or(std::string())) continue;
                 sizes.push_back(value);
                 return true;
               }
               return false;
             });
  if (!sizes.empty()) draw->flow_sizes = sizes;
  read->Choice("episodes.traffic", "generated", "packerl", &draw->packerl_traffic);
  if (draw->packerl_traffic &&
      (draw->networks.families != std::vector<NetworkFamily>{NetworkFamily::kPackerl} ||
       draw->flow_sizes != std::vector<FlowSizes>{FlowSizes::kLongTail})) {
    read->Problem("episodes.traffic",
                  "\"packerl\" needs networks.families = [\"packerl\"] and episodes.flow_sizes = "
                  "[\"long-tail\"], from which its demands follow");
  }
  read->Number("episodes.constant_share", 0, 1, &draw->constant_share);
  read->Number("episodes.failure_share", 0, 1, &draw->failure_share);
  read->Number("episodes.min_narrowest_bps", 1e5, 1e12, &draw->min_narrowest_bps);
  read->Number("episodes.max_narrowest_bps", 1e5, 1e12, &draw->max_narrowest_bps);
  if (draw->min_narrowest_bps > draw->max_narrowest_bps) {
    read->Problem("episodes.min_narrowest_bps", "must not exceed episodes.max_narrowest_bps");
  }
  read->Number("episodes.max_hop_packets", 0, 1e12, &draw->max_hop_packets);
  ReadSeconds(read, "episodes.interval_s", 0.01, 1e4, &draw->duration);
  ReadSeconds(read, "episodes.warm_up_s", 0, 1e4, &draw->warm_up);
  ReadSeconds(read, "episodes.drain_s", 0, 1e4, &draw->drain);
}

void ReadReward(TomlReader* read, PacketConfig* config) {
  RewardWeights& reward = config->environment.reward;
  read->Number("reward.completion", 0, 1e3, &reward.completion);
  read->Number("reward.on_time", 0, 1e3, &reward.on_time);
  read->Number("reward.delay", 0, 1e3, &reward.delay);
  bool of_packets = false;
  read->Choice("reward.delay_of", "traffic", "packets", &of_packets);
  if (of_packets) config->environment.delay_of = DelayOf::kPackets;
  read->Number("reward.loss", 0, 1e3, &reward.loss);
  read->Number("reward.goodput", 0, 1e3, &reward.goodput);
  read->Choice("reward.against", "empty-network", "shortest-path",
               &config->environment.against_shortest_path);
}

void ReadLearner(TomlReader* read, PacketConfig* config) {
  ReadCount(read, "policy.iterations", 1000, &config->inference.iterations);
  ReadCount(read, "policy.refinements", 10000, &config->inference.refinements);
  read->Number("policy.sigma", 1e-3, 10, &config->sigma);
  std::vector<float> prices;
  read->List("policy.first_prices",
             absl::StrFormat("give a list of %d numbers from -10 to 10", int{neural::kNumPrices}),
             [&](const toml::node& node) {
               const auto price = node.value<double>();
               if (price) prices.push_back(static_cast<float>(*price));
               return price && *price >= -10 && *price <= 10 &&
                      prices.size() <= config->first_prices.size();
             });
  if (prices.size() == config->first_prices.size()) {
    std::copy(prices.begin(), prices.end(), config->first_prices.begin());
  } else if (!prices.empty()) {
    read->Problem("policy.first_prices", "names too few prices; see priced_split.h");
  }
  read->Number("ppo.updates", 0, 1e9, &config->updates);
  read->Number("ppo.scenarios", 1, 1e5, &config->scenarios);
  read->Number("ppo.repeats", 1, 1e4, &config->repeats);
  read->Choice("ppo.baseline", "critic", "leave-one-out", &config->leave_one_out);
  if (config->leave_one_out && config->repeats < 2) {
    read->Problem("ppo.repeats", "must be 2 or more with baseline = \"leave-one-out\"");
  }
  read->Number("ppo.discount", 0, 1, &config->discount);
  read->Number("ppo.decay", 0, 1, &config->decay);
  read->Number("ppo.clip", 1e-3, 1e3, &config->clip);
  read->Number("ppo.kl_limit", 1e-6, 1e6, &config->kl_limit);
  read->Number("ppo.entropy", 0, 10, &config->entropy);
  read->Number("ppo.value", 0, 100, &config->value);
  if (!config->leave_one_out && config->value <= 0) {
    read->Problem("ppo.value", "must be above 0 with baseline = \"critic\"");
  }
  read->Number("ppo.epochs", 1, 1000, &config->epochs);
  read->Number("ppo.minibatch", 1, 1e6, &config->minibatch);
  read->Number("ppo.learning_rate", 1e-8, 1, &config->learning_rate);
  read->Number("ppo.warm_up", 1, 1e6, &config->warm_up);
  read->Number("ppo.final_rate_share", 0, 1, &config->final_rate_share);
  read->Number("ppo.clip_norm", 1e-6, 1e6, &config->clip_norm);
  read->Number("ppo.late_scenarios", 0, 1e5, &config->late_scenarios);
  if (config->late_scenarios >= config->scenarios) {
    read->Problem("ppo.late_scenarios", "must be less than ppo.scenarios");
  }
}

void ReadSimulator(TomlReader* read, PacketConfig* config) {
  read->Choice("simulator.level", "packet", "flow", &config->flow_level);
  bool udp_fast = false;
  read->Choice("simulator.data_plane", "ip", "udp-fast", &udp_fast);
  if (udp_fast) config->simulator.data_plane = DataPlane::kUdpFast;
  read->Number("simulator.segment_bytes", 100, 65000, &config->simulator.segment_bytes);
  ReadSeconds(read, "simulator.buffer_s", 0, 1e3, &config->simulator.buffer);
  read->Number("simulator.socket_buffer_bytes", 0, 1e9, &config->simulator.socket_buffer_bytes);
  if (config->simulator.socket_buffer_bytes != 0 &&
      config->simulator.socket_buffer_bytes < kLeastSocketBuffer) {
    read->Problem("simulator.socket_buffer_bytes",
                  absl::StrFormat("must be 0 or at least %d", kLeastSocketBuffer));
  }
  read->Choice("simulator.sack", "off", "on", &config->simulator.sack);
  ReadSeconds(read, "simulator.deadline_s", 0.1, 1e6, &config->simulator.deadline);
}

}  // namespace

absl::StatusOr<PacketConfig> ParsePacketConfig(absl::string_view text, absl::string_view name) {
  const absl::StatusOr<toml::table> root = ParseToml(text, name);
  if (!root.ok()) return root.status();
  PacketConfig config;
  TomlReader read(*root, name);
  read.Number("seed", 0, 1e15, &config.seed);
  ReadNetworks(&read, &config.episodes);
  ReadEpisodes(&read, &config.episodes);
  ReadReward(&read, &config);
  ReadLearner(&read, &config);
  ReadSimulator(&read, &config);
  read.Number("validation.scenarios", 2, 1e5, &config.validation_scenarios);
  config.validation_min_load = config.episodes.min_load;
  config.validation_max_load = config.episodes.max_load;
  read.Number("validation.min_load", 0.01, 100, &config.validation_min_load);
  read.Number("validation.max_load", 0.01, 100, &config.validation_max_load);
  if (config.validation_min_load > config.validation_max_load) {
    read.Problem("validation.min_load", "must not exceed validation.max_load");
  }
  read.Number("validation.every", 1, 1e9, &config.validation_every);
  read.Number("validation.patience", 1, 1e9, &config.patience);
  read.Number("validation.test_scenarios", 0, 1e6, &config.test_scenarios);
  read.Choice("validation.test_against", "reference", "all", &config.test_against_all);
  if (absl::Status status = read.Finish(); !status.ok()) return status;
  return config;
}

}  // namespace rhumb::training
