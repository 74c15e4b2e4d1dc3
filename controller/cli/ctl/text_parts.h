// Pieces that several answers share.
#ifndef RHUMB_CONTROLLER_CLI_CTL_TEXT_PARTS_H_
#define RHUMB_CONTROLLER_CLI_CTL_TEXT_PARTS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/repeated_field.h"
#include "rhumb/v1/live_plan.pb.h"
#include "rhumb/v1/routing_plan.pb.h"

namespace rhumb {

// "accepted", "replaced by shortest path", "stale telemetry": enum values as words.
std::string OutcomeWords(rhumb::v1::GuardOutcome outcome);
std::string RuleWords(rhumb::v1::GuardRule rule);
std::string ReasonWords(rhumb::v1::PlanReason reason);

// Control characters, line feeds included, become '?'.
std::string Printable(absl::string_view text);

// "-38.2 %": an MLU against that of shortest path; "-" when either is unknown or 0.
std::string VersusShortestPath(const rhumb::v1::GuardReport& guard);
// Green below shortest path, red above; plain text when `colour` is false.
std::string PaintVersus(const rhumb::v1::GuardReport& guard, const std::string& text, bool colour);
std::string Bold(const std::string& text, bool colour);
std::string Red(const std::string& text, bool colour);

// "12 s ago", "3 h ago".
std::string Ago(absl::Time then, absl::Time now);
// "9.5 s": two significant digits and the largest fitting unit.
std::string ShortTime(absl::Duration duration);

// "A>C, C>B".
std::string PathText(const google::protobuf::RepeatedPtrField<std::string>& links);
// One line a link: name, utilization, a bar, load.
std::string LoadsText(const google::protobuf::RepeatedPtrField<rhumb::v1::LinkLoad>& loads);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_CTL_TEXT_PARTS_H_
