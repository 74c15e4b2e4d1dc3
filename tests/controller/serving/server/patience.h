// Waiting for conditions, with a deadline that a loaded machine keeps too.
#ifndef RHUMB_TESTS_CONTROLLER_SERVING_SERVER_PATIENCE_H_
#define RHUMB_TESTS_CONTROLLER_SERVING_SERVER_PATIENCE_H_

#include <functional>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "controller/clock/steady_time.h"

namespace rhumb::testing {

constexpr absl::Duration kPatience = absl::Seconds(60);

// Asks again until it is so; false when patience ends first.
inline bool Eventually(const std::function<bool()>& holds) {
  const SteadyTime deadline = SteadyNow() + kPatience;
  while (!holds()) {
    if (SteadyNow() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return true;
}

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_CONTROLLER_SERVING_SERVER_PATIENCE_H_
