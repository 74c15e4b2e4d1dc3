// DOT, the language of Graphviz, in which YATES, Frenetic and others keep their topologies. Parsed
// by Boost.Graph.
#ifndef RHUMB_TOPOLOGIES_FORMATS_DOT_H_
#define RHUMB_TOPOLOGIES_FORMATS_DOT_H_

#include "absl/status/statusor.h"
#include "topologies/formats/input.h"
#include "topologies/formats/load_options.h"
#include "topologies/formats/sniff.h"
#include "topologies/topology.h"

namespace rhumb {

bool IsDot(const Sniff& sniff);

// A graph's edges are undirected, a digraph's directed. Nodes are named by their id, hosts (type =
// host) are nodes as switches are, counted. Attributes are read by element_fields.h, except those
// that place a drawing (pos, len). Faults name the edge, not the line, which the parser does not
// keep. ResourceExhausted beyond 16 MiB.
absl::StatusOr<Loaded<Topology>> ReadDot(const Input& input, const LoadOptions& options);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_DOT_H_
