// Who has logged in from a browser. EventSource and pages cannot send a token with every request,
// so they show a cookie instead, which means nothing outside of this process.
#ifndef RHUMB_CONTROLLER_SERVING_LIVE_SESSION_TABLE_H_
#define RHUMB_CONTROLLER_SERVING_LIVE_SESSION_TABLE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "controller/clock/steady_time.h"
#include "controller/serving/access/access_control.h"

namespace rhumb {

// Holds hashes of the secrets only. Whether a caller's token still holds is the gate's to say, at
// every use. Safe to call from any thread. O(log sessions), a login O(sessions).
class SessionTable {
 public:
  static constexpr absl::Duration kLifetime = absl::Minutes(30);
  // Beyond either, whoever was silent for longest is logged out.
  static constexpr size_t kMost = 2000;
  static constexpr size_t kMostOfPeer = 50;

  // The secret, which is shown to the browser once.
  std::string Open(Caller caller, SteadyTime now);
  // Nothing for a secret that is unknown or was not used for kLifetime; else it holds anew.
  std::optional<Caller> Find(absl::string_view secret, SteadyTime now);
  void Close(absl::string_view secret);
  size_t size() const;

 private:
  struct Session {
    Caller caller;
    SteadyTime used_at;
  };
  using Sessions = std::map<TokenHash, Session>;
  void ForgetSilent(SteadyTime now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The one of `peer` that was silent for longest, of all when empty.
  void ForgetOne(const std::string& peer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  Sessions sessions_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_LIVE_SESSION_TABLE_H_
