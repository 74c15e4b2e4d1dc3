#include "controller/live_network/live_result.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace rhumb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

LiveResult Three() {
  LiveResult result;
  result.topology = "abilene";
  const double observed[] = {0.9, 0.2, 0.6}, shortest[] = {0.9, 0.4, 0.5};
  for (int i = 0; i < 3; ++i) {
    LiveInterval interval;
    interval.number = 10 + i;
    interval.observed_mlu = observed[i];
    interval.shortest_path_mlu = shortest[i];
    if (i > 0) interval.optimum_mlu = 0.2;
    interval.plan.set_plan_version(4 + i);
    interval.plan.mutable_guard()->set_outcome(rhumb::v1::GUARD_OUTCOME_ACCEPTED);
    result.intervals.push_back(interval);
  }
  result.intervals[2].events = {"A>B down, \"cut\""};
  result.intervals[2].late = true;
  return result;
}

TEST(LiveResultTest, SummaryLeavesTheFirstIntervalOut) {
  const LiveSummary summary = Summarize(Three());
  EXPECT_EQ(summary.intervals, 2);
  EXPECT_DOUBLE_EQ(summary.observed_mlu, 0.4);
  EXPECT_DOUBLE_EQ(summary.shortest_path_mlu, 0.45);
  EXPECT_DOUBLE_EQ(*summary.optimum_mlu, 0.2);
  EXPECT_EQ(summary.above_shortest_path, 1);
  EXPECT_EQ(summary.late, 1);
  EXPECT_FALSE(Summarize(Three(), 0).optimum_mlu.has_value());
}

TEST(LiveResultTest, LinesThatDeserveALookAreMarked) {
  const LiveResult result = Three();
  EXPECT_THAT(TableLine(result.intervals[1], false), AllOf(StartsWith(" "), HasSubstr("-50.0 %")));
  EXPECT_THAT(TableLine(result.intervals[2], false),
              AllOf(StartsWith("!"), HasSubstr("+20.0 %"), HasSubstr("decision late"),
                    HasSubstr("A>B down")));
}

TEST(LiveResultTest, JsonAndCsvHoldEveryInterval) {
  const auto json = nlohmann::json::parse(ToJson(Three()));
  ASSERT_EQ(json["intervals"].size(), 3);
  EXPECT_TRUE(json["intervals"][0]["optimum_mlu"].is_null());
  EXPECT_EQ(json["intervals"][2]["observed_mlu"], 0.6);
  EXPECT_EQ(json["summary"]["above_shortest_path"], 1);
  EXPECT_THAT(ToCsv(Three()), AllOf(HasSubstr("\n12,,0.6,0.5,0.2,6,0,accepted,1,"),
                                    HasSubstr("\"A>B down, \"\"cut\"\"\"")));
}

}  // namespace
}  // namespace rhumb
