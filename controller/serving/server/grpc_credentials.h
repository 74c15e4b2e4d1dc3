// What a caller of gRPC shows the gate.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_GRPC_CREDENTIALS_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_GRPC_CREDENTIALS_H_

#include <grpcpp/server_context.h>

#include "controller/serving/calls/call_gate.h"

namespace rhumb {

// Valid as long as `context` is.
Credentials CredentialsOf(const grpc::ServerContextBase& context);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_GRPC_CREDENTIALS_H_
