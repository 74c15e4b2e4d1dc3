#include "controller/steering/plan/enum_names.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace rhumb {
namespace {

// By number; the API counts from 0 without gaps.
using Names = std::vector<std::string>;

template <typename FullName>
const Names* MakeNames(int count, absl::string_view prefix, FullName full_name) {
  auto* names = new Names;
  for (int i = 0; i < count; ++i) {
    names->push_back(absl::AsciiStrToLower(absl::StripPrefix(full_name(i), prefix)));
  }
  return names;
}

const std::string& Pick(const Names& names, int number) {
  return names[number >= 0 && number < static_cast<int>(names.size()) ? number : 0];
}

}  // namespace

const std::string& NameOf(rhumb::v1::PlanReason reason) {
  static const Names* const kNames = MakeNames(rhumb::v1::PlanReason_ARRAYSIZE, "PLAN_REASON_",
                                               [](int i) { return rhumb::v1::PlanReason_Name(i); });
  return Pick(*kNames, reason);
}

const std::string& NameOf(rhumb::v1::GuardOutcome outcome) {
  static const Names* const kNames =
      MakeNames(rhumb::v1::GuardOutcome_ARRAYSIZE, "GUARD_OUTCOME_",
                [](int i) { return rhumb::v1::GuardOutcome_Name(i); });
  return Pick(*kNames, outcome);
}

const std::string& NameOf(rhumb::v1::GuardRule rule) {
  static const Names* const kNames = MakeNames(rhumb::v1::GuardRule_ARRAYSIZE, "GUARD_RULE_",
                                               [](int i) { return rhumb::v1::GuardRule_Name(i); });
  return Pick(*kNames, rule);
}

}  // namespace rhumb
