// Repetita's text files (Gay, Schaus, Vissicchio, arXiv:1710.08665): NAME.graph and
// NAME.0000.demands.
#ifndef RHUMB_TOPOLOGIES_FORMATS_REPETITA_H_
#define RHUMB_TOPOLOGIES_FORMATS_REPETITA_H_

#include "absl/status/statusor.h"
#include "topologies/formats/input.h"
#include "topologies/formats/load_options.h"
#include "topologies/topology.h"
#include "topologies/traffic_series.h"

namespace rhumb {

// Edges are directed; weight is the IGP metric, bw kbit/s, delay microseconds. Where both ends have
// coordinates and the delay is below that of light in vacuum along the great circle, as in all
// files of the Zoo set, it is derived from the coordinates instead and counted.
absl::StatusOr<Loaded<Topology>> ReadRepetitaGraph(const Input& input, const LoadOptions& options);

// Demands in kbit/s between node numbers, which are positions in options.topology; it must be the
// network of the same name (the numbers at the start of its labels are the Zoo's and may differ).
// Without a topology the nodes are named by number.
absl::StatusOr<Loaded<TrafficSeries>> ReadRepetitaDemands(const Input& input,
                                                          const LoadOptions& options);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_REPETITA_H_
