#include "controller/report/topology_document.h"

#include <cmath>

#include "topologies/layout/map_layout.h"

namespace rhumb {
namespace {

// Hundredths of a pixel, and of a microsecond.
double Hundredths(double pixels) { return std::round(pixels * 100) / 100; }
double Rounded(double seconds) { return std::round(seconds * 1e8) / 1e8; }

}  // namespace

nlohmann::ordered_json TopologyDocument(const Topology& topology) {
  using Json = nlohmann::ordered_json;
  const MapLayout layout = LayOutMap(topology);
  Json nodes = Json::array(), links = Json::array();
  for (NodeId id = 0; id < topology.num_nodes(); ++id) {
    const Node& node = topology.node(id);
    const MapPoint& point = layout.positions[id];
    nodes.push_back({node.name, node.description, Hundredths(point.x), Hundredths(point.y)});
  }
  for (const Link& link : topology.links()) {
    links.push_back({link.source, link.destination, link.capacity_bps,
                     Rounded(absl::ToDoubleSeconds(link.propagation_delay)), link.name});
  }
  return {{"name", topology.name()}, {"width", layout.width},   {"height", layout.height},
          {"coast", layout.land},    {"breaks", layout.breaks}, {"nodes", nodes},
          {"links", links}};
}

}  // namespace rhumb
