// The side of operators and programs; see proto/rhumb/v1/north.proto for what each call does.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_NORTH_SERVICE_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_NORTH_SERVICE_H_

#include <string>

#include "controller/serving/server/request_service.h"
#include "controller/serving/server/service_parts.h"

namespace rhumb {

// Handlers ask the gate, read, and hand on (calls/north_calls). `parts` outlives it.
class NorthService final : public RequestService {
 public:
  explicit NorthService(ServiceParts& parts);

 private:
  template <typename Request>
  void AddCall(const std::string& method);

  ServiceParts& parts_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_NORTH_SERVICE_H_
