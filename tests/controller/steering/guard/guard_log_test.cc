#include "controller/steering/guard/guard_log.h"

#include <gtest/gtest.h>

#include "controller/steering/guard/guard_report.h"

namespace rhumb {
namespace {

TEST(GuardLogTest, CountsByRuleWhatWasNotAcceptedAndTellsWhatItIsGiven) {
  NoMetrics metrics;
  GuardLog log(&metrics);
  EXPECT_EQ(log.latest().outcome(), rhumb::v1::GUARD_OUTCOME_UNSPECIFIED);
  log.Count(AcceptedReport("all rules are met"));
  EXPECT_TRUE(log.counts().empty());
  const auto held = MakeGuardReport(rhumb::v1::GUARD_OUTCOME_HELD,
                                    rhumb::v1::GUARD_RULE_STALE_TELEMETRY, "too old");
  log.Count(held);
  log.Count(held);
  EXPECT_EQ(log.counts().at("stale_telemetry"), 2);
  EXPECT_EQ(log.latest().outcome(), rhumb::v1::GUARD_OUTCOME_UNSPECIFIED);
  log.Tell(held);
  EXPECT_EQ(log.latest().explanation(), "too old");
}

TEST(GuardReportTest, LatestReportStandsInForThatOfThePlanOnceThereIsOne) {
  rhumb::v1::PlanHeader header;
  *header.mutable_guard() = AcceptedReport("then");
  EXPECT_EQ(WithLatestReport(header, {}).guard().explanation(), "then");
  EXPECT_EQ(WithLatestReport(header, AcceptedReport("now")).guard().explanation(), "now");
}

}  // namespace
}  // namespace rhumb
