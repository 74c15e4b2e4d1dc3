#include "controller/serving/server/grpc_server.h"

#include <grpc/grpc.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server_builder.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_format.h"
#include "controller/serving/server/tls.h"

namespace rhumb {
namespace {

// Each may hold a request of the largest size.
constexpr int kReflectionThreads = 3;
// gRPC reads up to 4 MB at once of a peer that sends much, for every connection.
constexpr int kReadBytes = 64 << 10;
// What a peer may send of a message before we have read what came.
constexpr int kAheadBytes = 256 << 10;

int Milliseconds(absl::Duration time) { return static_cast<int>(absl::ToInt64Milliseconds(time)); }

void SetChannelArguments(const ServeConfig& config, grpc::ServerBuilder* builder) {
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS,
                              Milliseconds(config.server.keepalive_time));
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                              Milliseconds(config.server.keepalive_timeout));
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  // Clients may ask as often as every second whether we live.
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 1000);
  builder->AddChannelArgument(GRPC_ARG_TCP_MAX_READ_CHUNK_SIZE, kReadBytes);
  // Nor is a peer that sends much asked by pings how fast it is, to be let send more at once.
  builder->AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, kAheadBytes);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, config.gate.streams + 1000);
}

// Removes what a server of before left. Unavailable while somebody listens there.
absl::Status MakeRoomForSocket(const std::string& path) {
  struct stat info;
  if (lstat(path.c_str(), &info) != 0) return absl::OkStatus();
  if (!S_ISSOCK(info.st_mode)) {
    return absl::UnavailableError(absl::StrFormat(
        "server.unix_socket: %s is there and is no socket; remove it or choose another path",
        path));
  }
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  const int file = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (file < 0) return absl::UnavailableError("server.unix_socket: no socket can be made");
  const bool refused = connect(file, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 &&
                       (errno == ECONNREFUSED || errno == ENOENT);
  close(file);
  if (refused) {
    unlink(path.c_str());
    return absl::OkStatus();
  }
  return absl::UnavailableError(absl::StrFormat(
      "server.unix_socket: another program listens on %s; stop it or choose another path", path));
}

}  // namespace

absl::StatusOr<GrpcServer> StartGrpcServer(const ServeConfig& config,
                                           const CertificateKeeper* certificates,
                                           ConnectionTable* connections, Metrics* metrics,
                                           std::initializer_list<grpc::Service*> services) {
  const auto& server = config.server;
  if (server.reflection) grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  GrpcServer started;
  grpc::ServerBuilder builder;
  std::shared_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor;
  if (!server.listen.empty()) {
    auto door = ConnectionDoor::Open(server.listen, connections, metrics);
    if (!door.ok()) return door.status();
    started.door = *std::move(door);
    started.port = started.door->port();
    started.credentials = MakeServerCredentials(certificates);
    acceptor = builder.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
        started.credentials);
  }
  if (!server.unix_socket.empty()) {
    if (auto status = MakeRoomForSocket(server.unix_socket); !status.ok()) return status;
    builder.AddListeningPort("unix:" + server.unix_socket, grpc::InsecureServerCredentials());
  }
  builder.SetMaxReceiveMessageSize(config.limits.message_bytes);
  builder.SetMaxSendMessageSize(-1);
  SetChannelArguments(config, &builder);
  // Only reflection is not a callback service.
  builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MIN_POLLERS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 2);
  // And it takes a thread a stream, for as long as it is open, of whoever opens one.
  grpc::ResourceQuota quota("rhumb");
  quota.SetMaxThreads(kReflectionThreads);
  builder.SetResourceQuota(quota);
  for (grpc::Service* service : services) builder.RegisterService(service);
  const mode_t umask_before = umask(0077);  // for the socket's file
  started.server = builder.BuildAndStart();
  umask(umask_before);
  if (started.server == nullptr) {
    return absl::UnavailableError(
        absl::StrFormat("gRPC cannot serve; can a socket be made at server.unix_socket = \"%s\"?",
                        server.unix_socket));
  }
  if (started.door != nullptr) {
    started.door->Serve([acceptor](int listener, int connection) {
      grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters parameters;
      parameters.listener_fd = listener;
      parameters.fd = connection;
      acceptor->HandleNewConnection(&parameters);
    });
  }
  return started;
}

}  // namespace rhumb
