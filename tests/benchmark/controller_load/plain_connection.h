// One HTTP/2 connection in plain text for the calls of a load test, without gRPC: gRPC's client
// takes as much processor time for an update as the server that is measured, on the same machine.
// nghttp2 speaks HTTP/2; of gRPC's protocol this has what streams need, messages with their length
// and the status at the end.
#ifndef RHUMB_TESTS_BENCHMARK_CONTROLLER_LOAD_PLAIN_CONNECTION_H_
#define RHUMB_TESTS_BENCHMARK_CONTROLLER_LOAD_PLAIN_CONNECTION_H_

#include <grpcpp/support/status.h>
#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace rhumb::benchmark {

// What a call hears of, with the connection locked: it must not call the connection back.
class CallListener {
 public:
  virtual ~CallListener() = default;
  virtual void OnMessage(absl::string_view bytes) = 0;
  // The last of a call.
  virtual void OnEnd(const grpc::Status& status) = 0;
};

// Safe to use from several threads. One thread of the process reads all connections.
class PlainConnection {
 public:
  // `server`: HOST:PORT. An empty token is not sent. Unavailable when nobody answers there.
  static absl::StatusOr<std::shared_ptr<PlainConnection>> Dial(const std::string& server,
                                                               const std::string& token);
  PlainConnection(const PlainConnection&) = delete;
  ~PlainConnection();

  // Starts a call of `method`, "/PACKAGE.SERVICE/METHOD"; its id. `listener` outlives it. Where
  // `reads` is false, what comes uses up the window of flow control and no more is let come.
  int32_t Call(const std::string& method, bool reads, CallListener* listener);
  // Sends a message; in vain where the call has ended.
  void Send(int32_t call, absl::string_view message);
  // Ends the call. Its listener is not called any more after this.
  void Cancel(int32_t call);

 private:
  friend class PlainReader;
  struct Open {
    CallListener* listener = nullptr;  // none: cancelled
    bool reads = true;
    std::string received;         // of a message that is not complete
    std::string to_send;          // in gRPC's framing
    std::string status, message;  // trailers
  };

  PlainConnection(int file, std::string server, std::string token);
  // Bytes are there, or room for bytes.
  void Serve();
  void Flush() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EndAll(const std::string& why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Take(int32_t call, absl::string_view bytes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void End(int32_t call, uint32_t error) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // What nghttp2 calls, from within Serve and Flush.
  static nghttp2_session_callbacks* Callbacks();

  const int file_;
  const std::string server_, token_;
  absl::Mutex mutex_;
  nghttp2_session* session_ ABSL_GUARDED_BY(mutex_) = nullptr;
  grpc::Status end_ ABSL_GUARDED_BY(mutex_);  // why there are no calls any more; OK: there may be
  bool waits_to_write_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_map<int32_t, std::unique_ptr<Open>> calls_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rhumb::benchmark

#endif  // RHUMB_TESTS_BENCHMARK_CONTROLLER_LOAD_PLAIN_CONNECTION_H_
