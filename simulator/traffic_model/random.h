// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Random numbers that are the same on every platform and in every simulator.
#ifndef RHUMB_SIMULATOR_TRAFFIC_MODEL_RANDOM_H_
#define RHUMB_SIMULATOR_TRAFFIC_MODEL_RANDOM_H_

#include <cmath>
#include <cstdint>

namespace rhumb::traffic_model {

// One round of SplitMix64 (Steele, Lea, Flood 2014): a good 64-bit mixing function.
inline uint64_t Mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15ull;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

inline uint64_t Mix(uint64_t a, uint64_t b) { return Mix(Mix(a) ^ b); }

// In [0, 1), from the upper 53 bits.
inline double ToUnit(uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1.0p-53; }

// SplitMix64 as a generator. A stream of its own for every (seed, source, destination) keeps
// arrivals paired between runs that differ in routing.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(Mix(seed)) {}

  uint64_t Next() {
    const uint64_t result = Mix(state_);
    state_ += 0x9e3779b97f4a7c15ull;
    return result;
  }
  double Uniform() { return ToUnit(Next()); }
  // Mean 1.
  double Exponential() { return -std::log1p(-Uniform()); }

 private:
  uint64_t state_;
};

}  // namespace rhumb::traffic_model

#endif  // RHUMB_SIMULATOR_TRAFFIC_MODEL_RANDOM_H_
