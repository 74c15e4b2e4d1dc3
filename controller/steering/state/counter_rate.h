// From two readings of a cumulative byte counter to a rate.
#ifndef RHUMB_CONTROLLER_STEERING_STATE_COUNTER_RATE_H_
#define RHUMB_CONTROLLER_STEERING_STATE_COUNTER_RATE_H_

#include <cstdint>

#include "absl/time/time.h"

namespace rhumb {

struct CounterReading {
  uint64_t bytes = 0;
  absl::Duration at;  // on the source's own line of time
};

struct CounterRate {
  enum class Kind {
    kRate,         // the counter grew
    kWrapped,      // it went through its end once; the rate holds
    kReset,        // it went back for another reason; no rate
    kImplausible,  // more than `max_bps`; no rate
  };
  Kind kind = Kind::kRate;
  double bps = 0;
};

// `bits` is where the counter wraps, 32 or 64. A counter that went back has wrapped if that gives a
// rate of at most `max_bps`, else it was reset. `after` is later than `before`. A 32-bit counter
// that wraps more than once between readings cannot be told from one that did not.
inline CounterRate RateBetween(const CounterReading& before, const CounterReading& after, int bits,
                               double max_bps) {
  const double seconds = absl::ToDoubleSeconds(after.at - before.at);
  const bool back = after.bytes < before.bytes;
  uint64_t bytes = after.bytes - before.bytes;  // modulo 2^64: right for 64-bit wraps
  if (bits == 32) bytes &= 0xffffffffu;
  const double bps = static_cast<double>(bytes) * 8 / seconds;
  if (bps > max_bps) {
    return {back ? CounterRate::Kind::kReset : CounterRate::Kind::kImplausible, 0};
  }
  return {back ? CounterRate::Kind::kWrapped : CounterRate::Kind::kRate, bps};
}

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_STATE_COUNTER_RATE_H_
