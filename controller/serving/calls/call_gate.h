// What every call passes before it is looked at, whichever way it came: is the server open, who
// calls, may they, and do they call too often. Knows nothing of gRPC or HTTP.
#ifndef RHUMB_CONTROLLER_SERVING_CALLS_CALL_GATE_H_
#define RHUMB_CONTROLLER_SERVING_CALLS_CALL_GATE_H_

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "controller/serving/access/access_control.h"
#include "controller/serving/access/gate_limits.h"
#include "controller/serving/access/rate_limiter.h"
#include "controller/serving/calls/standing.h"
#include "controller/serving/configuration/certificate_keeper.h"

namespace rhumb {

// What a caller shows.
struct Credentials {
  std::optional<absl::string_view> authorization;  // as AccessControl::Identify takes it
  std::string address;                             // as gRPC spells it, "ipv4:10.0.0.1:4711"
  std::string certificate;                         // PEM, its own first; empty without
  bool leader_only = false;                        // it wants no answers of standbys
};

// Safe to call from any thread; outlives every call.
class CallGate {
 public:
  // `certificates` may be null: no client shows one; so may `standing`: there is one controller.
  CallGate(const AccessControl& access, const CertificateKeeper* certificates,
           const Standing* standing, GateLimits limits)
      : access_(access),
        certificates_(certificates),
        standing_(standing),
        limits_(limits),
        rate_(limits.calls_per_second, limits.call_burst) {}

  // Unavailable (NOT_READY) once closed; Unauthenticated and PermissionDenied (ACCESS);
  // ResourceExhausted (LIMIT) above the peer's rate; Unavailable (NOT_LEADER) where another leads,
  // for all that is beyond a viewer's questions.
  absl::StatusOr<Caller> Admit(const Credentials& credentials, Role needed);
  // The same for a caller that was admitted before and calls again, on a session of HTTP.
  absl::Status AdmitAgain(const Caller& caller, Role needed);

  // For a caller that was admitted before: the errors of Admit when its token or its certificate
  // would not be admitted any more.
  absl::Status StillAdmits(const Caller& caller, Role needed) const;

  // Unavailable (NOT_LEADER) from the moment when the lead of this controller is over.
  absl::Status CheckLeads() const {
    return standing_ == nullptr ? absl::OkStatus() : standing_->CheckLeads();
  }

  // Without asking for a token, for what everybody may know.
  absl::StatusOr<Caller> AdmitAnybody(const std::string& address);

  // One open stream of a peer; gives its place back when destroyed.
  class Place {
   public:
    Place(CallGate* gate, std::string peer, bool stranger)
        : gate_(gate), peer_(std::move(peer)), stranger_(stranger) {}
    ~Place() { gate_->Leave(peer_, stranger_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    CallGate* const gate_;
    const std::string peer_;
    const bool stranger_;
  };
  // ResourceExhausted when the peer, or all together, have too many streams open.
  // Strangers, who were admitted without a token, have a few places of their own.
  absl::StatusOr<std::unique_ptr<Place>> TakePlace(const Caller& caller, bool stranger);

  // For messages on a stream; the same limit as calls.
  absl::Status CountMessage(const Caller& caller);

  // From now on nothing is admitted.
  void Close() { closed_ = true; }
  bool closed() const { return closed_; }

 private:
  absl::Status CheckCertificate(const Caller& caller) const;
  absl::Status CheckLeadsFor(const Caller& caller, Role needed) const;
  struct Pool {
    absl::flat_hash_map<std::string, int> by_peer;
    int all = 0;
  };
  void Leave(const std::string& peer, bool stranger);

  const AccessControl& access_;
  const CertificateKeeper* const certificates_;
  const Standing* const standing_;
  const GateLimits limits_;
  RateLimiter rate_;
  std::atomic<bool> closed_ = false;
  absl::Mutex mutex_;
  Pool known_ ABSL_GUARDED_BY(mutex_);  // streams
  Pool strangers_ ABSL_GUARDED_BY(mutex_);
};

// What calls get while the server drains.
absl::Status DrainingError();

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_CALLS_CALL_GATE_H_
