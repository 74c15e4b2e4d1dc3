// What all streams have in common: admission, a name, one end, and a life that lasts until gRPC and
// everybody else are done with it.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_STREAM_CALL_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_STREAM_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "controller/serving/server/service_parts.h"

namespace rhumb {

// A derived class is also a gRPC reactor. It keeps to two rules: nothing is started on the call
// once `finished_`, checked under `mutex_`; and OnDone calls Leave, last.
class StreamCall : public PlanReader, public std::enable_shared_from_this<StreamCall> {
 public:
  void Wake() override {}
  void CheckAccess() override;
  void End(const absl::Status& status) override;

 protected:
  // Counted as `method` in the metrics; not at all without one.
  StreamCall(ServiceParts& parts, std::optional<CallMethod> method)
      : parts_(parts), id_(parts.NextStream()), method_(method) {}

  // Keeps the object alive, admits the caller (anybody when no role is needed), takes a place among
  // the streams and joins the fan-out's readers when `join`; after an error the call has been
  // finished with it.
  absl::Status Enter(const grpc::CallbackServerContext& context, std::optional<Role> role,
                     bool join);
  // Among the readers that the fan-out wakes and ends.
  void Join() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Finishes once; later ends change nothing.
  void EndLocked(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Afterwards the object may be gone.
  void Leave();

  // The reactor's Finish.
  virtual void FinishCall(const grpc::Status& status) = 0;

  template <typename Derived>
  static std::shared_ptr<Derived> Self(Derived* stream) {
    return std::static_pointer_cast<Derived>(stream->shared_from_this());
  }

  ServiceParts& parts_;
  const StreamId id_;
  Caller caller_;  // after Enter
  mutable absl::Mutex mutex_;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;

 private:
  const std::optional<CallMethod> method_;
  std::optional<Role> role_;          // after Enter; none: anybody
  std::shared_ptr<StreamCall> self_;  // from Enter to Leave
  std::unique_ptr<CallGate::Place> place_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_STREAM_CALL_H_
