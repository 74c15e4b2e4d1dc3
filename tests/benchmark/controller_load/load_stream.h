// One adapter's plan stream in a load test: notes when every plan arrives, acknowledges the latest
// one twenty times a second, and costs as little as it can, because a thousand of them share a
// machine with the server that is measured.
#ifndef RHUMB_TESTS_BENCHMARK_CONTROLLER_LOAD_LOAD_STREAM_H_
#define RHUMB_TESTS_BENCHMARK_CONTROLLER_LOAD_LOAD_STREAM_H_

#include <grpcpp/support/status.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "rhumb/v1/live_plan.pb.h"
#include "tests/benchmark/controller_load/plain_connection.h"

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

// Opened by its constructor. `on_arrival` is called on the thread that reads all connections.
class LoadStream : public CallListener {
 public:
  // `reads`: false never reads anything, as an adapter that hangs.
  LoadStream(std::shared_ptr<PlainConnection> connection, const std::string& adapter,
             uint64_t election_id, bool reads, std::function<void(const Arrival&)> on_arrival);
  // Cancels.
  ~LoadStream() override;

  // Waits for the election's message; for one that does not read, for nothing.
  bool AwaitOpen(absl::Time deadline) const;
  // OK while it is open.
  grpc::Status ended() const;
  // Acknowledges what came since the last time. An adapter answers when its switches have answered,
  // not at the moment of arrival.
  void SendAnswer();

  void OnMessage(absl::string_view bytes) override;
  void OnEnd(const grpc::Status& status) override;

 private:
  const std::shared_ptr<PlainConnection> connection_;
  const bool reads_;
  const std::function<void(const Arrival&)> on_arrival_;
  int32_t call_ = 0;
  mutable absl::Mutex mutex_;
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::Status status_ ABSL_GUARDED_BY(mutex_);
  // Only the latest answer counts.
  std::string next_nonce_ ABSL_GUARDED_BY(mutex_);
  uint64_t next_version_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace rhumb::benchmark

#endif  // RHUMB_TESTS_BENCHMARK_CONTROLLER_LOAD_LOAD_STREAM_H_
