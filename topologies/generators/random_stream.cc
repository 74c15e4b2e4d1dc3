#include "topologies/generators/random_stream.h"

#include <cmath>

namespace rhumb {
namespace {

constexpr uint64_t kGolden = 0x9E3779B97F4A7C15ULL;
constexpr double kTwoPi = 6.283185307179586476925286766559;

uint64_t Mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

}  // namespace

RandomStream::RandomStream(uint64_t seed, uint64_t purpose, uint64_t index)
    : state_(Mix(Mix(Mix(seed + kGolden) + purpose + kGolden) + index + kGolden)) {}

uint64_t RandomStream::Bits() {
  state_ += kGolden;
  return Mix(state_);
}

double RandomStream::Uniform() { return static_cast<double>(Bits() >> 11) * 0x1p-53; }

uint64_t RandomStream::Below(uint64_t n) {
  const uint64_t limit = UINT64_MAX - UINT64_MAX % n;
  uint64_t bits = Bits();
  while (bits >= limit) bits = Bits();
  return bits % n;
}

double RandomStream::Normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - Uniform()));
  return radius * std::cos(kTwoPi * Uniform());
}

}  // namespace rhumb
