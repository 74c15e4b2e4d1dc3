#include "controller/steering/plan/enum_names.h"

#include <gtest/gtest.h>

namespace rhumb {
namespace {

TEST(EnumNamesTest, LowerCaseWithoutThePrefixAndUnspecifiedBeyondTheApi) {
  EXPECT_EQ(NameOf(rhumb::v1::PLAN_REASON_REROUTE), "reroute");
  EXPECT_EQ(NameOf(rhumb::v1::PLAN_REASON_RESTART), "restart");
  EXPECT_EQ(NameOf(rhumb::v1::GUARD_OUTCOME_REPLACED_BY_SHORTEST_PATH),
            "replaced_by_shortest_path");
  EXPECT_EQ(NameOf(rhumb::v1::GUARD_RULE_NONE), "none");
  EXPECT_EQ(NameOf(static_cast<rhumb::v1::GuardRule>(99)), "unspecified");
}

// They are looked up by number, from 0 without gaps.
TEST(EnumNamesTest, EveryEnumeratorHasAName) {
  for (int i = 0; i < rhumb::v1::PlanReason_ARRAYSIZE; ++i) {
    EXPECT_FALSE(NameOf(static_cast<rhumb::v1::PlanReason>(i)).empty()) << i;
  }
  for (int i = 0; i < rhumb::v1::GuardOutcome_ARRAYSIZE; ++i) {
    EXPECT_FALSE(NameOf(static_cast<rhumb::v1::GuardOutcome>(i)).empty()) << i;
  }
  for (int i = 0; i < rhumb::v1::GuardRule_ARRAYSIZE; ++i) {
    EXPECT_FALSE(NameOf(static_cast<rhumb::v1::GuardRule>(i)).empty()) << i;
  }
}

}  // namespace
}  // namespace rhumb
