// What the controller steers by. The defaults stand here and nowhere else.
#ifndef RHUMB_CONTROLLER_STEERING_DECISION_CORE_OPTIONS_H_
#define RHUMB_CONTROLLER_STEERING_DECISION_CORE_OPTIONS_H_

#include <string>

#include "absl/time/time.h"
#include "controller/steering/guard/guard_options.h"
#include "controller/steering/state/topology_limits.h"

namespace rhumb {

struct CoreOptions {
  std::string policy = "neural";
  // Between decisions while telemetry is fresh.
  absl::Duration interval = absl::Seconds(10);
  // Also decide as soon as an interval of telemetry has come in.
  bool decide_on_telemetry = true;
  // A policy that has not answered by then is late.
  absl::Duration deadline = absl::Seconds(5);
  // Telemetry older than this moves no traffic; older than the second, shortest path takes over.
  absl::Duration hold_after = absl::Seconds(60);
  absl::Duration fall_back_after = absl::Minutes(5);
  // Plans kept for resuming adapters and rollbacks.
  int kept_plans = 32;
  // Matrices a policy may see.
  int traffic_history = 8;
  int max_telemetry_sources = 1000;
  TopologyLimits topology_limits;
  // Shares below it are given to the demand's other paths; see Decider.
  double smallest_share = 0.01;
  // The first answer to a failure has the processors to itself for this long for every adapter that
  // reads it, before a policy starts; no longer than the second.
  absl::Duration lead_per_adapter = absl::ZeroDuration();
  absl::Duration max_lead = absl::Milliseconds(5);
  GuardOptions guard;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_DECISION_CORE_OPTIONS_H_
