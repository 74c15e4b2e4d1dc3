#include "controller/replay/replay_result.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controller/replay/number_text.h"
#include "controller/replay/result_table.h"

namespace rhumb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Cell PacketCell(double goodput, double delay_s, uint64_t started, double fct_s, uint64_t on_time) {
  Cell cell;
  cell.plan_mlu = 0.9;
  cell.measured.mlu = 0.8;
  cell.measured.goodput_bps = goodput;
  cell.measured.offered_bps = 2 * goodput;
  cell.measured.loss_ratio = 0.25;
  cell.measured.mean_delay_s = delay_s;
  cell.measured.flows.emplace();
  cell.measured.flows->started = started;
  cell.measured.flows->completed = started;
  cell.measured.flows->on_time = on_time;
  cell.measured.flows->mean_s = fct_s;
  cell.measured.flows->p99_s = 2 * fct_s;
  return cell;
}

TEST(ReplayResultTest, WeighsIntervalsAsItSays) {
  PolicyCells policy;
  policy.name = "p";
  // One seed, two intervals.
  policy.cells = {{PacketCell(100, 0.010, 10, 1.0, 10), PacketCell(300, 0.030, 30, 2.0, 15)}};
  const PolicyResult result = SummarizePolicies({policy}, {0.45, 0.6})[0];
  EXPECT_DOUBLE_EQ(result.measured.goodput_bps.mean, 200);
  EXPECT_DOUBLE_EQ(result.measured.delay_s.mean, 0.025);  // (1 x 10 + 3 x 30) / 4 ms
  EXPECT_DOUBLE_EQ(result.measured.fct_s.mean, 1.75);     // (10 x 1 + 30 x 2) / 40
  EXPECT_DOUBLE_EQ(result.measured.fct_p99_s.mean, 3.5);
  EXPECT_DOUBLE_EQ(result.measured.on_time_share.mean, 25.0 / 40);
  EXPECT_DOUBLE_EQ(result.measured.completed_share.mean, 1);
  EXPECT_DOUBLE_EQ(result.measured.loss_ratio.mean, 0.25);
  EXPECT_DOUBLE_EQ(result.norm_mlu->mean, (2.0 + 1.5) / 2);
  EXPECT_DOUBLE_EQ(result.mlu.mean, 0.8);
  EXPECT_FALSE(result.versus);  // shortest-path was not played
}

TEST(ReplayResultTest, ComparesSeedBySeedWithShortestPath) {
  PolicyCells reference, policy;
  reference.name = "shortest-path";
  policy.name = "p";
  reference.cells = {{PacketCell(100, 0.010, 10, 1.0, 5)}, {PacketCell(200, 0.010, 10, 4.0, 5)}};
  policy.cells = {{PacketCell(110, 0.010, 10, 0.5, 10)}, {PacketCell(260, 0.005, 10, 3.0, 10)}};
  const std::vector<PolicyResult> results = SummarizePolicies({reference, policy}, {});
  const PacketMetrics<Estimate>& versus = *results[1].versus;
  EXPECT_NEAR(versus.goodput_bps.mean, (0.1 + 0.3) / 2, 1e-12);
  EXPECT_NEAR(versus.delay_s.mean, (0 - 0.5) / 2, 1e-12);
  EXPECT_NEAR(versus.fct_s.mean, (-0.5 - 0.25) / 2, 1e-12);
  EXPECT_NEAR(versus.fct_s.low, -0.5, 1e-12);
  EXPECT_NEAR(versus.fct_s.high, -0.25, 1e-12);
  EXPECT_NEAR(versus.on_time_share.mean, 0.5, 1e-12);  // a difference, not a ratio
  EXPECT_EQ(results[0].versus->fct_s.mean, 0);
  EXPECT_FALSE(results[1].norm_mlu);
}

TEST(ReplayResultTest, IntervalsWithoutTrafficHaveNoNormMlu) {
  PolicyCells policy;
  policy.name = "p";
  policy.cells = {std::vector<Cell>(2)};
  policy.cells[0][0].plan_mlu = 0.5;
  EXPECT_DOUBLE_EQ(SummarizePolicies({policy}, {0.4, 0})[0].norm_mlu->max, 1.25);
}

TEST(ReplayResultTest, MergesTheDistributionsOfAllSeedsAndTellsTheirQuantiles) {
  PolicyCells policy;
  policy.name = "p";
  policy.cells = {{PacketCell(100, 0.010, 10, 1.0, 10)}, {PacketCell(100, 0.010, 10, 1.0, 10)}};
  policy.distributions.resize(2);
  policy.distributions[0].flows = 60;
  policy.distributions[0].mice = 50;
  policy.distributions[0].mice_times.Add(0.1, 50);
  policy.distributions[0].packet_delays.Add(0.02, 98);
  policy.distributions[1].flows = 40;
  policy.distributions[1].mice = 30;
  policy.distributions[1].mice_times.Add(0.2, 30);
  policy.distributions[1].elephant_times.Add(4, 18);  // 2 of 20 are not done
  policy.distributions[1].packet_delays.Add(0.08, 2);
  ReplayResult result;
  result.simulator = "ns3";
  result.policies = SummarizePolicies({policy}, {});
  const auto json = nlohmann::json::parse(ToJson(result))["policies"][0];

  const double error = DurationHistogram::kRelativeError;
  const auto& all = json["fct_quantiles_s"]["all"];
  EXPECT_EQ(all["flows"], 100);
  EXPECT_EQ(all["completed"], 98);
  EXPECT_NEAR(all["p50"].get<double>(), 0.1, 0.1 * error);
  EXPECT_NEAR(all["p90"].get<double>(), 4, 4 * error);
  EXPECT_TRUE(all["p99"].is_null());
  const auto& mice = json["fct_quantiles_s"]["mice"];
  EXPECT_EQ(mice["flows"], 80);
  EXPECT_NEAR(mice["p50"].get<double>(), 0.1, 0.1 * error);
  EXPECT_NEAR(mice["p99"].get<double>(), 0.2, 0.2 * error);
  EXPECT_EQ(json["fct_quantiles_s"]["elephants"]["flows"], 20);
  EXPECT_NEAR(json["fct_quantiles_s"]["elephants"]["p90"].get<double>(), 4, 4 * error);
  EXPECT_EQ(json["delay_quantiles_ms"]["packets"], 100);
  EXPECT_NEAR(json["delay_quantiles_ms"]["p90"].get<double>(), 20, 20 * error);
  EXPECT_NEAR(json["delay_quantiles_ms"]["p99"].get<double>(), 80, 80 * error);
}

TEST(ReplayResultTest, HasNoQuantilesOfFlowsWhereThereAreNone) {
  PolicyCells policy;
  policy.name = "p";
  policy.cells = {std::vector<Cell>(1)};
  policy.distributions.resize(1);
  ReplayResult result;
  result.simulator = "ns3";
  result.policies = SummarizePolicies({policy}, {});
  const auto json = nlohmann::json::parse(ToJson(result))["policies"][0];
  EXPECT_TRUE(json["fct_quantiles_s"].is_null());
  EXPECT_TRUE(json["delay_quantiles_ms"].is_null());
}

ReplayResult TwoPolicies() {
  ReplayResult result;
  result.topology = "t";
  for (const char* name : {"shortest-path", "ecmp", "lp-omniscient"}) {
    PolicyResult policy;
    policy.name = name;
    policy.norm_mlu.emplace();
    policy.norm_mlu->mean = name[0] == 's' ? 1.5 : name[0] == 'e' ? 1.2 : 1.0;
    policy.omniscient = name[0] == 'l';
    result.policies.push_back(policy);
  }
  return result;
}

TEST(ResultTableTest, MarksTheBestPolicyThatDoesNotSeeTheFuture) {
  const ReplayResult result = TwoPolicies();
  EXPECT_EQ(Winner(result), 1);
  const std::string table = ToTable(result, false);
  EXPECT_THAT(table, AllOf(HasSubstr("\n* ecmp"), HasSubstr("1.200*"),
                           HasSubstr("lp-omniscient (bound)"), HasSubstr("20.0 % more")));
  EXPECT_THAT(table, Not(HasSubstr("\033[")));
  EXPECT_THAT(ToTable(result, true), HasSubstr("\033[1;32m* ecmp"));
}

TEST(ResultTableTest, NobodyWinsATieOrWithoutTraffic) {
  ReplayResult tie = TwoPolicies();
  tie.policies[0].norm_mlu->mean = tie.policies[1].norm_mlu->mean;
  EXPECT_EQ(Winner(tie), -1);
  EXPECT_THAT(ToTable(tie, false),
              AllOf(HasSubstr("No winner"), Not(HasSubstr("\n* shortest-path"))));
  ReplayResult silent = TwoPolicies();
  for (PolicyResult& policy : silent.policies) policy.norm_mlu.reset();
  EXPECT_EQ(Winner(silent), -1);  // all MLUs are 0
  silent.policies.resize(1);
  EXPECT_EQ(Winner(silent), -1);
}

TEST(ResultTableTest, SaysWhatWasLostAndRepeated) {
  ReplayResult result = TwoPolicies();
  result.policies[0].lost = 2;
  result.policies[1].retried = 1;
  EXPECT_THAT(ToTable(result, false),
              AllOf(HasSubstr("! shortest-path: 2 episodes are lost"),
                    HasSubstr("! ecmp: 1 episode died and was played again.")));
}

// Two episodes of a corrected simulator, one of them far.
PolicyCells Predicted() {
  PolicyCells policy{"ecmp", false, {{PacketCell(100, 0.010, 10, 1.0, 10)}}};
  policy.cells[0].push_back(policy.cells[0][0]);
  for (int i = 0; i < 2; ++i) {
    Prediction& prediction = policy.cells[0][i].measured.prediction.emplace();
    prediction.distance = i == 0 ? 0.5 : 2.5;
    prediction.far = i == 1;
    prediction.ranges[kPredictedFct] = {0.8 - 0.2 * i, 1.2 + 0.4 * i};
  }
  return policy;
}

TEST(ReplayResultTest, AveragesRangesAndCountsWhatIsFar) {
  const PolicyResult result = SummarizePolicies({Predicted()}, {})[0];

  ASSERT_TRUE(result.prediction.has_value());
  EXPECT_EQ(result.prediction->episodes, 2);
  EXPECT_EQ(result.prediction->far, 1);
  EXPECT_DOUBLE_EQ(result.prediction->max_distance, 2.5);
  EXPECT_DOUBLE_EQ(result.prediction->ranges[kPredictedFct].low, 0.7);
  EXPECT_DOUBLE_EQ(result.prediction->ranges[kPredictedFct].high, 1.4);
}

TEST(ReplayResultTest, ShowsRangesInTableAndJsonAndSaysWhatIsFar) {
  ReplayResult result;
  result.topology = "t";
  result.simulator = "fluid";
  result.policies = SummarizePolicies({Predicted()}, {});

  EXPECT_THAT(
      ToTable(result, false),
      AllOf(HasSubstr("[0.700, 1.400] s"), HasSubstr("! ecmp: 1 of 2 episodes are far from what")));
  const auto json = nlohmann::json::parse(ToJson(result));
  EXPECT_EQ(json["policies"][0]["prediction"]["far"], 1);
  EXPECT_DOUBLE_EQ(json["policies"][0]["prediction"]["fct_s"]["low"], 0.7);
}

TEST(ReplayResultTest, SimulatorsWithoutRangesShowNone) {
  ReplayResult result;
  result.simulator = "ns3";
  result.policies = SummarizePolicies({{"ecmp", false, {{PacketCell(1, 1, 1, 1, 1)}}}}, {});

  EXPECT_THAT(ToTable(result, false), Not(HasSubstr("ns-3 would have")));
  EXPECT_FALSE(nlohmann::json::parse(ToJson(result))["policies"][0].contains("prediction"));
}

// A policy that was played over intervals 4 to 7 under two seeds.
PolicyCells FallenBack(const std::string& name, const std::vector<int>& intervals) {
  PolicyCells policy{name, false, std::vector<std::vector<Cell>>(2, std::vector<Cell>(4))};
  for (int i = 0; i < 4; ++i) {
    for (int seed = 0; seed < 2; ++seed) policy.cells[seed][i].interval = 4 + i;
  }
  for (const int interval : intervals) {
    Cell& cell = policy.cells[interval % 2][interval - 4];
    cell.fell_back_because = "why " + std::to_string(interval);
  }
  return policy;
}

TEST(FallbacksTest, CountDecisionsOfAllSeedsAndTellOfTheFirstInterval) {
  const Fallbacks fallbacks = SummarizePolicies({FallenBack("neural", {7, 5})}, {})[0].fallbacks;
  EXPECT_EQ(fallbacks.count, 2);
  EXPECT_EQ(fallbacks.of, 8);
  EXPECT_EQ(fallbacks.intervals, std::vector<int>({5, 7}));
  EXPECT_EQ(fallbacks.reason, "why 5");
  EXPECT_EQ(fallbacks.to, "ecmp:inverse-capacity");
  EXPECT_EQ(SummarizePolicies({FallenBack("cspf", {4})}, {})[0].fallbacks.to, "shortest-path");
}

TEST(FallbacksTest, OfSomeDemandsAreCountedApart) {
  PolicyCells policy = FallenBack("neural", {4, 6, 7});
  policy.cells[0][6 - 4].demands_fell_back = 3;
  policy.cells[1][7 - 4].demands_fell_back = 5;
  const Fallbacks fallbacks = SummarizePolicies({policy}, {})[0].fallbacks;
  EXPECT_EQ(fallbacks.count, 1);
  EXPECT_EQ(fallbacks.intervals, std::vector<int>({4}));
  EXPECT_EQ(fallbacks.reason, "why 4");
  EXPECT_EQ(fallbacks.partial.count, 2);
  EXPECT_EQ(fallbacks.partial.intervals, std::vector<int>({6, 7}));
  EXPECT_EQ(fallbacks.partial.reason, "why 6");
  EXPECT_EQ(fallbacks.partial.most_demands, 5);
  EXPECT_EQ(fallbacks.to, "ecmp:inverse-capacity");

  ReplayResult result = TwoPolicies();
  result.policies[1].fallbacks = fallbacks;
  EXPECT_THAT(ToTable(result, false),
              HasSubstr("! ecmp: 2 of 8 decisions fell back to ecmp:inverse-capacity for up to 5 "
                        "demands alone, in intervals 6 and 7; the first: why 6.\n"));
  const auto json = nlohmann::json::parse(ToJson(result))["policies"][1]["fallbacks"];
  EXPECT_EQ(json["partial"], nlohmann::json::parse(R"({"count": 2, "intervals": [6, 7],
      "most_demands": 5, "first": {"interval": 6, "reason": "why 6",
      "to": "ecmp:inverse-capacity"}})"));
}

TEST(FallbacksTest, StandInTheTextInSingularAndPlural) {
  ReplayResult result = TwoPolicies();
  result.policies[1].fallbacks = {1, 8, {5}, "no demand", "shortest-path"};
  EXPECT_THAT(ToTable(result, false),
              HasSubstr("! ecmp: 1 of 8 decisions fell back to shortest-path, in interval 5: no "
                        "demand.\n"));
  result.policies[1].fallbacks = {2, 8, {5, 7}, "no demand", "shortest-path"};
  EXPECT_THAT(ToTable(result, false), HasSubstr("2 of 8 decisions fell back to shortest-path, in "
                                                "intervals 5 and 7; the first: no demand.\n"));
  result.policies[1].fallbacks = {9, 9, {1, 2, 3, 4, 5, 6, 7, 8, 9}, "no demand", "shortest-path"};
  EXPECT_THAT(ToTable(result, false), HasSubstr("in intervals 1, 2, 3, 4, 5 and 4 more; "));
}

TEST(FallbacksTest, StandInTheJson) {
  ReplayResult result = TwoPolicies();
  result.policies[1].fallbacks = {2, 8, {5, 7}, "no demand", "shortest-path"};
  const auto json = nlohmann::json::parse(ToJson(result))["policies"];
  EXPECT_EQ(json[0]["fallbacks"], nlohmann::json::parse(R"({"count": 0, "of": 0, "intervals": [],
      "first": null,
      "partial": {"count": 0, "intervals": [], "most_demands": 0, "first": null}})"));
  EXPECT_EQ(json[1]["fallbacks"], nlohmann::json::parse(R"({"count": 2, "of": 8,
      "intervals": [5, 7],
      "partial": {"count": 0, "intervals": [], "most_demands": 0, "first": null},
      "first": {"interval": 5, "reason": "no demand", "to": "shortest-path"}})"));
}

TEST(ResultTableTest, NoLineEndsInABlank) {
  ReplayResult result = TwoPolicies();
  result.simulator = "ns3";
  for (PolicyResult& policy : result.policies) policy.has_flows = true;
  EXPECT_EQ(ToTable(result, false).find(" \n"), std::string::npos) << ToTable(result, false);
}

TEST(NumberTextTest, WritesNumbersThatReadBackToTheSameBits) {
  for (const double value : {0.1, 1.0 / 3, 1e-300, 12345678901234567.0, -0.0, 5e-324}) {
    EXPECT_EQ(std::strtod(ShortestNumber(value).c_str(), nullptr), value);
  }
}

TEST(ResultJsonTest, QuotesNamesAndWritesNullForWhatIsNotANumber) {
  ReplayResult result;
  result.topology = "a\"\\\n\xff";
  result.wall_s = 1.0 / 0.0;
  const auto json = nlohmann::json::parse(ToJson(result));
  EXPECT_EQ(json["topology"], "a\"\\\n\uFFFD");
  EXPECT_TRUE(json["simulation"]["wall_s"].is_null());
  EXPECT_TRUE(json["load"].is_null());
}

}  // namespace
}  // namespace rhumb
