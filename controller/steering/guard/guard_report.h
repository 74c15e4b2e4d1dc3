// What the guard says of a plan, and of what became of a proposal before it reached the guard.
#ifndef RHUMB_CONTROLLER_STEERING_GUARD_GUARD_REPORT_H_
#define RHUMB_CONTROLLER_STEERING_GUARD_GUARD_REPORT_H_

#include <string>
#include <utility>

#include "rhumb/v1/live_plan.pb.h"

namespace rhumb {

// `explanation` is one sentence with the numbers. Utilizations are added by whoever computed them.
inline rhumb::v1::GuardReport MakeGuardReport(rhumb::v1::GuardOutcome outcome,
                                              rhumb::v1::GuardRule rule, std::string explanation) {
  rhumb::v1::GuardReport report;
  report.set_outcome(outcome);
  report.set_rule(rule);
  report.set_explanation(std::move(explanation));
  return report;
}

// Of a plan that breaks no rule.
inline rhumb::v1::GuardReport AcceptedReport(std::string explanation) {
  return MakeGuardReport(rhumb::v1::GUARD_OUTCOME_ACCEPTED, rhumb::v1::GUARD_RULE_NONE,
                         std::move(explanation));
}

// `header` with what the guard said last, which may have been to leave this plan as it was.
inline rhumb::v1::PlanHeader WithLatestReport(rhumb::v1::PlanHeader header,
                                              const rhumb::v1::GuardReport& latest) {
  if (latest.outcome() != rhumb::v1::GUARD_OUTCOME_UNSPECIFIED) *header.mutable_guard() = latest;
  return header;
}

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_GUARD_GUARD_REPORT_H_
