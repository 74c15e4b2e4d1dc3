#include "topologies/formats/totem_xml.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_format.h"
#include "topologies/formats/topology_draft.h"
#include "topologies/formats/units.h"
#include "topologies/formats/xml_file.h"

namespace rhumb {
namespace {

struct Units {
  double bandwidth_bps = 1e3;
  absl::Duration delay = absl::Milliseconds(1);
};

absl::StatusOr<Units> ReadUnits(const Input& input, const XmlFile& xml) {
  Units units;
  for (pugi::xml_node unit : xml.root().child("info").child("units").children("unit")) {
    const absl::string_view type = unit.attribute("type").value();
    const std::string value = unit.attribute("value").value();
    if (type == "bandwidth") {
      const auto rate = ParseRate(absl::StrCat("1 ", value));
      if (!rate.ok()) return input.FaultAt(xml.Line(unit), rate.status().message());
      units.bandwidth_bps = *rate;
    } else if (type == "delay") {
      const auto delay = ParseDuration(absl::StrCat("1 ", value));
      if (!delay.ok()) return input.FaultAt(xml.Line(unit), delay.status().message());
      units.delay = *delay;
    }
  }
  return units;
}

// The number in an attribute; absent without the attribute, InvalidArgument when it is no number.
absl::StatusOr<std::optional<double>> Number(const Input& input, const XmlFile& xml,
                                             pugi::xml_node element, const char* attribute) {
  std::optional<double> number;
  const pugi::xml_attribute found = element.attribute(attribute);
  if (!found) return number;
  const auto parsed = ParseNumber(found.value());
  if (!parsed.ok()) {
    return input.FaultAt(xml.Line(element),
                         absl::StrFormat("<%s %s>: %s; correct it", element.name(), attribute,
                                         parsed.status().message()));
  }
  number = *parsed;
  return number;
}

void CountUnused(pugi::xml_node element, const char* kind,
                 std::initializer_list<absl::string_view> used, TopologyDraft* draft) {
  for (pugi::xml_node child : element.children()) {
    if (child.type() == pugi::node_element &&
        std::find(used.begin(), used.end(), child.name()) == used.end()) {
      draft->notes.Unused(kind, child.name());
    }
  }
}

absl::Status ReadNode(const Input& input, const XmlFile& xml, pugi::xml_node element,
                      TopologyDraft* draft) {
  DraftNode node;
  node.key = element.attribute("id").value();
  node.description = std::string(ChildText(element, "description"));
  if (const pugi::xml_node location = element.child("location")) {
    const auto latitude = Number(input, xml, location, "latitude");
    if (!latitude.ok()) return latitude.status();
    const auto longitude = Number(input, xml, location, "longitude");
    if (!longitude.ok()) return longitude.status();
    if (*latitude && *longitude) node.coordinates = Coordinates{**latitude, **longitude};
  }
  CountUnused(element, "node", {"description", "location"}, draft);
  return draft->AddNode(std::move(node), xml.Line(element));
}

absl::Status ReadLink(const Input& input, const XmlFile& xml, pugi::xml_node element,
                      const Units& units, const absl::flat_hash_map<std::string, double>& metrics,
                      TopologyDraft* draft) {
  const int line = xml.Line(element);
  DraftLink link;
  link.source_key = element.child("from").attribute("node").value();
  link.destination_key = element.child("to").attribute("node").value();
  const auto capacity = Number(input, xml, element.child("capacity"), "value");
  if (!capacity.ok()) return capacity.status();
  if (*capacity) link.capacity_bps = **capacity * units.bandwidth_bps;
  const auto delay = Number(input, xml, element.child("delay"), "value");
  if (!delay.ok()) return delay.status();
  if (*delay) link.propagation_delay = units.delay * **delay;
  if (const auto metric = metrics.find(element.attribute("id").value()); metric != metrics.end()) {
    link.igp_metric = metric->second;
  }
  CountUnused(element, "link", {"from", "to", "capacity", "delay", "status"}, draft);
  for (const char* child : {"capacity", "delay"}) {
    if (element.child(child) && !element.child(child).attribute("value")) {
      draft->notes.Unused("link", child);
    }
  }
  if (ChildText(element, "status") == "DOWN") {
    draft->notes.Count("links with the status DOWN read as up", absl::StrFormat("line %d", line));
  }
  return draft->AddLink(std::move(link), line);
}

}  // namespace

absl::StatusOr<Loaded<Topology>> ReadTotemXml(const Input& input, const LoadOptions& options) {
  const auto parsed = XmlFile::Parse(input);
  if (!parsed.ok()) return parsed.status();
  const XmlFile& xml = **parsed;
  const pugi::xml_node topology = xml.root().child("topology");
  if (!topology) return input.Fault("has no <topology>; is the file cut short?");
  const auto units = ReadUnits(input, xml);
  if (!units.ok()) return units.status();
  absl::flat_hash_map<std::string, double> metrics;
  for (pugi::xml_node link : xml.root().child("igp").child("links").children("link")) {
    const std::string text(ChildText(link.child("static"), "metric"));
    if (text.empty()) continue;
    const auto metric = ParseNumber(text);
    if (!metric.ok()) return input.FaultAt(xml.Line(link), metric.status().message());
    metrics[link.attribute("id").value()] = *metric;
  }
  TopologyDraft draft(input, options);
  for (pugi::xml_node link : xml.root().child("igp").child("links").children("link")) {
    CountUnused(link, "igp link", {"static"}, &draft);
    CountUnused(link.child("static"), "igp link", {"metric"}, &draft);
  }
  draft.origin = std::string(ChildText(xml.root().child("info"), "title"));
  for (pugi::xml_node node : topology.child("nodes").children("node")) {
    if (absl::Status status = ReadNode(input, xml, node, &draft); !status.ok()) return status;
  }
  for (pugi::xml_node link : topology.child("links").children("link")) {
    if (absl::Status status = ReadLink(input, xml, link, *units, metrics, &draft); !status.ok()) {
      return status;
    }
  }
  return draft.Finish();
}

}  // namespace rhumb
