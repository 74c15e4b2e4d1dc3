// What the controller shows of itself.
#ifndef RHUMB_CONTROLLER_STEERING_DECISION_STATUS_REPORT_H_
#define RHUMB_CONTROLLER_STEERING_DECISION_STATUS_REPORT_H_

#include "controller/steering/decision/steering_state.h"
#include "controller/steering/questions/live_view.h"
#include "rhumb/v1/north.pb.h"

namespace rhumb {

// Without the version of the program and the health of the store, which are not in the state.
// O(links + pins + adapters), and the loads of the plan in force when none were measured.
rhumb::v1::ControllerStatus MakeStatus(const SteeringState& state);

// O(pins): all else is shared.
LiveView MakeView(const SteeringState& state);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_DECISION_STATUS_REPORT_H_
