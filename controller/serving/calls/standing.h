// What this controller is to the others that share its state.
#ifndef RHUMB_CONTROLLER_SERVING_CALLS_STANDING_H_
#define RHUMB_CONTROLLER_SERVING_CALLS_STANDING_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "rhumb/v1/north.pb.h"

namespace rhumb {

// Safe to call from any thread; does not block.
class Standing {
 public:
  virtual ~Standing() = default;
  // OK while this controller leads, by the clock as it is now. Else Unavailable (NOT_LEADER), with
  // the leader's address if there is one.
  virtual absl::Status CheckLeads() const = 0;
  // Of a standby: how long ago what it knows was known to be the latest. Of a leader: none.
  virtual std::optional<absl::Duration> CopyAge() const = 0;
  virtual rhumb::v1::ReplicaStatus Status() const = 0;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_CALLS_STANDING_H_
