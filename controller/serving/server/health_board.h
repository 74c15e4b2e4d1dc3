// Whether this controller, and each part of it, serves.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_HEALTH_BOARD_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_HEALTH_BOARD_H_

#include <map>
#include <optional>
#include <string>

#include "absl/synchronization/mutex.h"

namespace rhumb {

// The services that grpc.health.v1 is asked for.
constexpr char kControllerHealth[] = "";  // all of it: there is a plan
constexpr char kSouthHealth[] = "rhumb.v1.South";
constexpr char kNorthHealth[] = "rhumb.v1.North";
constexpr char kStoreHealth[] = "rhumb.store";
constexpr char kCertificateHealth[] = "rhumb.certificates";

// Safe to call from any thread. Known services are those that were set.
class HealthBoard {
 public:
  // True when it changed.
  bool Set(const std::string& service, bool serving);
  std::optional<bool> Get(const std::string& service) const;
  // From now on nothing serves, whatever is set.
  void Drain();
  // While it stands by, another controller serves.
  void StandBy(bool stands_by);

 private:
  mutable absl::Mutex mutex_;
  std::map<std::string, bool> serving_ ABSL_GUARDED_BY(mutex_);
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  bool stands_by_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_HEALTH_BOARD_H_
