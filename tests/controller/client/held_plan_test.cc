#include "controller/client/held_plan.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "controller/steering/plan/live_plan.h"
#include "tests/networks.h"
#include "topologies/formats/proto_conversion.h"

namespace rhumb {
namespace {

using ::rhumb::testing::Diamond;

// Splits A>D over both sides of the diamond and routes some other demands, at random.
RoutingPlan RandomPlan(std::mt19937* random, const Topology& topology) {
  auto link = [&](const char* name) { return *topology.FindLink(name); };
  PathSet::Builder builder;
  std::vector<double> ratios;
  builder.AddPair(0, 3);
  builder.AddPath({link("A>B"), link("B>D")}).AddPath({link("A>C"), link("C>D")});
  const double share = std::uniform_int_distribution<int>(0, 4)(*random) / 4.0;
  ratios.insert(ratios.end(), {share, 1 - share});
  for (const auto& [destination, name] : {std::pair(1, "A>B"), std::pair(2, "A>C")}) {
    if ((*random)() % 2 == 0) continue;
    builder.AddPair(0, destination).AddPath({link(name)});
    ratios.push_back(1);
  }
  return RoutingPlan(std::make_shared<const PathSet>(builder.Build()), ratios, 1);
}

// A plan of the diamond, handed out as the first of its server.
LivePlan FirstPlan(unsigned seed) {
  std::mt19937 random(seed);
  const Topology topology = Diamond();
  LivePlan plan{{}, RandomPlan(&random, topology), topology, ""};
  plan.header.set_plan_version(1);
  return plan;
}

TEST(HeldPlanTest, APlanOfALeaderThatWasReplacedIsRefusedAndThatOfAnotherScopeIsNot) {
  LivePlan plan = FirstPlan(1);
  plan.header.set_term_scope(8);
  plan.header.set_term(5);
  HeldPlan held;
  ASSERT_TRUE(held.Apply(MakeUpdate(nullptr, plan)).ok());

  plan.header.set_plan_version(2);
  plan.header.set_term(4);
  EXPECT_EQ(held.Apply(MakeUpdate(nullptr, plan)).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(held.version(), 1u);

  plan.header.set_term_scope(9);
  EXPECT_TRUE(held.Apply(MakeUpdate(nullptr, plan)).ok());
  EXPECT_EQ(held.version(), 2u);
}

TEST(HeldPlanTest, UpdatesPutTogetherAreThePlan) {
  std::mt19937 random(3);
  const Topology topology = Diamond();
  std::vector<LivePlan> plans;
  HeldPlan held;
  for (uint64_t version = 1; version <= 60; ++version) {
    LivePlan plan{{}, RandomPlan(&random, topology), topology, ""};
    plan.header.set_plan_version(version);
    plan.header.set_epoch(5);
    plans.push_back(plan);
    // Some are passed over, as for a slow reader.
    if (random() % 3 == 0) continue;
    const LivePlan* base = held.version() == 0 ? nullptr : &plans[held.version() - 1];
    ASSERT_TRUE(held.Apply(MakeUpdate(base, plan)).ok());
    EXPECT_EQ(held.version(), version);
    const rhumb::v1::LivePlan whole = ToProto(plan);
    ASSERT_EQ(held.routes().size(), whole.routes_size());
    for (const auto& route : whole.routes()) {
      const auto it = held.routes().find({route.source(), route.destination()});
      ASSERT_NE(it, held.routes().end());
      EXPECT_EQ(it->second.SerializeAsString(), route.SerializeAsString());
    }
  }
}

TEST(HeldPlanTest, UpdateOfAnotherBaseOrEpochChangesNothing) {
  std::mt19937 random(1);
  const Topology topology = Diamond();
  LivePlan first{{}, RandomPlan(&random, topology), topology, ""};
  first.header.set_plan_version(4);
  first.header.set_epoch(5);
  HeldPlan held;
  ASSERT_TRUE(held.Apply(MakeUpdate(nullptr, first)).ok());
  rhumb::v1::PlanUpdate update;
  update.set_base_plan_version(3);
  update.mutable_header()->set_epoch(5);
  update.mutable_header()->set_plan_version(6);
  auto* removed = update.add_removed();
  removed->set_source("A");
  removed->set_destination("D");
  EXPECT_TRUE(absl::IsAborted(held.Apply(update)));
  update.set_base_plan_version(4);
  update.mutable_header()->set_epoch(6);
  EXPECT_TRUE(absl::IsAborted(held.Apply(update)));
  EXPECT_EQ(held.version(), 4);
  EXPECT_EQ(held.routes().count({"A", "D"}), 1);
}

TEST(HeldPlanTest, ResolvesToThePlanItCameFrom) {
  const LivePlan plan = FirstPlan(7);
  const Topology& topology = plan.topology;
  HeldPlan held;
  ASSERT_TRUE(held.Apply(MakeUpdate(nullptr, plan)).ok());
  const auto resolved = held.Resolve(topology);
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  TrafficMatrix demands(4);
  demands.set_rate_bps(0, 3, 1e9);
  demands.set_rate_bps(0, 1, 2e9);
  EXPECT_EQ(ComputeLinkLoads(topology, *resolved, demands).load_bps,
            ComputeLinkLoads(topology, plan.plan, demands).load_bps);
}

TEST(HeldPlanTest, EveryLinkIsNamedOnce) {
  const rhumb::v1::PlanUpdate update = MakeUpdate(nullptr, FirstPlan(7));
  ASSERT_GT(update.routes_size(), 0);
  const std::set<std::string> names(update.link_names().begin(), update.link_names().end());
  EXPECT_EQ(static_cast<int>(names.size()), update.link_names_size());
  for (const auto& route : update.routes()) {
    for (const auto& path : route.paths()) {
      EXPECT_TRUE(path.links().empty());
      EXPECT_FALSE(path.hops().empty());
    }
  }
}

TEST(HeldPlanTest, AHopWithoutANameIsRefusedAndChangesNothing) {
  const LivePlan plan = FirstPlan(7);
  HeldPlan held;
  ASSERT_TRUE(held.Apply(MakeUpdate(nullptr, plan)).ok());
  const size_t routes = held.routes().size();
  rhumb::v1::PlanUpdate update = MakeUpdate(nullptr, plan);
  update.mutable_link_names()->RemoveLast();
  EXPECT_TRUE(absl::IsInvalidArgument(held.Apply(update)));
  EXPECT_EQ(held.version(), 1);
  EXPECT_EQ(held.routes().size(), routes);
}

TEST(HeldPlanTest, UnknownNameIsNotFound) {
  rhumb::v1::PlanUpdate update;
  update.set_reset(true);
  auto* route = update.add_routes();
  route->set_source("A");
  route->set_destination("Z");
  HeldPlan held;
  ASSERT_TRUE(held.Apply(update).ok());
  EXPECT_FALSE(held.Resolve(Diamond()).ok());
}

}  // namespace
}  // namespace rhumb
