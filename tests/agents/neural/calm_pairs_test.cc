#include "agents/neural/calm_pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "tests/networks.h"

namespace rhumb::neural {
namespace {

using ::testing::ElementsAre;

// On Diamond(), links 0>1, 1>3, 0>2 and 2>3 are 0, 2, 4 and 6: two ways from 0 to 3, and one from
// 0 to 1.
class CalmPairsTest : public ::testing::Test {
 protected:
  CalmPairsTest() {
    PathSet::Builder builder;
    builder.AddPair(0, 3).AddPath({0, 2}).AddPath({4, 6}).AddPair(0, 1).AddPath({0});
    paths_ = std::make_shared<const PathSet>(builder.Build());
    demands_.set_rate_bps(0, 3, 0.2e9);
    demands_.set_rate_bps(0, 1, 0.4e9);
  }

  RoutingPlan Plan(double first) const {
    return RoutingPlan(paths_, {first, 1 - first, 1}, topology_.version());
  }

  Topology topology_ = testing::Diamond();
  std::shared_ptr<const PathSet> paths_;
  TrafficMatrix demands_{4};
};

TEST_F(CalmPairsTest, StayWhereNoLinkIsFull) {
  // Link 0>1 has 0.2 * 0.5 + 0.4 of its 1 Gbit/s.
  EXPECT_THAT(KeepCalmPairs(topology_, Plan(0.5), Plan(0), demands_, 0.51),
              ElementsAre(0.5, 0.5, 1));
  EXPECT_THAT(KeepCalmPairs(topology_, Plan(0.5), Plan(0), demands_, 0.49), ElementsAre(0, 1, 1));
}

TEST_F(CalmPairsTest, AShareThatIsNearlyNothingMeetsNoLink) {
  EXPECT_THAT(KeepCalmPairs(topology_, Plan(0.01), Plan(1), demands_, 0.3),
              ElementsAre(0.01, 0.99, 1));
  EXPECT_THAT(KeepCalmPairs(topology_, Plan(0.03), Plan(1), demands_, 0.3), ElementsAre(1, 0, 1));
}

}  // namespace
}  // namespace rhumb::neural
