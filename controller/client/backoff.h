// Pauses between attempts.
#ifndef RHUMB_CONTROLLER_CLIENT_BACKOFF_H_
#define RHUMB_CONTROLLER_CLIENT_BACKOFF_H_

#include <algorithm>
#include <random>

#include "absl/time/time.h"

namespace rhumb {

// Doubles from `first` to `longest`; each pause is drawn from the upper half of its bound, so that
// clients that lost the same server do not all come back at once.
class Backoff {
 public:
  explicit Backoff(absl::Duration first = absl::Milliseconds(100),
                   absl::Duration longest = absl::Seconds(2))
      : first_(first), longest_(longest), bound_(first), random_(std::random_device{}()) {}

  absl::Duration Next() {
    const absl::Duration pause = bound_ * std::uniform_real_distribution<double>(0.5, 1.0)(random_);
    bound_ = std::min(2 * bound_, longest_);
    return pause;
  }
  void Reset() { bound_ = first_; }

 private:
  absl::Duration first_, longest_, bound_;
  std::minstd_rand random_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLIENT_BACKOFF_H_
