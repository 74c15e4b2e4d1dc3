#include "agents/neural/priced_split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "agents/neural/checkpoint.h"
#include "agents/neural/network_shape.h"
#include "agents/neural/price_head.h"
#include "tests/networks.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb::neural {
namespace {

using ::testing::HasSubstr;

std::shared_ptr<const PathGraph> GraphOf(const Topology& topology) {
  const auto paths = CandidatePaths::Compute(topology, {}, {}).value().paths();
  return std::make_shared<const PathGraph>(BuildPathGraph(topology, *paths));
}

// 0-3 over a fast and a slow road: one pair with traffic, two paths. Cables have 1 Gbit/s but for
// those of the fast road, and an access link to node 4 when it has any capacity.
struct TwoRoads {
  static Topology Network(double fast_bps, double access_bps) {
    std::vector<Link> links;
    testing::AddCable(&links, 0, 1, fast_bps, absl::Milliseconds(2));
    testing::AddCable(&links, 1, 3, fast_bps, absl::Milliseconds(2));
    testing::AddCable(&links, 0, 2, testing::kGigabit, absl::Milliseconds(4));
    testing::AddCable(&links, 2, 3, testing::kGigabit, absl::Milliseconds(4));
    if (access_bps > 0) testing::AddCable(&links, 0, 4, access_bps, absl::Milliseconds(1));
    return Topology::Create("two-roads", testing::NamedNodes(access_bps > 0 ? 5 : 4),
                            std::move(links))
        .value();
  }

  explicit TwoRoads(double fast_bps = testing::kGigabit, double access_bps = 0) {
    graph = GraphOf(Network(fast_bps, access_bps));
    for (int d = 0; d < graph->num_pairs(); ++d) {
      if (graph->pairs[d].source == 0 && graph->pairs[d].destination == 3) pair = d;
    }
    fast = graph->path_begin[pair];
    slow = fast + 1;
    if (graph->delay[slow] < graph->delay[fast]) std::swap(fast, slow);
    split.SetGraph(graph);
  }

  // The share of the fast path when the pair demands `demand` (of a cable's capacity) and the base
  // plan gives it `base`.
  float FastShare(float demand, float base, const Prices& prices) {
    std::vector<float> demands(graph->num_pairs(), 0.0F);
    demands[pair] = demand;
    std::vector<float> ratios(graph->num_paths(), 0.0F);
    for (int d = 0; d < graph->num_pairs(); ++d) ratios[graph->path_begin[d]] = 1;
    ratios[fast] = base;
    ratios[slow] = 1 - base;
    split.Run(ratios, demands, prices);
    return split.ratios()[fast];
  }

  std::shared_ptr<const PathGraph> graph;
  int pair = 0, fast = 0, slow = 0;
  PricedSplit split;
};

TEST(PricedSplitTest, CongestionIsTheMarginalDelayOfAQueue) {
  // d/du of u / (1 - u) by differences.
  for (float u : {0.0F, 0.3F, 0.6F, 0.85F}) {
    const double h = 1e-4, delay = ((u + h) / (1 - u - h) - (u - h) / (1 - u + h)) / (2 * h);
    EXPECT_NEAR(Congestion(u), delay - 1, 1e-2 * delay) << u;
  }
  // A line from 0.9 on, without a step.
  EXPECT_NEAR(Congestion(0.9F), 99, 0.1);
  EXPECT_NEAR(Congestion(1.0F) - Congestion(0.9F), Congestion(1.1F) - Congestion(1.0F), 0.1);
}

TEST(PricedSplitTest, WithoutPricesThePlanStaysWhatItWas) {
  TwoRoads roads;
  for (float base : {0.0F, 0.3F, 1.0F}) {
    EXPECT_NEAR(roads.FastShare(0.9F, base, {}), base, std::exp(-8) + 1e-6) << base;
  }
}

TEST(PricedSplitTest, ReturnsToTheFastestPathOnlyWhatHasRoomThere) {
  TwoRoads roads;
  Prices prices{};
  prices[kDetour] = 1.5F;
  EXPECT_GT(roads.FastShare(0.4F, 0.3F, prices), 0.99F);
  // All of it would fill the fast path to 1.2: it returns only until the room is gone.
  const float share = roads.FastShare(1.2F, 0.3F, prices);
  EXPECT_GT(share, 0.3F);
  EXPECT_LT(share * 1.2F, 0.85F);
}

TEST(PricedSplitTest, CongestionSpreadsAndDistanceGathers) {
  TwoRoads roads;
  Prices prices{};
  prices[kDistrust] = 5;  // the base plan does not matter
  prices[kCongestion] = 1;
  // Two equal roads under load: half each, whatever the base plan.
  EXPECT_NEAR(roads.FastShare(1.2F, 1.0F, prices), 0.5F, 0.05F);
  prices[kDistance] = 1;
  const float light = roads.FastShare(0.2F, 0.0F, prices);
  const float heavy = roads.FastShare(1.2F, 0.0F, prices);
  EXPECT_GT(light, 0.99F);
  EXPECT_NEAR(heavy, 0.5F, 0.1F);
  const float medium = roads.FastShare(0.6F, 0.0F, prices);
  prices[kMargin] = 1;
  EXPECT_LT(roads.FastShare(0.6F, 0.0F, prices), medium - 0.02F) << "for loads that may grow";
}

TEST(PricedSplitTest, ASlowLinkElsewhereDoesNotMakeCongestionCheap) {
  Prices prices{};
  prices[kDistrust] = 5;
  prices[kCongestion] = 1;
  prices[kDistance] = 0.5F;
  TwoRoads alone, beside(testing::kGigabit, testing::kGigabit / 100);
  const float demand = 1.0F;
  // Demands count in mean capacities, which the slow link lowers.
  const auto mean = static_cast<float>(beside.graph->mean_capacity_bps / testing::kGigabit);
  EXPECT_NEAR(alone.FastShare(demand, 1.0F, prices), beside.FastShare(demand / mean, 1.0F, prices),
              0.01F);
}

TEST(PricedSplitTest, ABackRoadIsNotTheFastestPathOfABackbone) {
  for (const bool narrow : {false, true}) {
    TwoRoads roads(narrow ? testing::kGigabit / 10 : testing::kGigabit / 2);
    EXPECT_EQ(roads.split.fastest_ratios()[narrow ? roads.slow : roads.fast], 1);
    Prices prices{};
    prices[kDistrust] = 5;
    prices[kDetour] = 1;
    EXPECT_EQ(roads.FastShare(0.01F, 0.5F, prices) > 0.5F, !narrow);
  }
}

TEST(PricedSplitTest, SmallDemandsStayWhereLargeOnesMayGo) {
  TwoRoads roads;
  Prices prices{};
  prices[kSmallness] = 1;
  EXPECT_GT(roads.FastShare(0.01F, 0.2F, prices), roads.FastShare(0.5F, 0.2F, prices) + 0.2F);
}

TEST(PricedSplitTest, RatiosOfEveryPairSumToOneOnRandomNetworks) {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    const auto graph = GraphOf(testing::RandomConnected(seed, 9));
    PricedSplit split;
    split.SetGraph(graph);
    const std::vector<float> demands(graph->num_pairs(), 0.05F);
    split.Run(split.fastest_ratios(), demands, {1, 1, 1, 1, 1, 1});
    for (int d = 0; d < graph->num_pairs(); ++d) {
      float sum = 0;
      for (int p = graph->path_begin[d]; p < graph->path_begin[d + 1]; ++p) {
        ASSERT_GE(split.ratios()[p], 0);
        sum += split.ratios()[p];
      }
      EXPECT_NEAR(sum, 1, 1e-5);
    }
  }
}

TEST(PricedSplitTest, FullLinksSettleWhereverTheTrafficCameFrom) {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    const auto graph = GraphOf(testing::RandomConnected(seed, 12));
    PricedSplit split;
    split.SetGraph(graph);
    std::vector<float> demands(graph->num_pairs(), 1.0F);
    std::vector<float> load;
    split.PutOnLinks(split.fastest_ratios(), demands, &load);
    const float mlu = *std::max_element(load.begin(), load.end());
    for (float& demand : demands) demand *= 1.5F / mlu;

    std::vector<float> even(graph->num_paths());
    for (int p = 0; p < graph->num_paths(); ++p) {
      const int pair = graph->pair_of_path[p];
      even[p] = 1.0F / static_cast<float>(graph->path_begin[pair + 1] - graph->path_begin[pair]);
    }
    Prices prices{};
    prices[kDistance] = 1.5F;
    prices[kCongestion] = 2;
    prices[kDistrust] = 20;  // the base plan does not matter
    const auto settle = [&](absl::Span<const float> base, double* delay) {
      split.Run(base, demands, prices);
      split.PutOnLinks(split.ratios(), demands, &load);
      *delay = split.MeanDelay(split.ratios(), demands);
      return *std::max_element(load.begin(), load.end());
    };
    double delay_from_fastest = 0, delay_from_even = 0;
    const float mlu_from_fastest = settle(split.fastest_ratios(), &delay_from_fastest);
    const float mlu_from_even = settle(even, &delay_from_even);
    EXPECT_NEAR(mlu_from_fastest / mlu_from_even, 1, 0.003) << "seed " << seed;
    EXPECT_NEAR(delay_from_fastest / delay_from_even, 1, 0.01) << "seed " << seed;
  }
}

Checkpoint WithPrices() {
  Checkpoint checkpoint = DefaultCheckpoint().value();
  checkpoint.price_head = InitialPriceHead(0.5, 1);
  return checkpoint;
}

TEST(PriceCheckpointTest, APriceHeadComesBackAndOneWithoutIsWrittenAsBefore) {
  const Checkpoint with = WithPrices();
  EXPECT_EQ(ParseCheckpoint(SerializeCheckpoint(with), "c")->price_head, with.price_head);
  EXPECT_EQ(ParseCheckpoint(SerializeCheckpoint(with), "c")->weights, with.weights);
  // Format 1 to the byte: the version follows the magic.
  const std::string without = SerializeCheckpoint(DefaultCheckpoint().value());
  EXPECT_EQ(without[8], 1);
  EXPECT_EQ(SerializeCheckpoint(with)[8], 2);
  EXPECT_TRUE(ParseCheckpoint(without, "c")->price_head.empty());
}

TEST(PriceCheckpointTest, TheShippedAgentOfThePacketLevelHasOne) {
  const Checkpoint packet = FindCheckpoint("packet").value();
  EXPECT_EQ(static_cast<int>(packet.price_head.size()), NumPriceWeights());
  EXPECT_EQ(packet.about.at("stage"), "packet");
}

TEST(PriceCheckpointTest, TornAndWrongHeadsAreRefused) {
  Checkpoint checkpoint = WithPrices();
  const std::string bytes = SerializeCheckpoint(checkpoint);
  for (size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 60) {
    EXPECT_FALSE(ParseCheckpoint(absl::string_view(bytes).substr(0, size), "c").ok()) << size;
  }
  checkpoint.price_head.pop_back();
  EXPECT_THAT(std::string(ParseCheckpoint(SerializeCheckpoint(checkpoint), "c").status().message()),
              HasSubstr("price head"));
  checkpoint = WithPrices();
  checkpoint.price_head[3] = std::nanf("");
  EXPECT_EQ(ParseCheckpoint(SerializeCheckpoint(checkpoint), "c").status().code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace rhumb::neural
