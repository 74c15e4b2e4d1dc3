// Random numbers that are the same on every platform: the standard distributions are not.
#ifndef RHUMB_AGENTS_TRAINING_RANDOM_H_
#define RHUMB_AGENTS_TRAINING_RANDOM_H_

#include <cmath>
#include <cstdint>

namespace rhumb::training {

// SplitMix64 (Steele, Lea, Flood 2014): one word of state, so that a training state can store it.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Bits() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  // In [0, 1).
  double Uniform() { return static_cast<double>(Bits() >> 11) * 0x1p-53; }
  double Uniform(double low, double high) { return low + (high - low) * Uniform(); }
  // In [0, n).
  int Below(int n) { return static_cast<int>(Bits() % static_cast<uint64_t>(n)); }
  bool Chance(double probability) { return Uniform() < probability; }
  // Standard normal (Box and Muller 1958, one of the pair).
  double Normal() {
    return std::sqrt(-2 * std::log(1 - Uniform())) * std::cos(6.283185307179586 * Uniform());
  }
  double LogNormal(double sigma) { return std::exp(sigma * Normal()); }

  uint64_t state() const { return state_; }
  void set_state(uint64_t state) { state_ = state; }

 private:
  uint64_t state_;
};

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_RANDOM_H_
