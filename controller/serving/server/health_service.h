// grpc.health.v1: asks the board.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_HEALTH_SERVICE_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_HEALTH_SERVICE_H_

#include "controller/serving/server/health_board.h"
#include "controller/serving/server/request_service.h"
#include "controller/serving/server/service_parts.h"
#include "controller/serving/server/stranger_reads.h"

namespace rhumb {

// For everybody, token or not. Whoever changes the board announces it to the fan-out, which wakes
// the watchers.
class HealthService final : public RequestService {
 public:
  HealthService(ServiceParts& parts, const HealthBoard& board);

 private:
  // Two requests of the largest size are what strangers can make this hold.
  StrangerReads reads_{2};
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_HEALTH_SERVICE_H_
