// One operator's view of plans as they are made (WatchPlan).
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_WATCH_STREAM_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_WATCH_STREAM_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "controller/serving/server/stream_call.h"

namespace rhumb {

// Writes the newest plan whenever the last write is done.
class WatchStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                          public StreamCall {
 public:
  static WatchStream* Start(ServiceParts& parts, grpc::CallbackServerContext* context);

  void Wake() override;

 private:
  explicit WatchStream(ServiceParts& parts) : StreamCall(parts, CallMethod::kWatchPlan) {}

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override { End(absl::CancelledError("the caller is gone")); }
  void OnDone() override { Leave(); }
  void FinishCall(const grpc::Status& status) override { Finish(status); }
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  grpc::ByteBuffer request_;
  bool with_routes_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t sent_ ABSL_GUARDED_BY(mutex_) = 0;
  SharedMessagePtr on_its_way_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_WATCH_STREAM_H_
