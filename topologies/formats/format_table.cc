#include "topologies/formats/format_table.h"

#include "topologies/formats/native_json.h"

namespace rhumb {
namespace {

bool IsNodeLinkJson(const Sniff& s) {
  return s.kind == Sniff::Kind::kJsonObject && s.json_keys.contains("nodes") &&
         (s.json_keys.contains("directed") || s.json_keys.contains("multigraph") ||
          s.json_keys.contains("graph") || s.json_keys.contains("edges") ||
          s.json_node_keys.contains("id"));
}

bool IsNativeTopology(const Sniff& s) {
  return s.kind == Sniff::Kind::kJsonObject && s.json_keys.contains("nodes") &&
         !s.json_keys.contains("matrices") && !IsNodeLinkJson(s);
}

bool IsNativeTraffic(const Sniff& s) {
  return s.kind == Sniff::Kind::kJsonObject && s.json_keys.contains("matrices");
}

}  // namespace

absl::Span<const Format<Topology>> TopologyFormats() {
  static constexpr Format<Topology> kFormats[] = {
      {"native JSON", IsNativeTopology, ReadNativeTopology},
  };
  return kFormats;
}

absl::Span<const Format<TrafficSeries>> TrafficFormats() {
  static constexpr Format<TrafficSeries> kFormats[] = {
      {"native JSON", IsNativeTraffic, ReadNativeTraffic},
  };
  return kFormats;
}

}  // namespace rhumb
