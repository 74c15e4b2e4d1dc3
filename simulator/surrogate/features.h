// What a correction of the fluid simulator looks at: numbers that do not depend on how large a
// network is.
#ifndef RHUMB_SIMULATOR_SURROGATE_FEATURES_H_
#define RHUMB_SIMULATOR_SURROGATE_FEATURES_H_

#include <array>
#include <vector>

#include "simulator/measurements.h"
#include "simulator/network_simulator.h"
#include "topologies/routing_plan.h"

namespace rhumb::surrogate {

constexpr int kNetworkFeatures = 29;
constexpr int kDemandFeatures = 16;
// The last of a network's features does depend on its size: over how many flows chance is averaged.
// It tells how large residuals are, not what they are.
constexpr int kChanceFeature = kNetworkFeatures - 1;

using NetworkFeatures = std::array<double, kNetworkFeatures>;
using DemandFeatures = std::array<double, kDemandFeatures>;

struct Features {
  NetworkFeatures network;
  std::vector<DemandFeatures> demands;  // [pairs of the plan]
};

// Of an interval that the fluid simulator has played, with finite flows; `episode.topology` as it
// was when the interval began. All are finite. O(links of the plan's paths).
Features ComputeFeatures(const Episode& episode, int segment_bytes, const RoutingPlan& plan,
                         const Interval& interval, const Measurements& measured);

}  // namespace rhumb::surrogate

#endif  // RHUMB_SIMULATOR_SURROGATE_FEATURES_H_
