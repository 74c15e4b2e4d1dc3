#include "topologies/routing_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/networks.h"

namespace rhumb {
namespace {

using testing::Diamond;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Links of Diamond(): 0 A>B, 1 B>A, 2 B>D, 3 D>B, 4 A>C, 5 C>A, 6 C>D, 7 D>C.
std::shared_ptr<const PathSet> BothWays() {
  PathSet::Builder builder;
  builder.AddPair(0, 3).AddPath({0, 2}).AddPath({4, 6});
  builder.AddPair(0, 1).AddPath({0});
  return std::make_shared<const PathSet>(builder.Build());
}

RoutingPlan Split(double upper) { return RoutingPlan(BothWays(), {upper, 1 - upper, 1}, 1); }

TrafficMatrix Demands() {
  TrafficMatrix demands(4);
  demands.set_rate_bps(0, 3, 8e8);
  demands.set_rate_bps(0, 1, 1e8);
  return demands;
}

Topology WithLinkDown(LinkId link) {
  LinkChange change;
  change.link = link;
  change.operational_state = OperationalState::kDown;
  return Diamond().Apply({change}).value();
}

TEST(PathSetTest, FindsPairsAndTheirPaths) {
  const auto paths = BothWays();
  EXPECT_EQ(paths->num_pairs(), 2);
  EXPECT_EQ(paths->num_paths(), 3);
  EXPECT_EQ(paths->Find(0, 1), 1);
  EXPECT_EQ(paths->Find(3, 0), std::nullopt);
  EXPECT_THAT(paths->links(1), ElementsAre(4, 6));
  EXPECT_EQ(paths->pair_of_path(2), 1);
  EXPECT_TRUE(paths->Validate(Diamond()).ok());
  EXPECT_EQ(DescribePath(Diamond(), paths->links(1)), "A>C>D");
  EXPECT_EQ(PropagationDelay(Diamond(), paths->links(1)), absl::Milliseconds(2));
}

// Pairs in order are found by bisection, others by a table.
TEST(PathSetTest, FindsPairsInWhateverOrderTheyWereAdded) {
  std::vector<NodePair> by_source, by_destination, mixed;
  for (NodeId a = 0; a < 9; ++a) {
    for (NodeId b = 0; b < 9; ++b) {
      if (a == b || (a + 2 * b) % 3 == 0) continue;
      by_source.push_back({a, b});
      by_destination.push_back({b, a});
    }
  }
  mixed = by_source;
  std::swap(mixed[3], mixed[17]);
  for (const std::vector<NodePair>& pairs : {by_source, by_destination, mixed}) {
    PathSet::Builder builder;
    for (const NodePair pair : pairs) builder.AddPair(pair.source, pair.destination);
    const PathSet set = builder.Build();
    for (int i = 0; i < set.num_pairs(); ++i) {
      EXPECT_EQ(set.Find(pairs[i].source, pairs[i].destination), i);
    }
    for (NodeId a = 0; a < 11; ++a) {
      for (NodeId b = 0; b < 11; ++b) {
        const bool listed = std::count(pairs.begin(), pairs.end(), NodePair{a, b}) > 0;
        EXPECT_EQ(set.Find(a, b).has_value(), listed);
      }
    }
    EXPECT_TRUE(set.Validate(testing::Line(9)).ok());
  }
}

TEST(PathSetTest, CopiesPairsOfAnotherSetBetweenItsOwn) {
  PathSet::Builder first;
  first.AddPair(0, 1).AddPath({1}).AddPath({2, 3});
  first.AddPair(0, 2);
  first.AddPair(0, 3).AddPath({4, 5, 6});
  const PathSet from = first.Build();

  PathSet::Builder builder;
  builder.AddPair(1, 0).AddPath({7}).AddPairs(from, 1, 3).AddPairs(from, 0, 1).AddPath({8});
  const PathSet set = builder.Build();

  const auto paths_of = [&](NodeId source, NodeId destination) {
    std::vector<Path> paths;
    const PathSet::Range range = set.paths_of(set.Find(source, destination).value());
    for (int p = range.begin; p < range.end; ++p) {
      paths.emplace_back(set.links(p).begin(), set.links(p).end());
    }
    return paths;
  };
  EXPECT_EQ(set.num_pairs(), 4);
  EXPECT_EQ(paths_of(1, 0), std::vector<Path>({{7}}));
  EXPECT_EQ(paths_of(0, 2), std::vector<Path>());
  EXPECT_EQ(paths_of(0, 3), std::vector<Path>({{4, 5, 6}}));
  EXPECT_EQ(paths_of(0, 1), std::vector<Path>({{1}, {2, 3}, {8}}));
}

TEST(PathSetTest, RefusesAPairThatIsListedTwice) {
  for (const NodePair second : {NodePair{0, 3}, NodePair{0, 1}}) {
    PathSet::Builder builder;
    builder.AddPair(0, 3).AddPath({0, 2});
    builder.AddPair(second.source, second.destination);
    builder.AddPair(0, 3).AddPath({4, 6});
    EXPECT_THAT(std::string(builder.Build().Validate(Diamond()).message()), HasSubstr("twice"));
  }
}

TEST(PathSetTest, RefusesPathsThatDoNotLeadThere) {
  auto status_of = [](std::vector<LinkId> links) {
    PathSet::Builder builder;
    builder.AddPair(0, 3).AddPath(links);
    return std::string(builder.Build().Validate(Diamond()).message());
  };
  EXPECT_THAT(status_of({}), HasSubstr("empty"));
  EXPECT_THAT(status_of({0, 6}), HasSubstr("broken"));
  EXPECT_THAT(status_of({0}), HasSubstr("ends at node B"));
  EXPECT_THAT(status_of({0, 1, 4, 6}), HasSubstr("twice"));
  EXPECT_THAT(status_of({99}), HasSubstr("does not exist"));
}

TEST(RoutingPlanTest, SplitsLoadOverPaths) {
  const LinkLoads loads = ComputeLinkLoads(Diamond(), Split(0.75), Demands());

  EXPECT_DOUBLE_EQ(loads.load_bps[0], 7e8);
  EXPECT_DOUBLE_EQ(loads.load_bps[2], 6e8);
  EXPECT_DOUBLE_EQ(loads.load_bps[4], 2e8);
  EXPECT_EQ(loads.unrouted_bps, 0);
  EXPECT_DOUBLE_EQ(MaxLinkUtilization(Diamond(), loads.load_bps), 0.7);
}

TEST(RoutingPlanTest, CountsDemandOnDeadPathsAndWithoutAPathAsUnrouted) {
  TrafficMatrix demands = Demands();
  demands.set_rate_bps(2, 1, 5e7);  // no entry in the plan

  const LinkLoads loads = ComputeLinkLoads(WithLinkDown(2), Split(0.75), demands);

  EXPECT_NEAR(loads.unrouted_bps, 6e8 + 5e7, 1);
  EXPECT_DOUBLE_EQ(loads.load_bps[0], 1e8);
}

TEST(RoutingPlanTest, ValidatesRatiosAndLinkStates) {
  EXPECT_TRUE(Split(0.3).Validate(Diamond()).ok());
  EXPECT_THAT(std::string(RoutingPlan(BothWays(), {0.3, 0.3, 1}, 1).Validate(Diamond()).message()),
              HasSubstr("sum to 0.6"));
  EXPECT_THAT(std::string(RoutingPlan(BothWays(), {1.5, -0.5, 1}, 1).Validate(Diamond()).message()),
              HasSubstr("A>D"));
  EXPECT_FALSE(RoutingPlan(BothWays(), {1}, 1).Validate(Diamond()).ok());
  EXPECT_THAT(std::string(Split(0.3).Validate(WithLinkDown(2)).message()), HasSubstr("A>B>D"));
  EXPECT_TRUE(Split(0).Validate(WithLinkDown(2)).ok());
}

TEST(RoutingPlanTest, MeasuresMovedTrafficWhateverThePathSet) {
  // 0.45 of 8e8 of 9e8 bit/s moves.
  const double expected = 0.45 * 8 / 9;
  EXPECT_NEAR(MovedShare(Split(0.75), Split(0.3), Demands()), expected, 1e-12);

  PathSet::Builder other;
  other.AddPair(0, 3).AddPath({4, 6}).AddPath({0, 2});
  other.AddPair(0, 1).AddPath({0});
  const RoutingPlan reordered(std::make_shared<const PathSet>(other.Build()), {0.7, 0.3, 1}, 1);
  EXPECT_NEAR(MovedShare(Split(0.75), reordered, Demands()), expected, 1e-12);
  EXPECT_EQ(MovedShare(Split(0.5), Split(0.5), Demands()), 0);
}

}  // namespace
}  // namespace rhumb
