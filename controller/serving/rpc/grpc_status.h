// From our statuses to gRPC's, with the details of rhumb/v1/status.proto in the trailer.
#ifndef RHUMB_CONTROLLER_SERVING_RPC_GRPC_STATUS_H_
#define RHUMB_CONTROLLER_SERVING_RPC_GRPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rhumb {

// The serialised rhumb.v1.Status travels as "grpc-status-details-bin".
grpc::Status ToGrpc(const absl::Status& status);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_RPC_GRPC_STATUS_H_
