// The side of SDN controllers; see proto/rhumb/v1/south.proto for what each call does.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_SOUTH_SERVICE_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_SOUTH_SERVICE_H_

#include <string>

#include "controller/serving/server/request_service.h"
#include "controller/serving/server/service_parts.h"

namespace rhumb {

// Handlers only enqueue. `parts` outlives it.
class SouthService final : public RequestService {
 public:
  explicit SouthService(ServiceParts& parts);

 private:
  // Answered with what `work` says on the control thread, once its change is durable.
  template <typename Request, typename Response, typename Work>
  void AddChange(const std::string& method, CallMethod counted_as, Work work);

  ServiceParts& parts_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_SOUTH_SERVICE_H_
