// The numbers that a live network can have. What is beyond them is a slip of units, and arithmetic
// on it (sums of loads, ratios of capacities) would end in infinity.
#ifndef RHUMB_CONTROLLER_STEERING_STATE_VALUE_LIMITS_H_
#define RHUMB_CONTROLLER_STEERING_STATE_VALUE_LIMITS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "topologies/topology.h"

namespace rhumb {

inline constexpr double kMinCapacityBps = 1;
inline constexpr double kMaxRateBps = 1e18;
inline constexpr double kMinMetric = 1e-9;
inline constexpr double kMaxMetric = 1e12;
inline constexpr absl::Duration kMaxDelay = absl::Hours(1);
inline constexpr double kMaxDemandFactor = 1e6;

// Of a demand: finite, in [0, kMaxRateBps]. FieldError otherwise, as of all of these.
absl::Status CheckRate(absl::string_view field, double rate_bps);
absl::Status CheckCapacity(absl::string_view field, double capacity_bps);
absl::Status CheckMetric(absl::string_view field, double metric);
// Capacities, metrics and delays of all links; fields are "PREFIX.links[3].capacity_bps".
absl::Status CheckValues(absl::string_view prefix, const Topology& topology);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_STATE_VALUE_LIMITS_H_
