// grpc.health.v1: whether this controller, and each part of it, serves.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_HEALTH_SERVICE_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_HEALTH_SERVICE_H_

#include <map>
#include <optional>
#include <string>

#include "absl/synchronization/mutex.h"
#include "controller/serving/server/service_parts.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace rhumb {

// Safe to call from any thread. Known services are those that were set.
class HealthBoard {
 public:
  // True when it changed.
  bool Set(const std::string& service, bool serving);
  std::optional<bool> Get(const std::string& service) const;
  // From now on nothing serves, whatever is set.
  void Drain();

 private:
  mutable absl::Mutex mutex_;
  std::map<std::string, bool> serving_ ABSL_GUARDED_BY(mutex_);
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
};

// Whoever changes the board announces it to the fan-out, which wakes the watchers.
class HealthService final : public grpc::health::v1::Health::CallbackService {
 public:
  HealthService(ServiceParts* parts, const HealthBoard* board) : parts_(parts), board_(board) {}

  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context,
                                  const grpc::health::v1::HealthCheckRequest* request,
                                  grpc::health::v1::HealthCheckResponse* response) override;
  grpc::ServerWriteReactor<grpc::health::v1::HealthCheckResponse>* Watch(
      grpc::CallbackServerContext* context,
      const grpc::health::v1::HealthCheckRequest* request) override;

 private:
  ServiceParts* const parts_;
  const HealthBoard* const board_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_HEALTH_SERVICE_H_
