// SNDlib's XML: <network> with <networkStructure> and <demands>; the dynamic matrices are such
// files too.
#ifndef RHUMB_TOPOLOGIES_FORMATS_SNDLIB_XML_H_
#define RHUMB_TOPOLOGIES_FORMATS_SNDLIB_XML_H_

#include "absl/status/statusor.h"
#include "topologies/formats/input.h"
#include "topologies/formats/load_options.h"
#include "topologies/topology.h"
#include "topologies/traffic_series.h"

namespace rhumb {

// See sndlib_network.h for how links, capacities and coordinates are read.
absl::StatusOr<Loaded<Topology>> ReadSndlibXmlTopology(const Input& input,
                                                       const LoadOptions& options);
absl::StatusOr<Loaded<TrafficSeries>> ReadSndlibXmlTraffic(const Input& input,
                                                           const LoadOptions& options);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_SNDLIB_XML_H_
