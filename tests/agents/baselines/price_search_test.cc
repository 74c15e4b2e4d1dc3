#include "agents/baselines/lp/price_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "agents/baselines/lp/min_mlu.h"
#include "tests/networks.h"
#include "topologies/paths/path_search.h"

namespace rhumb {
namespace {

using testing::Diamond;
using testing::RandomConnected;
using testing::RandomTraffic;

constexpr PriceSearchLimits kLong{0.01, 200, 600};

// All demands of a matrix, on paths with the fewest hops at first.
PriceSearchResult Find(const Topology& topology, const TrafficMatrix& matrix,
                       const PriceSearchLimits& limits) {
  std::vector<NodePair> pairs;
  std::vector<double> rates, loads(topology.num_links(), 0.0), hops;
  std::vector<std::vector<int>> from(topology.num_nodes());
  for (const Link& link : topology.links()) {
    hops.push_back(link.usable() ? 1 : std::numeric_limits<double>::infinity());
  }
  const auto pricing = PriceAllPaths(topology);
  pricing->SetPrices(hops);
  Path path;
  for (NodeId s = 0; s < topology.num_nodes(); ++s) {
    for (NodeId d = 0; d < topology.num_nodes(); ++d) {
      if (matrix.rate_bps(s, d) == 0) continue;
      from[s].push_back(static_cast<int>(pairs.size()));
      pairs.push_back({s, d});
      rates.push_back(matrix.rate_bps(s, d));
      pricing->Price(s, d);
      pricing->GetPath(s, d, &path);
      for (LinkId l : path) loads[l] += rates.back();
    }
  }
  return SearchPrices(topology, {pairs, rates, from}, loads, limits, pricing.get());
}

TEST(PriceSearchTest, PutsTheOptimumOfTheLinearProgramBetweenItsTwoNumbers) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    const Topology topology = RandomConnected(seed, 16);
    const TrafficMatrix demands = RandomTraffic(seed, 16);
    const double optimum = OptimalMlu(topology, demands).value();

    const PriceSearchResult result = Find(topology, demands, kLong);

    EXPECT_LE(result.bound, optimum * (1 + 1e-6)) << seed;
    EXPECT_GE(result.mlu, optimum * (1 - 1e-6)) << seed;
    EXPECT_LT(result.mlu, 1.2 * result.bound) << seed;  // flow deviation closes slowly
  }
}

TEST(PriceSearchTest, ThePricesProveTheBound) {
  const Topology topology = RandomConnected(3, 12);
  const TrafficMatrix demands = RandomTraffic(3, 12);
  const PriceSearchResult result = Find(topology, demands, kLong);
  double capacity = 0, traffic = 0;
  SearchGraph graph(topology);
  PathSearch search(graph);
  for (LinkId l = 0; l < topology.num_links(); ++l) {
    EXPECT_GE(result.prices[l], 0);
    capacity += result.prices[l] * topology.link(l).capacity_bps;
  }
  for (NodeId s = 0; s < topology.num_nodes(); ++s) {
    search.Settle(result.prices, s);
    for (NodeId d = 0; d < topology.num_nodes(); ++d) {
      if (s != d) traffic += demands.rate_bps(s, d) * search.distance(d);
    }
  }
  EXPECT_NEAR(traffic / capacity, result.bound, 1e-9 * result.bound);
}

TEST(PriceSearchTest, UsesNoLinkThatIsDown) {
  const Topology cut = Diamond().Apply({{0, {}, OperationalState::kDown, {}, {}}}).value();
  TrafficMatrix demands(4);
  demands.set_rate_bps(0, 3, 1e9);
  const PriceSearchResult result = Find(cut, demands, kLong);
  const double optimum = OptimalMlu(cut, demands).value();
  EXPECT_NEAR(result.mlu, optimum, 0.01 * optimum);
  EXPECT_NEAR(result.bound, optimum, 0.01 * optimum);
}

TEST(PriceSearchTest, StopsAtItsLimitsAndForNothingToRoute) {
  const Topology topology = RandomConnected(1, 16);
  const PriceSearchResult brief = Find(topology, RandomTraffic(1, 16), {0, 200, 0});
  EXPECT_GT(brief.bound, 0);
  EXPECT_GE(brief.mlu, brief.bound);
  EXPECT_EQ(Find(topology, TrafficMatrix(16), kLong).bound, 0);
}

}  // namespace
}  // namespace rhumb
