// What is allowed in a network but often a slip in its file.
#ifndef RHUMB_TOPOLOGIES_ANALYSIS_TOPOLOGY_CHECKS_H_
#define RHUMB_TOPOLOGIES_ANALYSIS_TOPOLOGY_CHECKS_H_

#include <string>
#include <vector>

#include "topologies/topology.h"

namespace rhumb {

// One sentence a kind of oddity, with its count and the first few names: delays shorter than light
// in vacuum needs between the ends' coordinates, links without one in the other direction,
// capacities that differ by direction, nodes without a usable link, pairs of nodes without a usable
// path, nodes at latitude 0 and longitude 0. Empty when there is nothing to say. O(nodes * links).
std::vector<std::string> TopologyWarnings(const Topology& topology);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_ANALYSIS_TOPOLOGY_CHECKS_H_
