#include "topologies/formats/sndlib_xml.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "absl/strings/str_format.h"
#include "topologies/formats/sndlib_network.h"
#include "topologies/formats/units.h"
#include "topologies/formats/xml_file.h"

namespace rhumb {
namespace {

class Reader {
 public:
  Reader(const Input& input, const XmlFile& xml) : input_(input), xml_(xml) {}

  absl::StatusOr<SndlibNetwork> Read() {
    const pugi::xml_node root = xml_.root();
    const pugi::xml_node structure = root.child("networkStructure");
    if (!structure) return input_.Fault("has no <networkStructure>; is the file cut short?");
    SndlibNetwork network;
    const pugi::xml_node meta = root.child("meta");
    network.unit = std::string(ChildText(meta, "unit"));
    network.granularity = std::string(ChildText(meta, "granularity"));
    network.time = std::string(ChildText(meta, "time"));
    network.origin = std::string(ChildText(meta, "origin"));
    const pugi::xml_node nodes = structure.child("nodes");
    network.pixel_coordinates =
        absl::string_view(nodes.attribute("coordinatesType").value()) == "pixel";
    for (pugi::xml_node element : nodes.children("node")) {
      if (absl::Status status = ReadNode(element, &network); !status.ok()) return status;
    }
    for (pugi::xml_node element : structure.child("links").children("link")) {
      if (absl::Status status = ReadLink(element, &network); !status.ok()) return status;
    }
    for (pugi::xml_node element : root.child("demands").children("demand")) {
      if (absl::Status status = ReadDemand(element, &network); !status.ok()) return status;
    }
    return network;
  }

 private:
  // Absent when there is no such child; InvalidArgument when its text is no number.
  absl::StatusOr<std::optional<double>> Number(pugi::xml_node element, const char* child) {
    std::optional<double> number;
    const pugi::xml_node found = element.child(child);
    if (!found) return number;
    const auto parsed = ParseNumber(ChildText(element, child));
    if (!parsed.ok()) {
      return input_.FaultAt(xml_.Line(found), absl::StrFormat("<%s>: %s; correct it", child,
                                                              parsed.status().message()));
    }
    number = *parsed;
    return number;
  }

  static void CountUnused(pugi::xml_node element, const char* kind,
                          std::initializer_list<absl::string_view> used, SndlibNetwork* network) {
    for (pugi::xml_node child : element.children()) {
      if (child.type() == pugi::node_element &&
          std::find(used.begin(), used.end(), child.name()) == used.end()) {
        network->notes.Unused(kind, child.name());
      }
    }
  }

  absl::Status ReadNode(pugi::xml_node element, SndlibNetwork* network) {
    SndlibNode node;
    node.line = xml_.Line(element);
    node.id = element.attribute("id").value();
    const pugi::xml_node coordinates = element.child("coordinates");
    for (const auto& [child, value] : {std::pair("x", &node.x), std::pair("y", &node.y)}) {
      auto number = Number(coordinates, child);
      if (!number.ok()) return number.status();
      *value = *number;
    }
    CountUnused(element, "node", {"coordinates"}, network);
    network->nodes.push_back(std::move(node));
    return absl::OkStatus();
  }

  absl::Status ReadLink(pugi::xml_node element, SndlibNetwork* network) {
    SndlibLink link;
    link.line = xml_.Line(element);
    link.id = element.attribute("id").value();
    link.source = std::string(ChildText(element, "source"));
    link.target = std::string(ChildText(element, "target"));
    auto preinstalled = Number(element.child("preInstalledModule"), "capacity");
    if (!preinstalled.ok()) return preinstalled.status();
    link.preinstalled = *preinstalled;
    for (pugi::xml_node module : element.child("additionalModules").children("addModule")) {
      const auto capacity = Number(module, "capacity");
      if (!capacity.ok()) return capacity.status();
      if (*capacity)
        link.largest_module = std::max(link.largest_module.value_or(**capacity), **capacity);
    }
    CountUnused(element, "link", {"source", "target", "preInstalledModule", "additionalModules"},
                network);
    network->links.push_back(std::move(link));
    return absl::OkStatus();
  }

  absl::Status ReadDemand(pugi::xml_node element, SndlibNetwork* network) {
    SndlibDemand demand;
    demand.line = xml_.Line(element);
    demand.id = element.attribute("id").value();
    demand.source = std::string(ChildText(element, "source"));
    demand.target = std::string(ChildText(element, "target"));
    const auto value = Number(element, "demandValue");
    if (!value.ok()) return value.status();
    if (!*value) {
      return input_.FaultAt(demand.line,
                            absl::StrFormat("demand %s has no <demandValue>; add one", demand.id));
    }
    // Capacity that one unit of the demand takes up; 1 in the library itself.
    const auto routing_unit = Number(element, "routingUnit");
    if (!routing_unit.ok()) return routing_unit.status();
    demand.value = **value * routing_unit->value_or(1);
    CountUnused(element, "demand", {"source", "target", "demandValue", "routingUnit"}, network);
    network->demands.push_back(std::move(demand));
    return absl::OkStatus();
  }

  const Input& input_;
  const XmlFile& xml_;
};

absl::StatusOr<SndlibNetwork> ReadNetwork(const Input& input) {
  const auto xml = XmlFile::Parse(input);
  if (!xml.ok()) return xml.status();
  return Reader(input, **xml).Read();
}

}  // namespace

absl::StatusOr<Loaded<Topology>> ReadSndlibXmlTopology(const Input& input,
                                                       const LoadOptions& options) {
  auto network = ReadNetwork(input);
  if (!network.ok()) return network.status();
  return SndlibTopology(input, *std::move(network), options);
}

absl::StatusOr<Loaded<TrafficSeries>> ReadSndlibXmlTraffic(const Input& input,
                                                           const LoadOptions& options) {
  auto network = ReadNetwork(input);
  if (!network.ok()) return network.status();
  return SndlibTraffic(input, *std::move(network), options);
}

}  // namespace rhumb
