// The TOTEM toolbox's domain XML, in which the GEANT 2005 network was published (Uhlig et al., CCR
// 36(1), 2006).
#ifndef RHUMB_TOPOLOGIES_FORMATS_TOTEM_XML_H_
#define RHUMB_TOPOLOGIES_FORMATS_TOTEM_XML_H_

#include "absl/status/statusor.h"
#include "topologies/formats/input.h"
#include "topologies/formats/load_options.h"
#include "topologies/topology.h"

namespace rhumb {

// Links are directed. Bandwidth and delay are in the units that <units> names, kbit/s and ms
// without them; the metric is that of the <igp> section, 1 without it. Links whose <status> is DOWN
// are read as up, and a note counts them.
absl::StatusOr<Loaded<Topology>> ReadTotemXml(const Input& input, const LoadOptions& options);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_TOTEM_XML_H_
