// A weather map as an SVG file: the look of the pages, for papers and for where there is no
// browser.
#ifndef RHUMB_TOPOLOGIES_LAYOUT_SVG_MAP_H_
#define RHUMB_TOPOLOGIES_LAYOUT_SVG_MAP_H_

#include <string>
#include <vector>

#include "topologies/layout/map_layout.h"
#include "topologies/topology.h"

namespace rhumb {

// One map; several stand beside each other.
struct MapPanel {
  std::string title;
  Topology topology;  // as it is then: failed links are crossed, drained ones dotted
  // Load over capacity, [links]; NaN: not known. Empty: lines show capacity alone.
  std::vector<double> utilization;
};

// Two lanes a cable, traffic on the right, width by capacity and colour by load as in the legend;
// the six busiest links of a map are labelled in per cent. All panels have the nodes of `layout`.
// Names are plain text, cut at 14 characters. O(nodes^2 + links) a panel for the labels.
std::string DrawMaps(const MapLayout& layout, const std::vector<MapPanel>& panels);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_LAYOUT_SVG_MAP_H_
