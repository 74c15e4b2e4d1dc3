// GML, the Graph Modelling Language (Himsolt 1996), as the Topology Zoo, NetworkX, igraph and Gephi
// write it.
#ifndef RHUMB_TOPOLOGIES_FORMATS_GML_H_
#define RHUMB_TOPOLOGIES_FORMATS_GML_H_

#include "absl/status/statusor.h"
#include "topologies/formats/input.h"
#include "topologies/formats/load_options.h"
#include "topologies/formats/sniff.h"
#include "topologies/topology.h"

namespace rhumb {

bool IsGml(const Sniff& sniff);

// Edges are undirected unless "directed 1". Attributes are read as those of GraphML (see
// topology_zoo.h and element_fields.h), entities such as "&#252;" become the character they mean. A
// key that is repeated, as NetworkX writes lists, is one field of all its values. ResourceExhausted
// beyond 64 MiB.
absl::StatusOr<Loaded<Topology>> ReadGml(const Input& input, const LoadOptions& options);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_GML_H_
