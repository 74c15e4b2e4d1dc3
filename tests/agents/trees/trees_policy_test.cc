#include "agents/trees/trees_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agents/policy_contract.h"

namespace rhumb::testing {

INSTANTIATE_TEST_SUITE_P(Trees, PolicyContractTest,
                         ::testing::Values(PolicyUnderTest{
                             "trees", [] {
                               return std::make_unique<trees::TreesPolicy>(
                                   "trees", trees::TreePlannerOptions());
                             }}));

}  // namespace rhumb::testing

namespace rhumb::trees {
namespace {

using ::testing::HasSubstr;

TEST(TreesPolicyTest, ReadsItsOptions) {
  const auto options = ParseTreesOptions("gap=0.02,rounds=5,max-paths=3,min-share=0.1");
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->gap, 0.02);
  EXPECT_EQ(options->later_rounds, 5);
  EXPECT_EQ(options->split.max_paths, 3);
  EXPECT_FLOAT_EQ(options->split.min_share, 0.1F);
}

TEST(TreesPolicyTest, NamesWhatIsWrong) {
  for (const char* bad : {"gap=-1", "gap", "rounds=x", "max-paths=0", "min-share=0.6", "speed=9"}) {
    EXPECT_THAT(std::string(ParseTreesOptions(bad).status().message()), HasSubstr(bad));
  }
}

TEST(TreesPolicyTest, SaysHowNearItsPlanIsToTheBestPossible) {
  const Topology topology = testing::RandomConnected(1, 20);
  TreesPolicy policy("trees", {});
  const auto decision = policy.Decide(testing::Observe(topology, {testing::RandomTraffic(1, 20)}));
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_THAT(decision->note, HasSubstr("of the best possible"));
  EXPECT_FALSE(decision->fell_back);
}

TEST(TreesPolicyTest, TellsWhoeverWaitsHowFarItIs) {
  const Topology topology = testing::RandomConnected(1, 40);
  Observation observation{topology, {}, {}, std::make_shared<const PathSet>(), std::nullopt};
  observation.past_demands.push_back(
      std::make_shared<const TrafficMatrix>(testing::RandomTraffic(1, 40)));
  DecisionControl control;
  std::vector<std::string> told;
  control.progress = [&](const std::string& what) { told.push_back(what); };
  observation.control = std::make_shared<const DecisionControl>(control);
  TreePlannerOptions options;
  options.gap = 0;
  TreesPolicy policy("trees", options);
  ASSERT_TRUE(policy.Decide(observation).ok());
  ASSERT_FALSE(told.empty());
  EXPECT_THAT(told.front(), HasSubstr("round 1: MLU"));
}

}  // namespace
}  // namespace rhumb::trees
