// A network as a page's weather map takes it: positions, land, links.
#ifndef RHUMB_CONTROLLER_REPORT_TOPOLOGY_DOCUMENT_H_
#define RHUMB_CONTROLLER_REPORT_TOPOLOGY_DOCUMENT_H_

#include <nlohmann/json.hpp>

#include "topologies/topology.h"

namespace rhumb {

// {name, width, height, coast, breaks, nodes: [[name, description, x, y]...],
//  links: [[source, destination, bits per second, delay in s, name]...]}
nlohmann::ordered_json TopologyDocument(const Topology& topology);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPORT_TOPOLOGY_DOCUMENT_H_
