// Node-link JSON as NetworkX writes it (networkx.node_link_data), which TEAL and HARP use for their
// networks.
#ifndef RHUMB_TOPOLOGIES_FORMATS_NODE_LINK_JSON_H_
#define RHUMB_TOPOLOGIES_FORMATS_NODE_LINK_JSON_H_

#include "absl/status/statusor.h"
#include "topologies/formats/input.h"
#include "topologies/formats/load_options.h"
#include "topologies/topology.h"

namespace rhumb {

// "links" or "edges" between the "id"s of "nodes"; each becomes two links unless "directed" is
// true. Other fields are read by element_fields.h. ResourceExhausted beyond 64 MiB, because the
// tree takes ten times that.
absl::StatusOr<Loaded<Topology>> ReadNodeLinkJson(const Input& input, const LoadOptions& options);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_NODE_LINK_JSON_H_
