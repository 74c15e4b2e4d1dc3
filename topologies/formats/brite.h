// The text files of BRITE, the topology generator of Boston University (Medina et al., MASCOTS
// 2001).
#ifndef RHUMB_TOPOLOGIES_FORMATS_BRITE_H_
#define RHUMB_TOPOLOGIES_FORMATS_BRITE_H_

#include "absl/status/statusor.h"
#include "topologies/formats/input.h"
#include "topologies/formats/load_options.h"
#include "topologies/topology.h"

namespace rhumb {

// Edges marked D are directed, others are two links. Bandwidths are Mbit/s (or
// LoadOptions::unitless_rate_bps when given) and delays milliseconds, as ns-3's reader of these
// files has them; -1 is unknown. Places are of a plane and left out.
absl::StatusOr<Loaded<Topology>> ReadBrite(const Input& input, const LoadOptions& options);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_BRITE_H_
