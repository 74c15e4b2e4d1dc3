// What happens to a network that is not in one piece.
#ifndef RHUMB_TOPOLOGIES_FORMATS_CONNECTIVITY_H_
#define RHUMB_TOPOLOGIES_FORMATS_CONNECTIVITY_H_

#include "absl/status/statusor.h"
#include "topologies/formats/load_options.h"
#include "topologies/topology.h"

namespace rhumb {

// The topology itself when it is weakly connected over all its links, whatever their state.
// Otherwise its largest part (the one with the smallest node id among equals) with a note of what
// was left out, when options.largest_part; else FailedPrecondition, which names the parts. Adds a
// note when some node cannot reach another along the direction of links.
absl::StatusOr<Topology> KeepConnected(Topology topology, const LoadOptions& options,
                                       LoadReport* report);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_CONNECTIVITY_H_
