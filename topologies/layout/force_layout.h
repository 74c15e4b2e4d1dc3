// Positions for networks whose places are not known.
#ifndef RHUMB_TOPOLOGIES_LAYOUT_FORCE_LAYOUT_H_
#define RHUMB_TOPOLOGIES_LAYOUT_FORCE_LAYOUT_H_

#include "topologies/layout/map_layout.h"

namespace rhumb {

// Springs between all pairs of nodes, as long as their distance (Kamada and Kawai 1989), where the
// network is connected and has at most 120 nodes, else RepulsionLayout; turned so that the longer
// side lies across. Links' states do not matter.
MapLayout ForceLayout(const Topology& topology, double width, double height);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_LAYOUT_FORCE_LAYOUT_H_
