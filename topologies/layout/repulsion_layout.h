// A layout for networks that are large or in several parts.
#ifndef RHUMB_TOPOLOGIES_LAYOUT_REPULSION_LAYOUT_H_
#define RHUMB_TOPOLOGIES_LAYOUT_REPULSION_LAYOUT_H_

#include <utility>
#include <vector>

#include "topologies/layout/map_layout.h"

namespace rhumb {

// Undirected, each pair of nodes once.
using Cables = std::vector<std::pair<NodeId, NodeId>>;

// Cables pull like springs, nodes repel each other by the inverse of their distance, all are drawn
// to the middle, and everything comes to rest in a fixed number of steps. Nodes far from each other
// act through the middle of their cell of a grid, which is what makes it fast: O(nodes) a step for
// a fixed grid, where Boost 1.74's grid for Fruchterman-Reingold took 19 s for 1,739 nodes. In
// units of no meaning, around the origin.
std::vector<MapPoint> RepulsionLayout(int nodes, const Cables& cables);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_LAYOUT_REPULSION_LAYOUT_H_
