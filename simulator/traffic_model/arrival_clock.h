// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// When the flows or packets of one demand arrive, how they are drawn, and where they are hashed.
//
// Everything depends on the seed, the demand's two nodes and its rate alone: the paths of a plan,
// other demands and what the network does leave it as it is, and every simulator draws the same.
#ifndef RHUMB_SIMULATOR_TRAFFIC_MODEL_ARRIVAL_CLOCK_H_
#define RHUMB_SIMULATOR_TRAFFIC_MODEL_ARRIVAL_CLOCK_H_

#include <algorithm>
#include <cstdint>
#include <limits>

#include "simulator/traffic_model/random.h"

namespace rhumb::traffic_model {

// Counts `work`, the gaps of mean 1 that are left until the next arrival; time runs at the rate of
// arrivals and stands still while the clock is paused. Times are nanoseconds.
class ArrivalClock {
 public:
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  // `regular`: equal gaps after a random phase, instead of a Poisson process.
  ArrivalClock(uint64_t seed, uint32_t source, uint32_t destination, bool regular)
      : salt_(Mix(seed, source)),
        destination_(destination),
        regular_(regular),
        random_(Mix(seed, (uint64_t{source} << 32 | destination) + 1)) {}

  // When the work that is left was last counted.
  int64_t since_ns() const { return since_ns_; }

  void SetRate(double arrivals_per_s, int64_t now_ns) {
    if (running_) Count(now_ns);
    arrivals_per_s_ = arrivals_per_s;
  }
  void Run(bool running, int64_t now_ns) {
    if (running_ == running) return;
    if (running_) Count(now_ns);
    running_ = running;
    since_ns_ = now_ns;
  }
  // Of the next arrival, as seen at `now_ns`; kNever while nothing arrives. To be asked after every
  // change and every arrival.
  int64_t NextNs(int64_t now_ns) {
    if (!running_ || arrivals_per_s_ <= 0) return kNever;
    if (!started_) {
      work_ = Gap();
      started_ = true;
    }
    const double wait_ns = work_ / arrivals_per_s_ * 1e9;
    if (wait_ns > 9e18) return kNever;
    return now_ns + static_cast<int64_t>(wait_ns + 0.5);
  }
  // To be called when that time has come.
  void Arrive(int64_t now_ns) {
    work_ = Gap();
    since_ns_ = now_ns;
    ++num_arrivals_;
  }

  // Draws of what has just arrived: its size, then its kind.
  Random& random() { return random_; }
  // The hash of its 5-tuple in [0, 1), salted by the ingress.
  double Hash() const { return ToUnit(Mix(salt_, Mix(destination_, num_arrivals_))); }

 private:
  double Gap() {
    if (!regular_) return random_.Exponential();
    return started_ ? 1.0 : random_.Uniform();
  }
  void Count(int64_t now_ns) {
    work_ -= 1e-9 * static_cast<double>(now_ns - since_ns_) * arrivals_per_s_;
    work_ = std::max(0.0, work_);
    since_ns_ = now_ns;
  }

  uint64_t salt_;
  uint64_t destination_;
  bool regular_;
  Random random_;
  double arrivals_per_s_ = 0;
  double work_ = 0;
  int64_t since_ns_ = 0;
  uint64_t num_arrivals_ = 0;
  bool running_ = false;
  bool started_ = false;
};

}  // namespace rhumb::traffic_model

#endif  // RHUMB_SIMULATOR_TRAFFIC_MODEL_ARRIVAL_CLOCK_H_
