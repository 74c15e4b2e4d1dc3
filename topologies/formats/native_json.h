// The native format: proto3 JSON of rhumb.v1.Topology, TrafficSeries and RoutingPlan.
#ifndef RHUMB_TOPOLOGIES_FORMATS_NATIVE_JSON_H_
#define RHUMB_TOPOLOGIES_FORMATS_NATIVE_JSON_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "topologies/formats/input.h"
#include "topologies/formats/load_options.h"
#include "topologies/routing_plan.h"
#include "topologies/topology.h"
#include "topologies/traffic_series.h"
#include "topologies/traffic_stream.h"

namespace rhumb {

// Unknown fields are refused: a misspelt "capacity" must not pass as a link without one.
// ResourceExhausted beyond 32 MiB, kMaxNativeTrafficBytes for traffic.
inline constexpr int64_t kMaxNativeTrafficBytes = int64_t{256} << 20;
absl::StatusOr<Loaded<Topology>> ReadNativeTopology(const Input& input, const LoadOptions& options);
absl::StatusOr<Loaded<TrafficSeries>> ReadNativeTraffic(const Input& input,
                                                        const LoadOptions& options);
absl::StatusOr<RoutingPlan> ReadNativePlan(const Input& input, const Topology& topology);

// Indented, one field a line.
absl::StatusOr<std::string> WriteNativeTopology(const Topology& topology);
absl::StatusOr<std::string> WriteNativePlan(const RoutingPlan& plan, const Topology& topology);
// On one line: indented, a matrix would take a line for each number.
absl::StatusOr<std::string> WriteNativeTraffic(const TrafficSeries& series);
// The same text in parts, one matrix in memory at a time. Errors of the source and of `out`.
absl::Status WriteNativeTraffic(const TrafficStream& stream,
                                const std::function<void(int done, int total)>& on_progress,
                                const std::function<absl::Status(absl::string_view)>& out);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_NATIVE_JSON_H_
