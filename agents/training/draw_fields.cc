#include "agents/training/draw_fields.h"

#include <string>
#include <utility>
#include <vector>

namespace rhumb::training {
namespace {

using FlowSizes = TrafficModel::FlowSizes;

// Streams last.
constexpr std::pair<const char*, FlowSizes> kFlowSizes[] = {
    {"mice-elephants", FlowSizes::kMiceElephants},
    {"websearch", FlowSizes::kWebSearch},
    {"bounded-pareto", FlowSizes::kBoundedPareto},
    {"long-tail", FlowSizes::kLongTail},
    {"constant", FlowSizes::kConstantBitRate}};

}  // namespace

void ReadSeconds(TomlReader& fields, const char* key, double low, double high,
                 absl::Duration& value) {
  double seconds = absl::ToDoubleSeconds(value);
  fields.Number(key, low, high, seconds);
  value = absl::Seconds(seconds);
}

void ReadNetworkDraw(TomlReader& fields, ScenarioDraw* draw) {
  std::vector<NetworkFamily> families;
  fields.List("families",
              "a list of waxman, ring-chords, two-level, heavy-tail, grid, access, packerl",
              [&](const toml::node& node) {
                const auto family = ParseNetworkFamily(node.value_or(std::string()));
                if (family.ok()) families.push_back(*family);
                return family.ok();
              });
  if (!families.empty()) draw->networks.families = families;
  fields.Number("min_nodes", 4, 1000, draw->networks.min_nodes);
  fields.Number("max_nodes", 4, 1000, draw->networks.max_nodes);
  if (draw->networks.min_nodes > draw->networks.max_nodes) {
    fields.Problem("min_nodes", "must not exceed networks.max_nodes");
  }
  fields.Number("candidate_paths", 1, 64, draw->candidate_paths);
}

void ReadTrafficDraw(TomlReader& fields, bool with_streams, ScenarioDraw* draw) {
  fields.Number("min_load", 0.01, 100, draw->min_load);
  fields.Number("max_load", 0.01, 100, draw->max_load);
  if (draw->min_load > draw->max_load) {
    fields.Problem("min_load", "must not exceed episodes.max_load");
  }
  std::vector<double> shares;
  fields.List("tcp_shares", "a list of numbers from 0 to 1", [&](const toml::node& node) {
    shares.push_back(node.value_or(-1.0));
    return shares.back() >= 0 && shares.back() <= 1;
  });
  if (!shares.empty()) draw->tcp_shares = shares;
  std::vector<FlowSizes> sizes;
  fields.List("flow_sizes",
              with_streams
                  ? "a list of mice-elephants, websearch, bounded-pareto, long-tail, constant"
                  : "a list of mice-elephants, websearch, bounded-pareto, long-tail",
              [&](const toml::node& node) {
                for (const auto& [known, value] : kFlowSizes) {
                  if (known != node.value_or(std::string())) continue;
                  if (!with_streams && value == FlowSizes::kConstantBitRate) return false;
                  sizes.push_back(value);
                  return true;
                }
                return false;
              });
  if (!sizes.empty()) draw->flow_sizes = sizes;
}

void ReadScaleDraw(TomlReader& fields, ScenarioDraw* draw) {
  fields.Number("min_narrowest_bps", 1e5, 1e12, draw->min_narrowest_bps);
  fields.Number("max_narrowest_bps", 1e5, 1e12, draw->max_narrowest_bps);
  if (draw->min_narrowest_bps > draw->max_narrowest_bps) {
    fields.Problem("min_narrowest_bps", "must not exceed episodes.max_narrowest_bps");
  }
  fields.Number("max_hop_packets", 0, 1e12, draw->max_hop_packets);
  ReadSeconds(fields, "interval_s", 0.01, 1e4, draw->duration);
  ReadSeconds(fields, "warm_up_s", 0, 1e4, draw->warm_up);
  ReadSeconds(fields, "drain_s", 0, 1e4, draw->drain);
}

}  // namespace rhumb::training
