// One adapter's plan stream.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_PLAN_STREAM_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_PLAN_STREAM_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/synchronization/mutex.h"
#include "controller/serving/server/stream_call.h"
#include "rhumb/v1/south.pb.h"

namespace rhumb {

// Subscribes once, then writes what comes next whenever the last write is done: at most one message
// is on its way, so a reader that stops reading costs one message and holds nobody up. Reads the
// next request only when the control thread has taken a refusal before it; of acknowledgements one
// waits at most.
//
// gRPC's threads, the control thread and the fan-out's thread call it. It lives until gRPC is done
// with the call and nobody holds a pointer.
class PlanStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                         public StreamCall {
 public:
  // What the handler returns to gRPC; ends at once when the caller is not admitted.
  static PlanStream* Start(ServiceParts& parts, grpc::CallbackServerContext* context);

  void Wake() override;
  // What this adapter is in the election is sent when it differs from what was sent last.
  void ElectionChanged(const ControllerCore& core) override;
  // Version of the latest plan that was written; 0 before.
  uint64_t sent_version() const;

 private:
  struct Opened;  // what the control thread says to a subscription
  struct Acknowledged {
    rhumb::v1::PlanAnswer answer;
    uint64_t version = 0;
  };

  explicit PlanStream(ServiceParts& parts) : StreamCall(parts, CallMethod::kStreamPlans) {}

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;
  void FinishCall(const grpc::Status& status) override { Finish(status); }

  void Subscribe(const rhumb::v1::PlanSubscription& subscription);
  void TakeOpened(const absl::StatusOr<Opened>& opened,
                  const rhumb::v1::PlanSubscription& subscription);
  void TakeAnswer(rhumb::v1::PlanAnswer answer);
  // Sets what follows a refused update. `base` is what the refused one led on from.
  void AfterRefusal(const rhumb::v1::PlanAnswer& answer, uint64_t version, uint64_t base)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Read();

  grpc::ByteBuffer request_;  // gRPC's between StartRead and OnReadDone
  std::string adapter_;       // read by one callback after the other
  bool subscribed_ = false;   // the same

  bool open_ ABSL_GUARDED_BY(mutex_) = false;  // the subscription was accepted
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<rhumb::v1::ElectionState> election_ ABSL_GUARDED_BY(mutex_);  // still to be sent
  rhumb::v1::ElectionState sent_election_ ABSL_GUARDED_BY(mutex_);
  uint64_t base_ ABSL_GUARDED_BY(mutex_) = 0;          // what the reader holds after the last write
  uint64_t sent_ ABSL_GUARDED_BY(mutex_) = 0;          // the latest version written
  bool send_again_ ABSL_GUARDED_BY(mutex_) = false;    // the same version as a whole
  Acknowledged acknowledged_ ABSL_GUARDED_BY(mutex_);  // the latest
  bool errand_out_ ABSL_GUARDED_BY(mutex_) = false;    // the control thread will take it
  int repeats_ ABSL_GUARDED_BY(mutex_) = 0;
  std::shared_ptr<const grpc::ByteBuffer> on_its_way_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_PLAN_STREAM_H_
