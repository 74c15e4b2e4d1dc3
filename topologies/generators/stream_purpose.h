// What each random stream of the generators is for; a number here is part of what a seed means, so
// never reuse one.
#ifndef RHUMB_TOPOLOGIES_GENERATORS_STREAM_PURPOSE_H_
#define RHUMB_TOPOLOGIES_GENERATORS_STREAM_PURPOSE_H_

#include <cstdint>

namespace rhumb {

enum class StreamPurpose : uint64_t {
  kSendingMass = 1,
  kReceivingMass = 2,
  kPairSpread = 3,
  kEmptyPairs = 4,
  kElephants = 5,
  kNoise = 6,
  kBurst = 7,
  kHotspot = 8,
};

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_GENERATORS_STREAM_PURPOSE_H_
