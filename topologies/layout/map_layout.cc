#include "topologies/layout/map_layout.h"

#include <algorithm>

#include "topologies/layout/force_layout.h"
#include "topologies/layout/geographic_layout.h"

namespace rhumb {
namespace {

constexpr double kWidth = 680;
constexpr double kHeight = 330;
// Fewer nodes with coordinates than that, and a map would be guesswork.
constexpr double kKnownShare = 0.7;

}  // namespace

MapLayout LayOutMap(const Topology& topology) {
  const auto known = std::count_if(topology.nodes().begin(), topology.nodes().end(),
                                   [](const Node& node) { return node.coordinates.has_value(); });
  const bool geographic =
      static_cast<double>(known) > kKnownShare * topology.num_nodes() && known > 1;
  return geographic ? GeographicLayout(topology, kWidth, kHeight)
                    : ForceLayout(topology, kWidth, kHeight);
}

}  // namespace rhumb
