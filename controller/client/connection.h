// A channel to `rhumb serve` with what every call on it needs.
#ifndef RHUMB_CONTROLLER_CLIENT_CONNECTION_H_
#define RHUMB_CONTROLLER_CLIENT_CONNECTION_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "controller/client/backoff.h"
#include "controller/client/call_error.h"
#include "controller/client/client_options.h"
#include "controller/clock/grpc/deadline.h"
#include "controller/clock/steady_time.h"

namespace rhumb {

// Cheap to copy; copies share the channel. Safe to use from several threads.
class Connection {
 public:
  // Reads certificates and token. Does not dial: the first call does, and says so when the server
  // is not there. InvalidArgument for an address without a port, for a plaintext connection to
  // another machine that was not asked for, and for a certificate without its key; errors of files
  // name the option.
  static absl::StatusOr<Connection> Open(const ClientOptions& options);

  // Another TCP connection to the same server: streams of one connection share its flow control.
  Connection Another() const;

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  const std::string& server() const { return options_.server; }
  absl::Duration timeout() const { return options_.timeout; }

  // Adds the token.
  void Prepare(grpc::ClientContext* context) const;
  // `status` is not OK.
  absl::Status Explain(const grpc::Status& status) const {
    return rhumb::Explain(DecodeError(status), server(), timeout());
  }

 private:
  Connection(const ClientOptions& options, std::shared_ptr<grpc::ChannelCredentials> credentials,
             std::string token);

  ClientOptions options_;
  std::shared_ptr<grpc::ChannelCredentials> credentials_;
  std::string token_;
  std::shared_ptr<grpc::Channel> channel_;
};

// One unary call. UNAVAILABLE is tried again, with pauses, as often as kAttempts and the
// connection's timeout allow; every call of the API may be repeated. Errors are explained.
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Call(const Connection& connection, Stub& stub,
                              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                              const Request& request) {
  constexpr int kAttempts = 4;
  const SteadyTime deadline = SteadyNow() + connection.timeout();
  Backoff backoff;
  for (int attempt = 1;; ++attempt) {
    grpc::ClientContext context;
    connection.Prepare(&context);
    context.set_deadline(GrpcDeadline(deadline));
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (status.ok()) return response;
    const CallError error = DecodeError(status);
    const absl::Duration pause =
        std::max(backoff.Next(), error.retry_after.value_or(absl::ZeroDuration()));
    if (error.code != absl::StatusCode::kUnavailable || attempt == kAttempts ||
        SteadyNow() + pause >= deadline) {
      return Explain(error, connection.server(), connection.timeout());
    }
    absl::SleepFor(pause);
  }
}

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLIENT_CONNECTION_H_
