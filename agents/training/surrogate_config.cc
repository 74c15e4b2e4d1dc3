#include "agents/training/surrogate_config.h"

#include <string>
#include <utility>

#include "topologies/formats/toml_fields.h"

namespace rhumb::training {
namespace {

using FlowSizes = TrafficModel::FlowSizes;

constexpr std::pair<const char*, FlowSizes> kFlowSizes[] = {
    {"mice-elephants", FlowSizes::kMiceElephants},
    {"websearch", FlowSizes::kWebSearch},
    {"bounded-pareto", FlowSizes::kBoundedPareto},
    {"long-tail", FlowSizes::kLongTail}};

void ReadSeconds(TomlReader& fields, const char* key, double low, absl::Duration& value) {
  double seconds = absl::ToDoubleSeconds(value);
  fields.Number(key, low, 1e4, seconds);
  value = absl::Seconds(seconds);
}

void ReadNetworks(TomlReader& fields, SurrogateConfig* config) {
  NetworkDraw& draw = config->episodes.networks;
  std::vector<NetworkFamily> families;
  fields.List("families", "a list of waxman, ring-chords, two-level, heavy-tail, grid, packerl",
              [&](const toml::node& node) {
                const auto family = ParseNetworkFamily(node.value_or(std::string()));
                if (family.ok()) families.push_back(*family);
                return family.ok();
              });
  if (!families.empty()) draw.families = families;
  fields.Number("min_nodes", 4, 1000, draw.min_nodes);
  fields.Number("max_nodes", 4, 1000, draw.max_nodes);
  if (draw.min_nodes > draw.max_nodes) {
    fields.Problem("min_nodes", "must not exceed networks.max_nodes");
  }
  fields.Number("candidate_paths", 1, 64, config->episodes.candidate_paths);
}

void ReadEpisodes(TomlReader& fields, SurrogateConfig* config) {
  ScenarioDraw& draw = config->episodes;
  fields.Number("min_load", 0.01, 100, draw.min_load);
  fields.Number("max_load", 0.01, 100, draw.max_load);
  if (draw.min_load > draw.max_load) {
    fields.Problem("min_load", "must not exceed episodes.max_load");
  }
  std::vector<double> shares;
  fields.List("tcp_shares", "a list of numbers from 0 to 1", [&](const toml::node& node) {
    shares.push_back(node.value_or(-1.0));
    return shares.back() >= 0 && shares.back() <= 1;
  });
  if (!shares.empty()) draw.tcp_shares = shares;
  std::vector<FlowSizes> sizes;
  fields.List("flow_sizes", "a list of mice-elephants, websearch, bounded-pareto, long-tail",
              [&](const toml::node& node) {
                for (const auto& [known, value] : kFlowSizes) {
                  if (known != node.value_or(std::string())) continue;
                  sizes.push_back(value);
                  return true;
                }
                return false;
              });
  if (!sizes.empty()) draw.flow_sizes = sizes;
  std::vector<int> segments;
  fields.List("segment_bytes", "a list of whole numbers from 64 to 60000",
              [&](const toml::node& node) {
                segments.push_back(static_cast<int>(node.value_or<int64_t>(0)));
                return segments.back() >= 64 && segments.back() <= 60000;
              });
  if (!segments.empty()) config->segment_bytes = segments;
  fields.Number("min_narrowest_bps", 1e5, 1e12, draw.min_narrowest_bps);
  fields.Number("max_narrowest_bps", 1e5, 1e12, draw.max_narrowest_bps);
  if (draw.min_narrowest_bps > draw.max_narrowest_bps) {
    fields.Problem("min_narrowest_bps", "must not exceed episodes.max_narrowest_bps");
  }
  fields.Number("max_hop_packets", 0, 1e12, draw.max_hop_packets);
  ReadSeconds(fields, "interval_s", 0.01, draw.duration);
  ReadSeconds(fields, "warm_up_s", 0, draw.warm_up);
  ReadSeconds(fields, "drain_s", 0, draw.drain);
}

void ReadData(TomlReader& fields, SurrogateConfig* config) {
  fields.Number("networks", 4, 1e6, config->networks);
  fields.Number("plans", 1, 1000, config->plans);
  fields.Number("test_networks", 0, 1e6, config->test_networks);
  fields.Number("folds", 2, 100, config->folds);
  if (config->folds > config->networks) {
    fields.Problem("folds", "must not exceed data.networks");
  }
}

}  // namespace

absl::StatusOr<SurrogateConfig> ParseSurrogateConfig(absl::string_view toml,
                                                     absl::string_view name) {
  SurrogateConfig config;
  ScenarioDraw& draw = config.episodes;
  draw.networks = {{NetworkFamily::kWaxman, NetworkFamily::kRingChords, NetworkFamily::kTwoLevel,
                    NetworkFamily::kHeavyTail, NetworkFamily::kGrid},
                   6,
                   12};
  draw.steps = 1;
  draw.min_load = 0.3;
  draw.max_load = 1.6;
  draw.failure_share = 0;
  draw.min_narrowest_bps = draw.max_narrowest_bps = 100e6;
  draw.max_hop_packets = 400e3;
  draw.duration = draw.drain = absl::Seconds(3);
  draw.warm_up = absl::Seconds(1);
  const auto table = ParseToml(toml, std::string(name));
  if (!table.ok()) return table.status();
  TomlFile file(*table, std::string(name));
  file.top().Number("seed", 0, 9e15, config.seed);
  file.Section("networks", [&](TomlReader& fields) { ReadNetworks(fields, &config); });
  file.Section("episodes", [&](TomlReader& fields) { ReadEpisodes(fields, &config); });
  file.Section("data", [&](TomlReader& fields) { ReadData(fields, &config); });
  file.Section("simulator",
               [&](TomlReader& fields) { ReadSeconds(fields, "deadline_s", 1, config.deadline); });
  if (absl::Status status = file.Finish(); !status.ok()) return status;
  return config;
}

}  // namespace rhumb::training
