// What every call passes before it is looked at: is the server open, who calls, may they, and do
// they call too often.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_CALL_GATE_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_CALL_GATE_H_

#include <grpcpp/server_context.h>

#include <atomic>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "controller/serving/access/access_control.h"
#include "controller/serving/access/gate_limits.h"
#include "controller/serving/access/rate_limiter.h"

namespace rhumb {

// Safe to call from any thread; outlives every call.
class CallGate {
 public:
  CallGate(const AccessControl& access, GateLimits limits)
      : access_(access), limits_(limits), rate_(limits.calls_per_second, limits.call_burst) {}

  // Unavailable (NOT_READY) once closed; Unauthenticated and PermissionDenied (ACCESS);
  // ResourceExhausted (LIMIT) above the peer's rate.
  absl::StatusOr<Caller> Admit(const grpc::ServerContextBase& context, Role needed);

  // Without asking for a token, for what everybody may know.
  absl::StatusOr<Caller> AdmitAnybody(const grpc::ServerContextBase& context);

  // One open stream of a peer; gives its place back when destroyed.
  class Place {
   public:
    Place(CallGate* gate, std::string peer) : gate_(gate), peer_(std::move(peer)) {}
    ~Place() { gate_->Leave(peer_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    CallGate* const gate_;
    const std::string peer_;
  };
  // ResourceExhausted when the peer, or all together, have too many streams open.
  absl::StatusOr<std::unique_ptr<Place>> TakePlace(const Caller& caller);

  // For messages on a stream; the same limit as calls.
  absl::Status CountMessage(const Caller& caller);

  // From now on nothing is admitted.
  void Close() { closed_ = true; }
  bool closed() const { return closed_; }

 private:
  void Leave(const std::string& peer);

  const AccessControl& access_;
  const GateLimits limits_;
  RateLimiter rate_;
  std::atomic<bool> closed_ = false;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, int> streams_ ABSL_GUARDED_BY(mutex_);  // by peer
  int all_streams_ ABSL_GUARDED_BY(mutex_) = 0;
};

// What calls get while the server drains.
absl::Status DrainingError();

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_CALL_GATE_H_
