#include "absl/random/random.h"
#include "absl/time/clock.h"
#include "controller/steering/store/store.h"

namespace rhumb {

// The clock may be set back, so that the moment alone is no name.
uint64_t NewEpoch() {
  absl::BitGen random;
  return static_cast<uint64_t>(absl::ToUnixMicros(absl::Now())) +
         absl::Uniform<uint64_t>(random, 0, 1'000'000'000);
}

}  // namespace rhumb
