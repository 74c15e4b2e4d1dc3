// What went wrong with a call, as the server said it and as a person can act on it.
#ifndef RHUMB_CONTROLLER_CLIENT_CALL_ERROR_H_
#define RHUMB_CONTROLLER_CLIENT_CALL_ERROR_H_

#include <grpcpp/support/status.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace rhumb {

// A failed call with the details of "grpc-status-details-bin" (rhumb/v1/status.proto) taken apart.
struct CallError {
  struct Violation {
    std::string field;
    std::string description;
  };
  absl::StatusCode code = absl::StatusCode::kUnknown;
  std::string message;
  std::string reason;  // of ErrorInfo, such as "NOT_PRIMARY"; empty when there is none
  std::string leader;  // of NOT_LEADER, HOST:PORT; empty when none is known
  std::vector<Violation> violations;
  std::optional<absl::Duration> retry_after;
};

// `status` is not OK. Details that cannot be read are left out.
CallError DecodeError(const grpc::Status& status);

// The same as a status whose message names the field, the fault and the next move. `server` is the
// address that was called, `timeout` how long the call was given.
absl::Status Explain(const CallError& error, const std::string& server, absl::Duration timeout);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLIENT_CALL_ERROR_H_
