// Random numbers that are the same on every platform and do not depend on the order in which they
// are asked for.
//
// The distributions of <random> differ between standard libraries, so the few that generators need
// are written here. Every purpose and every index gets a stream of its own: asking for more
// matrices, or switching noise on, changes nothing that was drawn before.
#ifndef RHUMB_TOPOLOGIES_GENERATORS_RANDOM_STREAM_H_
#define RHUMB_TOPOLOGIES_GENERATORS_RANDOM_STREAM_H_

#include <cstdint>

namespace rhumb {

// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). Cheap to make: one stream a demand is fine.
class RandomStream {
 public:
  explicit RandomStream(uint64_t seed, uint64_t purpose = 0, uint64_t index = 0);

  uint64_t Bits();
  // In [0, 1), 53 random bits.
  double Uniform();
  // In [0, n), n > 0, without bias (rejection).
  uint64_t Below(uint64_t n);
  // Mean 0, variance 1 (Box and Muller 1958, one of the two values).
  double Normal();

 private:
  uint64_t state_;
};

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_GENERATORS_RANDOM_STREAM_H_
