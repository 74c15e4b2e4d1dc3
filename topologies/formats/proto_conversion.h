// Between the domain types and the messages that are file format and API.
//
// Messages come from outside, so every FromProto checks everything; its errors are InvalidArgument
// and name the element
// ("link 3 (A>B)") and the fault.
#ifndef RHUMB_TOPOLOGIES_FORMATS_PROTO_CONVERSION_H_
#define RHUMB_TOPOLOGIES_FORMATS_PROTO_CONVERSION_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rhumb/v1/routing_plan.pb.h"
#include "rhumb/v1/topology.pb.h"
#include "rhumb/v1/traffic.pb.h"
#include "topologies/routing_plan.h"
#include "topologies/topology.h"
#include "topologies/traffic_series.h"

namespace rhumb {

// Delays are rounded to nanoseconds; the version is not part of the message.
rhumb::v1::Topology ToProto(const Topology& topology);
absl::StatusOr<Topology> FromProto(const rhumb::v1::Topology& message);

// Demands of 0 are left out.
rhumb::v1::TrafficMatrix ToProto(const TrafficMatrix& demands, std::optional<absl::Time> time);
rhumb::v1::TrafficSeries ToProto(const TrafficSeries& series);
// ResourceExhausted when the dense matrices would take more than `max_bytes` (8 bytes a pair of
// nodes and matrix).
absl::StatusOr<TrafficSeries> FromProto(const rhumb::v1::TrafficSeries& message,
                                        int64_t max_bytes = int64_t{2} << 30);

// Names of nodes and links are those of `topology`. Paths with a ratio of 0 are left out.
rhumb::v1::RoutingPlan ToProto(const RoutingPlan& plan, const Topology& topology);
// Every name is resolved and no demand is routed twice; whether the plan is sound on `topology` is
// for RoutingPlan::Validate. NotFound for a link or node that `topology` does not have.
absl::StatusOr<RoutingPlan> FromProto(const rhumb::v1::RoutingPlan& message,
                                      const Topology& topology);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_PROTO_CONVERSION_H_
