#include "agents/trees/tree_split.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "tests/networks.h"

namespace rhumb::trees {
namespace {

// Path by path, or link by link: what is paid is the same.
TEST(TreeSplitTest, WhatDemandsPayOnTheirPathsIsWhatTheirLoadsPayOnLinks) {
  for (unsigned seed = 0; seed < 5; ++seed) {
    const Topology topology = testing::RandomConnected(seed, 14);
    const TrafficMatrix traffic = testing::RandomTraffic(seed, 14);
    const TreeNetwork network{topology};
    TreeSplit split(&network, 3, SplitLimits());
    TreeSplit::Scratch scratch = split.MakeScratch();
    std::vector<float> price(network.num_links());
    std::iota(price.begin(), price.end(), 1.0F);
    const std::vector<float> other(price.rbegin(), price.rend()), hops(price.size(), 1.0F);
    std::vector<float> load(network.num_links(), 0.0F), taken(network.num_links(), 0.0F);
    TreeSearch search(network);
    double on_paths = 0;
    for (NodeId d = 0; d < network.num_nodes(); ++d) {
      std::vector<float> rates(network.num_nodes());
      for (NodeId s = 0; s < network.num_nodes(); ++s) {
        if (s == d) continue;
        rates[s] = static_cast<float>(traffic.rate_bps(s, d) / network.mean_capacity_bps);
      }
      // Two trees, of which some take the one and some the other.
      for (const std::vector<float>& at : {price, other}) {
        search.Run(at, d);
        split.OfferTree(d, search.tree(), search.distance(), rates, at, &scratch);
      }
      split.TakeCheapest(d, rates, hops, absl::MakeSpan(taken), &scratch);
      split.AddLoads(d, rates, absl::MakeSpan(load), &scratch);
      on_paths += split.CostOf(d, rates, price, &scratch);
    }
    double on_links = 0;
    for (LinkId l = 0; l < network.num_links(); ++l) {
      on_links += load[l] * price[l];
      EXPECT_NEAR(taken[l], load[l], 1e-4 * load[l]) << seed;
    }
    EXPECT_GT(on_paths, 0);
    EXPECT_NEAR(on_paths, on_links, 1e-4 * on_links) << seed;

    LinkPrices prices(&network);
    prices.Set(load, 10);
    double paid = 0;
    for (LinkId l = 0; l < network.num_links(); ++l) paid += load[l] * prices.price()[l];
    EXPECT_NEAR(prices.Paid(), paid, 1e-4 * paid) << seed;
  }
}

}  // namespace
}  // namespace rhumb::trees
