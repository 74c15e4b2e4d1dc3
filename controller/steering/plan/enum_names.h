// Enumerators of the API as logs, metrics and status spell them: "reroute" for PLAN_REASON_REROUTE.
#ifndef RHUMB_CONTROLLER_STEERING_PLAN_ENUM_NAMES_H_
#define RHUMB_CONTROLLER_STEERING_PLAN_ENUM_NAMES_H_

#include <string>

#include "rhumb/v1/live_plan.pb.h"

namespace rhumb {

// Made once; "unspecified" for a value that the API does not know. Safe to call from any thread.
const std::string& NameOf(rhumb::v1::PlanReason reason);
const std::string& NameOf(rhumb::v1::GuardOutcome outcome);
const std::string& NameOf(rhumb::v1::GuardRule rule);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_PLAN_ENUM_NAMES_H_
