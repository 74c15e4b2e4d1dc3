// Traffic as a table: one row an interval, one column a pair of nodes.
//
//     # unit: Mbit/s mean over 5 min
//     time,A>B,B>A
//     2004-03-01T00:00:00Z,12.5,3
#ifndef RHUMB_TOPOLOGIES_FORMATS_WIDE_CSV_H_
#define RHUMB_TOPOLOGIES_FORMATS_WIDE_CSV_H_

#include "absl/status/statusor.h"
#include "topologies/formats/input.h"
#include "topologies/formats/load_options.h"
#include "topologies/traffic_series.h"

namespace rhumb {

// The line "# unit:" is required: a rate, then optionally "mean over" and the interval; "# source:"
// becomes the origin and
// "# suspect:" is passed on as a note. The time is RFC 3339 or "YYYY-MM-DD HH:MM[:SS]" (UTC), or a
// running number for traffic without calendar time. Nodes are in order of first appearance in the
// head line. Every row must have a finite, non-negative value in every column.
absl::StatusOr<Loaded<TrafficSeries>> ReadWideCsv(const Input& input, const LoadOptions& options);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_WIDE_CSV_H_
