// The numbers that a network on this earth can have. What is beyond them is a slip of units, and
// arithmetic on it would end in infinity; files that hold such numbers are refused.
#ifndef RHUMB_TOPOLOGIES_FORMATS_BOUNDS_H_
#define RHUMB_TOPOLOGIES_FORMATS_BOUNDS_H_

#include <cmath>

#include "absl/time/time.h"

namespace rhumb {

// Of links and demands read from files. A fibre pair carries some 50 Tbit/s and the largest cables
// 24 pairs, so 1 Pbit/s is more than any link or pair of nodes has.
inline constexpr double kLowestCapacityBps = 1;
inline constexpr double kHighestRateBps = 1e15;
inline constexpr double kLowestMetric = 1e-9;
inline constexpr double kHighestMetric = 1e12;
// One way. A geostationary hop takes 0.27 s; light goes round the earth in 0.2 s.
inline constexpr absl::Duration kLongestDelay = absl::Minutes(1);
// Longer than any cable; once round the earth is 40,075 km.
inline constexpr double kLongestLinkKm = 50000;

// False for NaN.
inline bool IsCapacity(double bps) { return bps >= kLowestCapacityBps && bps <= kHighestRateBps; }
inline bool IsDemand(double bps) { return bps >= 0 && bps <= kHighestRateBps; }
inline bool IsMetric(double metric) { return metric >= kLowestMetric && metric <= kHighestMetric; }
inline bool IsDelay(absl::Duration delay) {
  return delay >= absl::ZeroDuration() && delay <= kLongestDelay;
}

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_BOUNDS_H_
