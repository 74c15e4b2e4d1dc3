// SNDlib's native text: sections NODES, LINKS and DEMANDS of parenthesised lines.
#ifndef RHUMB_TOPOLOGIES_FORMATS_SNDLIB_NATIVE_H_
#define RHUMB_TOPOLOGIES_FORMATS_SNDLIB_NATIVE_H_

#include "absl/status/statusor.h"
#include "topologies/formats/input.h"
#include "topologies/formats/load_options.h"
#include "topologies/topology.h"
#include "topologies/traffic_series.h"

namespace rhumb {

// One entry a line; what follows on the same line is optional, so files without costs and modules
// are read too. Other sections are skipped and counted. See sndlib_network.h for how links,
// capacities and coordinates are read.
absl::StatusOr<Loaded<Topology>> ReadSndlibNativeTopology(const Input& input,
                                                          const LoadOptions& options);
absl::StatusOr<Loaded<TrafficSeries>> ReadSndlibNativeTraffic(const Input& input,
                                                              const LoadOptions& options);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_SNDLIB_NATIVE_H_
