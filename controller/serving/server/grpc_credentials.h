// What a caller of gRPC shows the gate, and what the gate says to it.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_GRPC_CREDENTIALS_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_GRPC_CREDENTIALS_H_

#include <grpcpp/server_context.h>

#include "absl/status/statusor.h"
#include "controller/serving/server/service_parts.h"

namespace rhumb {

// Valid as long as `context` is.
Credentials CredentialsOf(const grpc::ServerContextBase& context);

// CallGate::Admit; the connection of whoever is admitted is a stranger's no longer.
absl::StatusOr<Caller> AdmitCall(ServiceParts& parts, const grpc::ServerContextBase& context,
                                 Role needed);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_GRPC_CREDENTIALS_H_
