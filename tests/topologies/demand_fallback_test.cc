#include "topologies/demand_fallback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "tests/networks.h"
#include "topologies/paths/shortest_paths.h"

namespace rhumb {
namespace {

using ::rhumb::testing::Diamond;
using ::rhumb::testing::RandomConnected;
using ::rhumb::testing::RandomTraffic;

double MluOf(const Topology& topology, const RoutingPlan& plan, const TrafficMatrix& demands) {
  return MaxLinkUtilization(topology, ComputeLinkLoads(topology, plan, demands).load_bps);
}

// All pairs on one shortest path each by these lengths.
RoutingPlan TreePlan(const Topology& topology, const std::vector<double>& lengths) {
  PathSet::Builder builder;
  std::vector<double> ratios;
  for (NodeId s = 0; s < topology.num_nodes(); ++s) {
    const ShortestPathTree tree(topology, lengths, s);
    for (NodeId d = 0; d < topology.num_nodes(); ++d) {
      if (s == d) continue;
      builder.AddPair(s, d).AddPath(tree.PathOf(d));
      ratios.push_back(1);
    }
  }
  return RoutingPlan(std::make_shared<const PathSet>(builder.Build()), ratios, topology.version());
}

RoutingPlan RandomPlan(const Topology& topology, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<double> lengths(topology.num_links());
  for (double& length : lengths) length = 1 + static_cast<double>(random() % 1000);
  return TreePlan(topology, lengths);
}

// Ratios of the pair's paths that have any, by their links.
std::map<Path, double> SharesOf(const RoutingPlan& plan, NodeId source, NodeId destination) {
  std::map<Path, double> shares;
  const PathSet::Range range = plan.paths().paths_of(*plan.paths().Find(source, destination));
  for (int p = range.begin; p < range.end; ++p) {
    const absl::Span<const LinkId> links = plan.paths().links(p);
    if (plan.ratios()[p] > 0) shares[Path(links.begin(), links.end())] += plan.ratios()[p];
  }
  return shares;
}

class DiamondFallbackTest : public ::testing::Test {
 protected:
  // That share of A>D goes over B, the rest over C; A>B goes round.
  RoutingPlan Plan(double over_b) const {
    PathSet::Builder builder;
    builder.AddPair(0, 3).AddPath({Link("A>B"), Link("B>D")}).AddPath({Link("A>C"), Link("C>D")});
    builder.AddPair(0, 1).AddPath({Link("A>B")}).AddPath({Link("A>C"), Link("C>D"), Link("D>B")});
    builder.AddPair(2, 3).AddPath({Link("C>D")});
    return RoutingPlan(std::make_shared<const PathSet>(builder.Build()),
                       {over_b, 1 - over_b, 0, 1, 1}, topology_.version());
  }
  // A>D in halves, A>B straight.
  RoutingPlan Reference() const {
    PathSet::Builder builder;
    builder.AddPair(0, 1).AddPath({Link("A>B")});
    builder.AddPair(0, 3).AddPath({Link("A>C"), Link("C>D")}).AddPath({Link("A>B"), Link("B>D")});
    builder.AddPair(2, 3).AddPath({Link("C>D")});
    return RoutingPlan(std::make_shared<const PathSet>(builder.Build()), {1, 0.5, 0.5, 1},
                       topology_.version());
  }
  LinkId Link(const char* name) const { return *topology_.FindLink(name); }
  std::optional<DemandFallback> FallBack(const RoutingPlan& plan, const TrafficMatrix& demands) {
    const UtilizationLimit limit{demands, MluOf(topology_, Reference(), demands)};
    return FallBackByDemand(topology_, plan, Reference(), {&limit, 1});
  }

  Topology topology_ = Diamond();
};

TEST_F(DiamondFallbackTest, MovesOneDemandWhereThatIsEnoughAndLeavesTheOthersAlone) {
  TrafficMatrix demands(4);
  demands.set_rate_bps(0, 3, 0.8e9);  // on one path it is above the reference's 0.5
  demands.set_rate_bps(0, 1, 0.1e9);  // the long way round, which harms nobody
  const auto fallback = FallBack(Plan(1), demands);
  ASSERT_TRUE(fallback.has_value());
  EXPECT_EQ(fallback->demands, 1);
  EXPECT_EQ(fallback->of, 2);
  ASSERT_TRUE(fallback->plan.Validate(topology_).ok());
  EXPECT_EQ(SharesOf(fallback->plan, 0, 3), SharesOf(Reference(), 0, 3));
  EXPECT_EQ(SharesOf(fallback->plan, 0, 1), SharesOf(Plan(1), 0, 1));
  EXPECT_LE(MluOf(topology_, fallback->plan, demands), 0.5 + 1e-9);
}

TEST_F(DiamondFallbackTest, HasNoAnswerWhereAllDemandsWouldHaveToMove) {
  TrafficMatrix demands(4);
  demands.set_rate_bps(0, 3, 0.8e9);
  EXPECT_FALSE(FallBack(Plan(0.9), demands).has_value());
}

TEST_F(DiamondFallbackTest, MovesNothingWhereEveryLimitIsKept) {
  TrafficMatrix demands(4);
  demands.set_rate_bps(0, 3, 0.8e9);
  demands.set_rate_bps(0, 1, 0.05e9);
  const auto fallback = FallBack(Plan(0.5), demands);
  ASSERT_TRUE(fallback.has_value());
  EXPECT_EQ(fallback->demands, 0);
  EXPECT_EQ(SharesOf(fallback->plan, 0, 1), SharesOf(Plan(0.5), 0, 1));
}

TEST_F(DiamondFallbackTest, KeepsThePathsOfADemandThatFellBackForWhenALinkFails) {
  PathSet::Builder builder;
  builder.AddPair(0, 1).AddPath({Link("A>C"), Link("C>D"), Link("D>B")});
  builder.AddPair(0, 3).AddPath({Link("A>B"), Link("B>D")});
  builder.AddPair(2, 3).AddPath({Link("C>D")});
  const RoutingPlan plan(std::make_shared<const PathSet>(builder.Build()), {1, 1, 1},
                         topology_.version());
  TrafficMatrix demands(4);
  demands.set_rate_bps(0, 1, 0.3e9);  // goes round over the full C>D, which its own link spares
  demands.set_rate_bps(0, 3, 0.1e9);
  demands.set_rate_bps(2, 3, 0.9e9);
  const auto fallback = FallBack(plan, demands);
  ASSERT_TRUE(fallback.has_value());
  EXPECT_EQ(fallback->demands, 1);
  const PathSet& paths = fallback->plan.paths();
  const PathSet::Range range = paths.paths_of(*paths.Find(0, 1));
  ASSERT_EQ(range.size(), 2);
  EXPECT_EQ(paths.links(range.begin), plan.paths().links(0));
  EXPECT_EQ(fallback->plan.ratios()[range.begin], 0);
  EXPECT_EQ(fallback->plan.ratios()[range.begin + 1], 1);
}

TEST_F(DiamondFallbackTest, SaysWhenALimitCannotBeKept) {
  TrafficMatrix demands(4);
  demands.set_rate_bps(0, 3, 0.8e9);
  demands.set_rate_bps(2, 3, 0.4e9);
  const UtilizationLimit limit{demands, 0.1};
  EXPECT_FALSE(FallBackByDemand(topology_, Plan(0.5), Reference(), {&limit, 1}).has_value());
}

// `mixed` with one pair as in `plan`, whose paths come first there.
RoutingPlan WithOwnShares(const RoutingPlan& mixed, const RoutingPlan& plan, int pair) {
  std::vector<double> ratios(mixed.ratios().begin(), mixed.ratios().end());
  const PathSet::Range own = plan.paths().paths_of(pair), range = mixed.paths().paths_of(pair);
  for (int p = range.begin; p < range.end; ++p) {
    const int at = own.begin + p - range.begin;
    ratios[p] = at < own.end ? plan.ratios()[at] : 0;
  }
  return RoutingPlan(mixed.shared_paths(), std::move(ratios), mixed.topology_version());
}

// Limits are of the reference's own MLU, so they can always be kept, with all demands at the worst.
TEST(DemandFallbackPropertyTest, IsNowhereWorseThanTheReferenceAndMovesNobodyForNothing) {
  int answered = 0, moved = 0, of = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    const int nodes = 5 + static_cast<int>(seed % 8);
    const Topology topology = RandomConnected(seed, nodes);
    const RoutingPlan plan = RandomPlan(topology, seed);
    const RoutingPlan reference =
        TreePlan(topology, LinkWeights(topology, LinkMetric::kInverseCapacity));
    std::vector<TrafficMatrix> matrices;
    std::vector<UtilizationLimit> limits;
    for (unsigned m = 0; m < 3; ++m) matrices.push_back(RandomTraffic(100 * seed + m, nodes));
    for (const TrafficMatrix& matrix : matrices) {
      limits.push_back({matrix, MluOf(topology, reference, matrix)});
    }
    const auto fallback = FallBackByDemand(topology, plan, reference, limits);
    if (!fallback) continue;
    ++answered;
    moved += fallback->demands;
    of += fallback->of;
    ASSERT_TRUE(fallback->plan.Validate(topology).ok()) << seed;
    for (size_t m = 0; m < limits.size(); ++m) {
      const UtilizationLimit& limit = limits[m];
      EXPECT_NEAR(fallback->mlu[m], MluOf(topology, fallback->plan, limit.demands), 1e-9);
      EXPECT_LE(MluOf(topology, fallback->plan, limit.demands), limit.mlu * (1 + 1e-8)) << seed;
    }
    int on_reference = 0;
    for (int pair = 0; pair < plan.paths().num_pairs(); ++pair) {
      const NodePair ends = plan.paths().pair(pair);
      const auto shares = SharesOf(fallback->plan, ends.source, ends.destination);
      const auto own = SharesOf(plan, ends.source, ends.destination);
      if (shares == own) continue;
      ++on_reference;
      const RoutingPlan one_back = WithOwnShares(fallback->plan, plan, pair);
      EXPECT_TRUE(std::any_of(limits.begin(), limits.end(),
                              [&](const UtilizationLimit& limit) {
                                return MluOf(topology, one_back, limit.demands) > limit.mlu;
                              }))
          << seed << ": pair " << pair << " fell back for nothing";
      EXPECT_EQ(shares, SharesOf(reference, ends.source, ends.destination)) << seed;
    }
    EXPECT_EQ(on_reference, fallback->demands) << seed;
  }
  EXPECT_GT(answered, 40);
  EXPECT_GT(moved, 0);
  EXPECT_LT(moved, of / 2);
}

}  // namespace
}  // namespace rhumb
