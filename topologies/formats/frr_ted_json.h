// Traffic engineering databases as FRRouting prints them: "show isis mpls-te database detail json"
// and "show ip ospf mpls-te database json" (lib/link_state.c).
#ifndef RHUMB_TOPOLOGIES_FORMATS_FRR_TED_JSON_H_
#define RHUMB_TOPOLOGIES_FORMATS_FRR_TED_JSON_H_

#include "absl/status/statusor.h"
#include "topologies/formats/input.h"
#include "topologies/formats/load_options.h"
#include "topologies/formats/sniff.h"
#include "topologies/topology.h"

namespace rhumb {

bool IsFrrTedJson(const Sniff& sniff);

// Vertices are nodes, named by "name", else by router id, else by vertex id; edges are directed
// links. Bandwidths are bytes per second and delays microseconds, as the IGPs carry them; capacity
// is max-link-bandwidth, the metric is "metric", else "te-metric". Edges without both vertices,
// which lead out of the database, are skipped and counted. "srlgs" become risk groups by number.
absl::StatusOr<Loaded<Topology>> ReadFrrTedJson(const Input& input, const LoadOptions& options);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_FRR_TED_JSON_H_
