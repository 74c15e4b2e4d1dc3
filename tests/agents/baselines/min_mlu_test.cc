#include "agents/baselines/lp/min_mlu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/networks.h"

namespace rhumb {
namespace {

using testing::Diamond;
using ::testing::HasSubstr;
using testing::Line;

std::shared_ptr<const PathSet> BothSidesOfTheDiamond() {
  PathSet::Builder builder;
  builder.AddPair(0, 3).AddPath({0, 2}).AddPath({4, 6});
  return std::make_shared<const PathSet>(builder.Build());
}

TrafficMatrix OneDemand(int nodes, NodeId source, NodeId destination, double rate_bps) {
  TrafficMatrix demands(nodes);
  demands.set_rate_bps(source, destination, rate_bps);
  return demands;
}

TEST(MinMluTest, SplitsADemandOverBothSidesOfTheDiamond) {
  const absl::StatusOr<LpSolution> solution =
      MinimizeMluOverPaths(Diamond(), BothSidesOfTheDiamond(), OneDemand(4, 0, 3, 1e9));

  ASSERT_TRUE(solution.ok()) << solution.status();
  EXPECT_NEAR(solution->mlu, 0.5, 1e-6);
  EXPECT_TRUE(solution->plan.Validate(Diamond()).ok());
  EXPECT_NEAR(solution->plan.ratios()[0], 0.5, 1e-6);
}

TEST(MinMluTest, ExactOptimumOfTheDiamondIsHalfTheDemand) {
  EXPECT_NEAR(OptimalMlu(Diamond(), OneDemand(4, 0, 3, 1e9)).value(), 0.5, 1e-9);
}

TEST(MinMluTest, NamesADemandThatHasNoPath) {
  const Topology cut = Line(3).Apply({{0, {}, OperationalState::kDown, {}, {}}}).value();
  const TrafficMatrix demands = OneDemand(3, 0, 2, 5e6);

  const absl::Status status = OptimalMlu(cut, demands).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("A>C"));
  MinMluOptions options;
  options.leave_out_unroutable = true;
  EXPECT_EQ(OptimalMlu(cut, demands, options).value(), 0);
}

}  // namespace
}  // namespace rhumb
