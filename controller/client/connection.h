// Channels to `rhumb serve`, or to several that share a state, with what every call on them needs.
#ifndef RHUMB_CONTROLLER_CLIENT_CONNECTION_H_
#define RHUMB_CONTROLLER_CLIENT_CONNECTION_H_

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
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

  // Who is called now. Copies of a connection follow together.
  struct Target {
    std::string server;
    std::shared_ptr<grpc::Channel> channel;
  };
  Target target() const;
  std::shared_ptr<grpc::Channel> channel() const { return target().channel; }
  std::string server() const { return target().server; }
  int servers() const { return static_cast<int>(peers_->list.size()); }
  // A call to `called` failed so: from now on the leader is called that it named, if that is one of
  // the servers that were given (a token goes nowhere else), or the next one when it was not
  // reached or does not lead; it is dialled anew when its turn comes again. Nothing where there is
  // one server, or somebody has moved on already.
  void Follow(const CallError& error, const std::string& called) const;

  absl::Duration timeout() const { return options_.timeout; }
  // What one attempt may take: with several servers, one that is paused must not use up everything.
  absl::Duration attempt_timeout() const;
  // Between attempts.
  Backoff MakeBackoff() const;

  // Adds the token, and with several servers the wish to be answered by the leader.
  void Prepare(grpc::ClientContext* context) const;
  // `status` is not OK.
  absl::Status Explain(const grpc::Status& status) const {
    return rhumb::Explain(DecodeError(status), server(), timeout());
  }

 private:
  Connection(const ClientOptions& options, std::shared_ptr<grpc::ChannelCredentials> credentials,
             std::string token);

  struct Peers {
    std::vector<Target> list;
    absl::Mutex mutex;
    size_t current ABSL_GUARDED_BY(mutex) = 0;
  };

  ClientOptions options_;
  std::shared_ptr<grpc::ChannelCredentials> credentials_;
  std::string token_;
  std::shared_ptr<Peers> peers_;
};

// One unary call. UNAVAILABLE is tried again, with pauses, as often as kAttempts and the
// connection's timeout allow, at several servers as long as the timeout allows; every call of the
// API may be repeated. `stub` is of the connection's channel. Errors are explained.
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Call(const Connection& connection, Stub& stub,
                              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                              const Request& request) {
  constexpr int kAttempts = 4;
  const bool several = connection.servers() > 1;
  const SteadyTime deadline = SteadyNow() + connection.timeout();
  Backoff backoff = connection.MakeBackoff();
  for (int attempt = 1;; ++attempt) {
    const Connection::Target target = connection.target();
    grpc::ClientContext context;
    connection.Prepare(&context);
    context.set_deadline(
        GrpcDeadline(std::min(deadline, SteadyNow() + connection.attempt_timeout())));
    Response response;
    grpc::Status status;
    if (several) {
      Stub stub_now(target.channel);
      status = (stub_now.*method)(&context, request, &response);
    } else {
      status = (stub.*method)(&context, request, &response);
    }
    if (status.ok()) return response;
    const CallError error = DecodeError(status);
    connection.Follow(error, target.server);
    const absl::Duration pause =
        std::max(backoff.Next(), error.retry_after.value_or(absl::ZeroDuration()));
    const bool again = error.code == absl::StatusCode::kUnavailable ||
                       (several && error.code == absl::StatusCode::kDeadlineExceeded);
    if (!again || (attempt == kAttempts && !several) || SteadyNow() + pause >= deadline) {
      return Explain(error, target.server, connection.timeout());
    }
    absl::SleepFor(pause);
  }
}

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLIENT_CONNECTION_H_
