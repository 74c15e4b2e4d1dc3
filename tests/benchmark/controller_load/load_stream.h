// One adapter's plan stream in a load test: notes when every plan arrives, acknowledges the latest
// one twenty times a second, and costs as little as it can, because a thousand of them share a
// machine with the server.
#ifndef RHUMB_TESTS_BENCHMARK_CONTROLLER_LOAD_LOAD_STREAM_H_
#define RHUMB_TESTS_BENCHMARK_CONTROLLER_LOAD_LOAD_STREAM_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/client_callback.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "controller/client/connection.h"
#include "rhumb/v1/south.pb.h"

namespace rhumb::benchmark {

struct Arrival {
  uint64_t plan_version = 0;
  uint64_t base_plan_version = 0;  // 0: the whole plan
  uint64_t topology_version = 0;
  rhumb::v1::PlanReason reason = rhumb::v1::PLAN_REASON_UNSPECIFIED;
  absl::Time decided_at;
  absl::Time at;
  size_t bytes = 0;
};

// Opened by its constructor. `on_arrival` is called on gRPC's threads.
class LoadStream : public grpc::ClientBidiReactor<rhumb::v1::PlanStreamRequest, grpc::ByteBuffer> {
 public:
  // `reads`: false never reads anything, as an adapter that hangs.
  LoadStream(const Connection& connection, const std::string& adapter, uint64_t election_id,
             bool reads, std::function<void(const Arrival&)> on_arrival);
  // Cancels and waits for the end.
  ~LoadStream() override;

  // Waits for the election's message; for one that does not read, for nothing.
  bool AwaitOpen(absl::Time deadline) const;
  // OK while it is open.
  grpc::Status ended() const;
  // Acknowledges what came since the last time. An adapter answers when its switches have answered,
  // not at the moment of arrival.
  void SendAnswer();

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  const bool reads_;
  const std::function<void(const Arrival&)> on_arrival_;
  grpc::ClientContext context_;
  rhumb::v1::PlanStreamRequest request_;
  grpc::ByteBuffer response_;
  mutable absl::Mutex mutex_;
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::Status status_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = true;
  // Only the latest answer counts.
  std::string next_nonce_ ABSL_GUARDED_BY(mutex_);
  uint64_t next_version_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace rhumb::benchmark

#endif  // RHUMB_TESTS_BENCHMARK_CONTROLLER_LOAD_LOAD_STREAM_H_
