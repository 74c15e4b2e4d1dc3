// The environments of learners outside of Rhumb, on a port of their own.
#ifndef RHUMB_CONTROLLER_ENVIRONMENT_SERVER_ENVIRONMENT_SERVER_H_
#define RHUMB_CONTROLLER_ENVIRONMENT_SERVER_ENVIRONMENT_SERVER_H_

#include <grpcpp/server.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "controller/environment_server/environment_service.h"
#include "controller/serving/rpc/listen_address.h"
#include "controller/steering/threads/housekeeper.h"

namespace rhumb {

// Serves, without encryption, from Start until it is destroyed. Its methods are called from one
// thread.
class EnvironmentServer {
 public:
  // Unavailable when the port is taken or the host is none of this machine's.
  static absl::StatusOr<std::unique_ptr<EnvironmentServer>> Start(const ListenAddress& address,
                                                                  EnvironmentServerOptions options);
  // Stops without grace.
  ~EnvironmentServer();

  int port() const { return port_; }

  // Refuses new calls and lets those that run end for so long; then they are cancelled, which a
  // simulator at work notices when it is done. Returns when none is left. Later calls do nothing.
  void Stop(absl::Duration grace);

 private:
  explicit EnvironmentServer(EnvironmentServerOptions options);

  std::unique_ptr<EnvironmentService> service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Housekeeper> housekeeper_;
  int port_ = 0;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_ENVIRONMENT_SERVER_ENVIRONMENT_SERVER_H_
