// grpc.health.v1: asks the board.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_HEALTH_SERVICE_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_HEALTH_SERVICE_H_

#include "controller/serving/server/health_board.h"
#include "controller/serving/server/service_parts.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace rhumb {

// Whoever changes the board announces it to the fan-out, which wakes the watchers.
class HealthService final : public grpc::health::v1::Health::CallbackService {
 public:
  HealthService(ServiceParts& parts, const HealthBoard& board) : parts_(parts), board_(board) {}

  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context,
                                  const grpc::health::v1::HealthCheckRequest* request,
                                  grpc::health::v1::HealthCheckResponse* response) override;
  grpc::ServerWriteReactor<grpc::health::v1::HealthCheckResponse>* Watch(
      grpc::CallbackServerContext* context,
      const grpc::health::v1::HealthCheckRequest* request) override;

 private:
  ServiceParts& parts_;
  const HealthBoard& board_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_HEALTH_SERVICE_H_
