// What the services work with. All of it outlives the gRPC server and what waits for the control
// thread.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_SERVICE_PARTS_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_SERVICE_PARTS_H_

#include <atomic>
#include <string>

#include "controller/serving/server/call_gate.h"
#include "controller/serving/server/control_slot.h"
#include "controller/serving/server/fan_out.h"
#include "controller/serving/server/plan_board.h"
#include "controller/serving/server/standing.h"
#include "controller/steering/metrics/metrics.h"
#include "controller/steering/questions/compute_pool.h"

namespace rhumb {

struct ServiceParts {
  ControlSlot& control;
  ComputePool& compute;
  ComputePool& quick;  // for answers that cost little
  PlanBoard& board;
  FanOut& fan_out;
  CallGate& gate;
  Metrics& metrics;
  const TopologyLimits topology_limits;
  const std::string version;  // of the program
  const Standing* standing;   // null: there is one controller

  // Names of streams, unique in this process.
  StreamId NextStream() { return ++last_stream; }
  std::atomic<StreamId> last_stream = 0;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_SERVICE_PARTS_H_
