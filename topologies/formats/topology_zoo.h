// GraphML: as the Internet Topology Zoo writes it (topology-zoo.org; Knight et al., JSAC 29(9),
// 2011), and as NetworkX and others do with fields of their own.
#ifndef RHUMB_TOPOLOGIES_FORMATS_TOPOLOGY_ZOO_H_
#define RHUMB_TOPOLOGIES_FORMATS_TOPOLOGY_ZOO_H_

#include "absl/status/statusor.h"
#include "topologies/formats/input.h"
#include "topologies/formats/load_options.h"
#include "topologies/topology.h"

namespace rhumb {

// Edges are undirected unless the file says otherwise: each becomes two links. Attributes and their
// defaults are read by element_fields.h; the Zoo's capacity is LinkSpeedRaw (bit/s), else LinkSpeed
// with LinkSpeedUnits, else what LinkLabel or LinkType names (see link_label.h). Nodes are named by
// label; external and hyperedge nodes stay and are counted.
absl::StatusOr<Loaded<Topology>> ReadTopologyZoo(const Input& input, const LoadOptions& options);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_TOPOLOGY_ZOO_H_
