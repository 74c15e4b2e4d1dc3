#include "controller/environment_server/environment_server.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "controller/clock/grpc/deadline.h"

namespace rhumb {
namespace {

// Inline topologies and traffic series are the largest that a client sends.
constexpr int kMaxRequestBytes = 256 << 20;
constexpr absl::Duration kLongestHousekeeping = absl::Seconds(10);

}  // namespace

EnvironmentServer::EnvironmentServer(EnvironmentServerOptions options)
    : service_(std::make_unique<EnvironmentService>(std::move(options))) {}

absl::StatusOr<std::unique_ptr<EnvironmentServer>> EnvironmentServer::Start(
    const ListenAddress& address, EnvironmentServerOptions options) {
  const absl::Duration idle_timeout = options.batches.idle_timeout;
  const int max_answer_bytes = static_cast<int>(options.max_answer_bytes);
  std::unique_ptr<EnvironmentServer> server(new EnvironmentServer(std::move(options)));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  // Two servers on one port would each get half of the calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  builder.SetMaxSendMessageSize(max_answer_bytes);
  builder.AddListeningPort(address.text(), grpc::InsecureServerCredentials(), &server->port_);
  builder.RegisterService(server->service_.get());
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr || server->port_ == 0) {
    return absl::UnavailableError(absl::StrFormat(
        "cannot listen on %s: the port is taken or the address is not this machine's; give "
        "another, such as --listen 127.0.0.1:0 for any free port",
        address.text()));
  }
  server->housekeeper_ =
      std::make_unique<Housekeeper>(std::min(idle_timeout / 4, kLongestHousekeeping),
                                    [service = server->service_.get()] { service->CloseIdle(); });
  return server;
}

EnvironmentServer::~EnvironmentServer() { Stop(absl::ZeroDuration()); }

void EnvironmentServer::Stop(absl::Duration grace) {
  if (server_ == nullptr) return;
  service_->Close();
  housekeeper_.reset();
  server_->Shutdown(GrpcDeadline(SteadyNow() + grace));
  server_->Wait();
  server_.reset();
}

}  // namespace rhumb
