// What the control thread runs with. The defaults stand here and nowhere else.
#ifndef RHUMB_CONTROLLER_STEERING_DECISION_CONTROL_OPTIONS_H_
#define RHUMB_CONTROLLER_STEERING_DECISION_CONTROL_OPTIONS_H_

#include "absl/time/time.h"
#include "controller/clock/clocks.h"
#include "controller/steering/decision/core_options.h"
#include "topologies/paths/candidate_path_options.h"

namespace rhumb {

struct ControlOptions {
  CoreOptions core;
  CandidatePathOptions paths;
  // Requests that may wait.
  int queue_capacity = 4096;
  // The start waits so long for the store to keep the first versions; beyond it another epoch
  // begins.
  absl::Duration first_promise = absl::Seconds(2);
  absl::Duration tick = absl::Milliseconds(100);
  // The store is a copy of another controller's: questions are answered, nothing is decided.
  bool copy = false;
  // The clocks of the core; tests bring their own.
  Clocks clocks;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_DECISION_CONTROL_OPTIONS_H_
