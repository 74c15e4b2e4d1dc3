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

// Cells are separated by commas, semicolons or tabs, may be quoted, and have decimal commas where
// commas do not separate. The line "# unit:" (or LoadOptions::unitless_rate_given) is required: a
// rate, then optionally "mean over" and the interval; "# source:" becomes the origin and "#
// suspect:" is passed on as a note. Times are those of time_stamps.h. Nodes are in order of first
// appearance in the head line. Every row must have a value from bounds.h in every column.
absl::StatusOr<Loaded<TrafficSeries>> ReadWideCsv(const Input& input, const LoadOptions& options);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_WIDE_CSV_H_
