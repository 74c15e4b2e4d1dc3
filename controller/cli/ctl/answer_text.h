// The answers of a controller as text for people: what matters first, details below.
#ifndef RHUMB_CONTROLLER_CLI_CTL_ANSWER_TEXT_H_
#define RHUMB_CONTROLLER_CLI_CTL_ANSWER_TEXT_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rhumb/v1/north.pb.h"

namespace rhumb {

// All of them end in a line feed. `now` is for ages; `colour` allows terminal colours. Text that
// came from other people (comments, names) is stripped of control characters.
std::string StatusText(const rhumb::v1::ControllerStatus& status, absl::Time now, bool colour);
// At most `limit` demands, those that are split first; only one when source and destination are
// given.
std::string PlanText(const rhumb::v1::LivePlan& plan, const std::string& source,
                     const std::string& destination, int limit, absl::Time now, bool colour);
std::string WatchHeading();
std::string WatchLine(const rhumb::v1::PlanHeader& plan, bool colour);
std::string RoutesText(const rhumb::v1::ComputeRoutesResponse& routes, int limit, bool colour);
std::string EvaluationText(const rhumb::v1::EvaluatePlanResponse& evaluation, bool colour);
std::string ExplanationText(const rhumb::v1::ExplainDecisionResponse& explanation, absl::Time now,
                            bool colour);
// `done` says what was asked for ("drained CHIC-KANS"), for a change that took place.
std::string SettingText(const rhumb::v1::SettingResponse& setting, absl::string_view done);
std::string RollbackText(const rhumb::v1::RollbackPlanResponse& rollback, absl::Time now);
std::string AuditText(const rhumb::v1::ListAuditResponse& audit);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_CTL_ANSWER_TEXT_H_
