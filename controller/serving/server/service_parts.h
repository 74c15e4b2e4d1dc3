// What the services work with. All of it outlives the gRPC server and what waits for the control
// thread.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_SERVICE_PARTS_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_SERVICE_PARTS_H_

#include <atomic>

#include "controller/serving/calls/call_gate.h"
#include "controller/serving/calls/control_slot.h"
#include "controller/serving/calls/north_calls.h"
#include "controller/serving/calls/standing.h"
#include "controller/serving/server/connection_table.h"
#include "controller/serving/server/fan_out.h"
#include "controller/serving/server/plan_board.h"
#include "controller/steering/metrics/metrics.h"

namespace rhumb {

struct ServiceParts {
  ControlSlot& control;
  NorthCalls& north_calls;
  PlanBoard& board;
  FanOut& fan_out;
  CallGate& gate;
  ConnectionTable& connections;
  Metrics& metrics;
  const Standing* standing;  // null: there is one controller

  // Names of streams, unique in this process.
  StreamId NextStream() { return ++last_stream; }
  std::atomic<StreamId> last_stream = 0;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_SERVICE_PARTS_H_
