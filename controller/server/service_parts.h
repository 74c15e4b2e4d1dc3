// What the services work with. All of it outlives the gRPC server.
#ifndef RHUMB_CONTROLLER_SERVER_SERVICE_PARTS_H_
#define RHUMB_CONTROLLER_SERVER_SERVICE_PARTS_H_

#include <atomic>

#include "controller/decision/compute_pool.h"
#include "controller/decision/control_thread.h"
#include "controller/metrics/metrics.h"
#include "controller/server/call_gate.h"
#include "controller/server/fan_out.h"
#include "controller/server/plan_board.h"

namespace rhumb {

struct ServiceParts {
  ControlThread* control = nullptr;
  ComputePool* compute = nullptr;
  PlanBoard* board = nullptr;
  FanOut* fan_out = nullptr;
  CallGate* gate = nullptr;
  Metrics* metrics = nullptr;
  PolicyFactory policies;  // as callers may name them
  TopologyLimits topology_limits;
  std::string version;  // of the program

  // Names of streams, unique in this process.
  StreamId NextStream() { return ++last_stream; }
  std::atomic<StreamId> last_stream = 0;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVER_SERVICE_PARTS_H_
