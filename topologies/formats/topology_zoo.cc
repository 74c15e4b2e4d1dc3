#include "topologies/formats/topology_zoo.h"

#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "topologies/formats/link_label.h"
#include "topologies/formats/topology_draft.h"
#include "topologies/formats/units.h"
#include "topologies/formats/xml_file.h"

namespace rhumb {
namespace {

// Attribute names by key id ("d33" -> "label").
using Keys = absl::flat_hash_map<std::string, std::string>;
// An element's <data>, by attribute name.
using Attributes = absl::flat_hash_map<std::string, std::string>;

Attributes ReadAttributes(pugi::xml_node element, const Keys& keys) {
  Attributes attributes;
  for (pugi::xml_node data : element.children("data")) {
    const auto key = keys.find(data.attribute("key").value());
    if (key == keys.end()) continue;
    attributes[key->second] = std::string(absl::StripAsciiWhitespace(data.text().get()));
  }
  return attributes;
}

std::string Get(const Attributes& attributes, const char* name) {
  const auto found = attributes.find(name);
  return found == attributes.end() ? std::string() : found->second;
}

// The Zoo writes "None", "?" or "???" where a map shows no name.
bool IsPlaceholder(absl::string_view label) {
  return label == "None" || label.find_first_not_of("? ") == absl::string_view::npos;
}

absl::Status AddNode(const XmlFile& xml, pugi::xml_node element, const Keys& keys,
                     TopologyDraft* draft) {
  const int line = xml.Line(element);
  const Attributes attributes = ReadAttributes(element, keys);
  DraftNode node;
  node.key = element.attribute("id").value();
  node.label = Get(attributes, "label");
  if (IsPlaceholder(node.label)) {
    // Other writers of GraphML, such as NetworkX, have the name for an id.
    int number;
    node.label = absl::SimpleAtoi(node.key, &number) ? absl::StrCat("n", node.key) : node.key;
    draft->notes.Count("nodes without a label, named by id",
                       absl::StrFormat("node %s, line %d", node.key, line));
  }
  node.description = Get(attributes, "Country");
  const std::string latitude = Get(attributes, "Latitude");
  const std::string longitude = Get(attributes, "Longitude");
  if (!latitude.empty() || !longitude.empty()) {
    const auto north = ParseNumber(latitude), east = ParseNumber(longitude);
    if (north.ok() && east.ok()) {
      node.coordinates = Coordinates{*north, *east};
    } else {
      draft->notes.Count("coordinates that are not numbers left out",
                         absl::StrFormat("node %s, line %d", node.key, line));
    }
  }
  if (Get(attributes, "hyperedge") == "1") {
    draft->notes.Count("hyperedge nodes kept as nodes", absl::StrFormat("node %s", node.key));
  }
  if (Get(attributes, "Internal") == "0") {
    draft->notes.Count("external nodes kept", absl::StrFormat("node %s", node.key));
  }
  if (element.child("graph")) {
    draft->notes.Count("graphs inside a node not read",
                       absl::StrFormat("node %s, line %d", node.key, line));
  }
  return draft->AddNode(std::move(node), line);
}

// Absent when the edge names no capacity; a fault when it names one that is no number.
absl::StatusOr<std::optional<double>> ReadCapacity(const Input& input, const Attributes& attributes,
                                                   int line, TopologyDraft* draft) {
  std::optional<double> none;
  if (const std::string raw = Get(attributes, "LinkSpeedRaw"); !raw.empty()) {
    const auto rate = ParseNumber(raw);
    if (!rate.ok()) {
      return input.FaultAt(line, absl::StrFormat("LinkSpeedRaw \"%s\" is not a number of bits per "
                                                 "second; correct or remove it",
                                                 raw.substr(0, 40)));
    }
    draft->notes.Count("edge capacities from LinkSpeedRaw");
    return std::optional<double>(*rate);
  }
  if (const std::string speed = Get(attributes, "LinkSpeed"); !speed.empty()) {
    const std::string units = Get(attributes, "LinkSpeedUnits");
    const auto rate = ParseRate(absl::StrCat(speed, " ", units));
    if (rate.ok() && !units.empty()) {
      draft->notes.Count("edge capacities from LinkSpeed and LinkSpeedUnits");
      return std::optional<double>(*rate);
    }
    draft->notes.Count(
        "edges whose LinkSpeed cannot be read",
        absl::StrFormat("\"%s\" \"%s\", line %d", speed.substr(0, 40), units.substr(0, 40), line));
  }
  for (const char* source : {"LinkLabel", "LinkType"}) {
    const std::string label = Get(attributes, source);
    if (label.empty()) continue;
    if (const auto rate = RateOfLinkLabel(label)) {
      draft->notes.Count(absl::StrCat("edge capacities read out of ", source),
                         absl::StrFormat("\"%s\" as %s", label.substr(0, 60), FormatRate(*rate)));
      return rate;
    }
  }
  if (const std::string label = Get(attributes, "LinkLabel"); !label.empty()) {
    draft->notes.Count("edges whose LinkLabel names no single rate",
                       absl::StrFormat("\"%s\", line %d", label.substr(0, 60), line));
  }
  return none;
}

absl::Status AddEdge(const Input& input, const XmlFile& xml, pugi::xml_node element,
                     const Keys& keys, bool directed_by_default, TopologyDraft* draft) {
  const int line = xml.Line(element);
  const Attributes attributes = ReadAttributes(element, keys);
  DraftLink link;
  link.source_key = element.attribute("source").value();
  link.destination_key = element.attribute("target").value();
  if (link.source_key.empty() || link.destination_key.empty()) {
    return input.FaultAt(line, "an edge lacks its source or target; give both");
  }
  link.both_directions = !element.attribute("directed").as_bool(directed_by_default);
  auto capacity = ReadCapacity(input, attributes, line, draft);
  if (!capacity.ok()) return capacity.status();
  link.capacity_bps = *capacity;
  if (const std::string status = Get(attributes, "LinkStatus"); !status.empty()) {
    draft->notes.Count("edges with a LinkStatus kept as if in service",
                       absl::StrFormat("\"%s\", line %d", status.substr(0, 40), line));
  }
  return draft->AddLink(std::move(link), line);
}

}  // namespace

absl::StatusOr<Loaded<Topology>> ReadTopologyZoo(const Input& input, const LoadOptions& options) {
  auto xml = XmlFile::Parse(input);
  if (!xml.ok()) return xml.status();
  const pugi::xml_node root = (*xml)->root();
  Keys keys;
  for (pugi::xml_node key : root.children("key")) {
    keys[key.attribute("id").value()] = key.attribute("attr.name").value();
  }
  const pugi::xml_node graph = root.child("graph");
  if (!graph) return input.Fault("has no <graph> element; is the file cut short?");
  TopologyDraft draft(input);
  if (graph.next_sibling("graph")) {
    draft.notes.Say("the file holds more than one graph: only the first was read");
  }
  const Attributes attributes = ReadAttributes(graph, keys);
  if (const std::string network = Get(attributes, "Network"); !network.empty()) {
    draft.origin = absl::StrFormat("Internet Topology Zoo (CC BY 4.0): %s, %s", network,
                                   Get(attributes, "NetworkDate"));
  }
  for (pugi::xml_node element : graph.children("node")) {
    if (absl::Status status = AddNode(**xml, element, keys, &draft); !status.ok()) return status;
  }
  const bool directed = absl::string_view(graph.attribute("edgedefault").value()) == "directed";
  for (pugi::xml_node element : graph.children("edge")) {
    if (absl::Status status = AddEdge(input, **xml, element, keys, directed, &draft);
        !status.ok()) {
      return status;
    }
  }
  for (pugi::xml_node element : graph.children("hyperedge")) {
    draft.notes.Count("<hyperedge> elements not read",
                      absl::StrFormat("line %d", (*xml)->Line(element)));
  }
  return draft.Finish(options);
}

}  // namespace rhumb
