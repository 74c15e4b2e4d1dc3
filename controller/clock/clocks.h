// Both clocks, for what tests drive by hand.
#ifndef RHUMB_CONTROLLER_CLOCK_CLOCKS_H_
#define RHUMB_CONTROLLER_CLOCK_CLOCKS_H_

#include <functional>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "controller/clock/steady_time.h"

namespace rhumb {

struct Clocks {
  // For intervals, deadlines, limits and ages.
  std::function<SteadyTime()> steady = [] { return SteadyNow(); };
  // For records that people read: it may step at any time, and nothing may wait for it.
  std::function<absl::Time()> wall = [] { return absl::Now(); };
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLOCK_CLOCKS_H_
