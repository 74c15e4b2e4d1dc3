#include "controller/serving/live/map_calculations.h"

#include <gtest/gtest.h>

#include <memory>

#include "absl/synchronization/notification.h"
#include "agents/baselines/single_path_plan.h"
#include "tests/networks.h"

namespace rhumb {
namespace {

// Asks until it is known.
template <typename Ask>
auto Await(const Ask& ask) {
  auto answer = ask();
  while (answer == nullptr) answer = ask();
  return answer;
}

TEST(MapCalculationsTest, GivesTheLayoutOfTheNetworkThatIsAskedFor) {
  BackgroundCalculations calculations([] {});
  for (const Topology& topology : {testing::Diamond(), testing::Line(7), testing::Diamond()}) {
    const auto layout = Await([&] { return calculations.Layout(topology); });
    EXPECT_EQ(layout->positions.size(), static_cast<size_t>(topology.num_nodes()));
  }
}

TEST(MapCalculationsTest, ShortestPathIsOfTheNetworkAsItIs) {
  BackgroundCalculations calculations([] {});
  const Topology before = testing::Diamond();
  TopologyDelta delta(1);
  delta[0].link = 0;
  delta[0].operational_state = OperationalState::kDown;
  const Topology after = *before.Apply(delta);
  for (const Topology& topology : {before, after}) {
    const auto plan = Await([&] { return calculations.ShortestPath(topology, {}); });
    const RoutingPlan expected = ShortestPathPlan(topology, LinkMetric::kIgp);
    EXPECT_EQ(plan->ratios(), expected.ratios());
    EXPECT_EQ(plan->topology_version(), expected.topology_version());
  }
}

TEST(MapCalculationsTest, SaysWhenItIsReady) {
  absl::Notification ready;
  BackgroundCalculations calculations([&] {
    if (!ready.HasBeenNotified()) ready.Notify();
  });
  calculations.Layout(testing::Diamond());
  ready.WaitForNotification();
  EXPECT_NE(calculations.Layout(testing::Diamond()), nullptr);
}

TEST(MapCalculationsTest, EndsWhileSomethingIsAskedFor) {
  const Topology large = testing::RandomConnected(1, 300);
  BackgroundCalculations calculations([] {});
  calculations.Layout(large);
  calculations.ShortestPath(large, {});
}

}  // namespace
}  // namespace rhumb
