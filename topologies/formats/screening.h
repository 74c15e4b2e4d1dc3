// What a recorded series is missing, and which of its matrices cannot be true.
#ifndef RHUMB_TOPOLOGIES_FORMATS_SCREENING_H_
#define RHUMB_TOPOLOGIES_FORMATS_SCREENING_H_

#include <vector>

#include "absl/status/statusor.h"
#include "topologies/formats/load_options.h"
#include "topologies/traffic_series.h"
#include "topologies/traffic_stream.h"

namespace rhumb {

// Indices of matrices whose total is outside [0.4, 2.5] times the median total of the matrices
// within 12 hours before and after (itself included), where at least 8 lie there. Only matrices
// with a time are judged. The factors separate the corrupt matrices of GEANT's four months from its
// daily cycle. O(matrices * matrices in a day).
std::vector<int> SuspectMatrices(const TrafficStream& stream);

// Notes how many time slots are missing and which matrices are suspect; leaves the latter out with
// options.drop_suspect.
absl::StatusOr<TrafficSeries> Screen(TrafficSeries series, const LoadOptions& options,
                                     LoadReport* report);
TrafficStream Screen(TrafficStream stream, const LoadOptions& options, LoadReport* report);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_SCREENING_H_
