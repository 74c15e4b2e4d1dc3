#include "topologies/formats/format_table.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "topologies/formats/brite.h"
#include "topologies/formats/csv_table.h"
#include "topologies/formats/dot.h"
#include "topologies/formats/edge_list_csv.h"
#include "topologies/formats/element_fields.h"
#include "topologies/formats/frr_ted_json.h"
#include "topologies/formats/gml.h"
#include "topologies/formats/matrix_text.h"
#include "topologies/formats/native_json.h"
#include "topologies/formats/node_link_json.h"
#include "topologies/formats/npy.h"
#include "topologies/formats/repetita.h"
#include "topologies/formats/rfc8345_json.h"
#include "topologies/formats/sndlib_native.h"
#include "topologies/formats/sndlib_xml.h"
#include "topologies/formats/topology_zoo.h"
#include "topologies/formats/totem_xml.h"
#include "topologies/formats/wide_csv.h"

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

bool IsXml(const Sniff& s, absl::string_view root) {
  return s.kind == Sniff::Kind::kXml && s.xml_root == root;
}

bool IsText(const Sniff& s, absl::string_view first_word) {
  return s.kind == Sniff::Kind::kText && absl::StartsWith(s.first_line, first_word) &&
         s.first_line.size() > first_word.size() &&
         absl::ascii_isspace(s.first_line[first_word.size()]);
}

bool IsGraphml(const Sniff& s) { return IsXml(s, "graphml"); }
bool IsSndlibXml(const Sniff& s) { return IsXml(s, "network"); }
bool IsTotem(const Sniff& s) { return IsXml(s, "domain"); }

bool IsSndlibNative(const Sniff& s) {
  if (s.sndlib_header) return true;
  for (absl::string_view section : {"NODES", "LINKS", "DEMANDS", "META"}) {
    if (IsText(s, section) && absl::StrContains(s.first_line, "(")) return true;
  }
  return false;
}

bool IsRepetitaGraph(const Sniff& s) { return IsText(s, "NODES") && !IsSndlibNative(s); }
bool IsRepetitaDemands(const Sniff& s) { return IsText(s, "DEMANDS") && !IsSndlibNative(s); }
// A table whose head begins with a time and names no separate ends.
bool IsWideCsv(const Sniff& s) {
  if (s.kind != Sniff::Kind::kText || DelimiterOf(s.first_line) == ' ') return false;
  const auto cells = SplitCells(s.first_line, DelimiterOf(s.first_line));
  return cells.ok() && RoleOfField(cells->front()) == FieldRole::kTime && !FindEdgeColumns(*cells);
}

bool IsBrite(const Sniff& s) {
  return s.kind == Sniff::Kind::kText && absl::StartsWith(s.first_line, "Topology:");
}

bool IsMatrix(const Sniff& s) { return IsMatrixText(s) && !IsEdgeListCsv(s); }

}  // namespace

absl::Span<const Format<Topology>> TopologyFormats() {
  static constexpr Format<Topology> kFormats[] = {
      {"native JSON", IsNativeTopology, ReadNativeTopology},
      {"Topology Zoo GraphML", IsGraphml, ReadTopologyZoo},
      {"SNDlib XML", IsSndlibXml, ReadSndlibXmlTopology},
      {"SNDlib native text", IsSndlibNative, ReadSndlibNativeTopology},
      {"Repetita graph", IsRepetitaGraph, ReadRepetitaGraph},
      {"node-link JSON", IsNodeLinkJson, ReadNodeLinkJson},
      {"TOTEM domain XML", IsTotem, ReadTotemXml},
      {"RFC 8345 JSON", IsRfc8345Json, ReadRfc8345Json},
      {"FRR TED JSON", IsFrrTedJson, ReadFrrTedJson},
      {"GML", IsGml, ReadGml},
      {"DOT", IsDot, ReadDot},
      {"BRITE", IsBrite, ReadBrite},
      {"edge-list CSV", IsEdgeListCsv, ReadEdgeListCsv},
  };
  return kFormats;
}

absl::Span<const Format<TrafficSeries>> TrafficFormats() {
  static constexpr Format<TrafficSeries> kFormats[] = {
      {"native JSON", IsNativeTraffic, ReadNativeTraffic},
      {"wide CSV", IsWideCsv, ReadWideCsv},
      {"SNDlib XML", IsSndlibXml, ReadSndlibXmlTraffic},
      {"SNDlib native text", IsSndlibNative, ReadSndlibNativeTraffic},
      {"Repetita demands", IsRepetitaDemands, ReadRepetitaDemands},
      {"NumPy .npy", IsNpy, ReadNpy},
      {"NumPy .npz", IsNpz, ReadNpz},
      // Anything made of numbers, so after all others.
      {"matrix text", IsMatrix, ReadMatrixText},
  };
  return kFormats;
}

}  // namespace rhumb
