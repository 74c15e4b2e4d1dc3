// Moments that no step of the wall clock moves: what every interval, deadline, limit and age is
// counted on. The wall clock, absl::Time, is for records that people read.
#ifndef RHUMB_CONTROLLER_CLOCK_STEADY_TIME_H_
#define RHUMB_CONTROLLER_CLOCK_STEADY_TIME_H_

#include <chrono>

#include "absl/time/time.h"

namespace rhumb {

// A moment of this process: it means nothing to another one, nor after a restart. A type of its
// own, so that the two clocks cannot be mixed up.
class SteadyTime {
 public:
  using Point = std::chrono::steady_clock::time_point;

  constexpr SteadyTime() = default;
  explicit constexpr SteadyTime(Point point) : point_(point) {}
  // Later than all others.
  static constexpr SteadyTime Never() { return SteadyTime(Point::max()); }

  Point point() const { return point_; }

  // Never() when the sum is beyond what can be counted.
  friend SteadyTime operator+(SteadyTime time, absl::Duration duration) {
    const absl::Duration left = absl::FromChrono(Point::max() - time.point_);
    if (time.point_ >= Point() && duration >= left) return Never();
    return SteadyTime(time.point_ + absl::ToChronoNanoseconds(duration));
  }
  friend SteadyTime operator-(SteadyTime time, absl::Duration duration) { return time + -duration; }
  friend absl::Duration operator-(SteadyTime a, SteadyTime b) {
    return absl::FromChrono(a.point_ - b.point_);
  }
  SteadyTime& operator+=(absl::Duration duration) { return *this = *this + duration; }

  friend bool operator==(SteadyTime a, SteadyTime b) { return a.point_ == b.point_; }
  friend bool operator!=(SteadyTime a, SteadyTime b) { return a.point_ != b.point_; }
  friend bool operator<(SteadyTime a, SteadyTime b) { return a.point_ < b.point_; }
  friend bool operator>(SteadyTime a, SteadyTime b) { return a.point_ > b.point_; }
  friend bool operator<=(SteadyTime a, SteadyTime b) { return a.point_ <= b.point_; }
  friend bool operator>=(SteadyTime a, SteadyTime b) { return a.point_ >= b.point_; }

 private:
  Point point_;
};

inline SteadyTime SteadyNow() { return SteadyTime(std::chrono::steady_clock::now()); }

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLOCK_STEADY_TIME_H_
