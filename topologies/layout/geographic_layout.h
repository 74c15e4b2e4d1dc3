// Positions on a map of the earth.
#ifndef RHUMB_TOPOLOGIES_LAYOUT_GEOGRAPHIC_LAYOUT_H_
#define RHUMB_TOPOLOGIES_LAYOUT_GEOGRAPHIC_LAYOUT_H_

#include "topologies/layout/map_layout.h"

namespace rhumb {

// At least two nodes have coordinates. The map is cut where the widest stretch of longitude is
// empty, so that a network across the Pacific is in one piece.
MapLayout GeographicLayout(const Topology& topology, double width, double height);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_LAYOUT_GEOGRAPHIC_LAYOUT_H_
