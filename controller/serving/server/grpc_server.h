// The gRPC server as the configuration wants it: where it listens, how it is secured, what it
// accepts.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_GRPC_SERVER_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_GRPC_SERVER_H_

#include <grpcpp/server.h>

#include <initializer_list>
#include <memory>

#include "absl/status/statusor.h"
#include "controller/serving/configuration/certificate_keeper.h"
#include "controller/serving/configuration/serve_config.h"
#include "controller/serving/server/connection_door.h"

namespace rhumb {

struct GrpcServer {
  std::shared_ptr<grpc::ServerCredentials> credentials;  // which gRPC does not keep
  std::unique_ptr<ConnectionDoor> door;                  // null: a Unix-domain socket only
  std::unique_ptr<grpc::Server> server;
  int port = 0;  // 0 when it listens on a Unix-domain socket only
};

// Serves from now on; services, `connections`, `metrics`
// and `certificates` (null: plaintext) outlive it. Unavailable when a port is taken.
absl::StatusOr<GrpcServer> StartGrpcServer(const ServeConfig& config,
                                           const CertificateKeeper* certificates,
                                           ConnectionTable* connections, Metrics* metrics,
                                           std::initializer_list<grpc::Service*> services);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_GRPC_SERVER_H_
