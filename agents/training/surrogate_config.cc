#include "agents/training/surrogate_config.h"

#include <string>
#include <utility>

#include "agents/training/draw_fields.h"
#include "topologies/formats/toml_fields.h"

namespace rhumb::training {
namespace {

void ReadEpisodes(TomlReader& fields, SurrogateConfig* config) {
  ScenarioDraw& draw = config->episodes;
  ReadTrafficDraw(fields, /*with_streams=*/false, &draw);
  std::vector<int> segments;
  fields.List("segment_bytes", "a list of whole numbers from 64 to 60000",
              [&](const toml::node& node) {
                segments.push_back(static_cast<int>(node.value_or<int64_t>(0)));
                return segments.back() >= 64 && segments.back() <= 60000;
              });
  if (!segments.empty()) config->segment_bytes = segments;
  ReadScaleDraw(fields, &draw);
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
  file.Section("networks", [&](TomlReader& fields) { ReadNetworkDraw(fields, &config.episodes); });
  file.Section("episodes", [&](TomlReader& fields) { ReadEpisodes(fields, &config); });
  file.Section("data", [&](TomlReader& fields) { ReadData(fields, &config); });
  file.Section("simulator", [&](TomlReader& fields) {
    ReadSeconds(fields, "deadline_s", 1, 1e4, config.deadline);
  });
  if (absl::Status status = file.Finish(); !status.ok()) return status;
  return config;
}

}  // namespace rhumb::training
