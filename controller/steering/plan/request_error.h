// Errors of requests: a canonical status that also carries the reason a program may branch on and
// the field that is wrong. The server turns both into the details of rhumb/v1/status.proto.
#ifndef RHUMB_CONTROLLER_STEERING_PLAN_REQUEST_ERROR_H_
#define RHUMB_CONTROLLER_STEERING_PLAN_REQUEST_ERROR_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rhumb/v1/status.pb.h"

namespace rhumb {

// Errors quote what they are about. What is longer is cut, so that no request is sent back whole.
inline constexpr size_t kMaxErrorBytes = 1500;
// The first kMaxErrorBytes at most, whole UTF-8 characters.
std::string Shortened(absl::string_view message);

// `code` with `reason`; `message` names the input, the fault and the next move.
absl::Status RequestError(absl::StatusCode code, rhumb::v1::ErrorReason reason,
                          absl::string_view message);
// InvalidArgument that names the field, as in "links[3].capacity_bps".
absl::Status FieldError(absl::string_view field, absl::string_view message);
// An InvalidArgument from below (a reader, a policy) that concerns `field`; other codes get the
// reason that fits them.
absl::Status AboutField(absl::string_view field, const absl::Status& status);

// FailedPrecondition (NO_TOPOLOGY); `next_move` is for the caller, an operator unless said
// otherwise.
absl::Status NoTopologyError(
    absl::string_view next_move = "wait until an adapter has declared one");

// Unavailable (NOT_LEADER) that names the controller that leads, HOST:PORT; empty: none is known.
absl::Status NotLeaderError(absl::string_view leader);
// Empty when none is named.
std::string LeaderOf(const absl::Status& status);

// BAD_FIELD for InvalidArgument and so on where the status carries none.
rhumb::v1::ErrorReason ReasonOf(const absl::Status& status);
// Empty when no field is named.
std::string FieldOf(const absl::Status& status);

// The status as google.rpc.Status, details included.
rhumb::v1::Status ToProto(const absl::Status& status);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_PLAN_REQUEST_ERROR_H_
