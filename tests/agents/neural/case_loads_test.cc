#include "agents/neural/case_loads.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "agents/neural/inference_kernel.h"
#include "tests/agents/observations.h"
#include "tests/networks.h"

namespace rhumb::neural {
namespace {

using testing::RandomConnected;
using testing::RandomTraffic;

// Loads of a network whose traffic has been the same for ever and is expected to stay so.
struct Steady {
  Steady(const Topology& topology, const TrafficMatrix& demands)
      : graph(std::make_shared<const PathGraph>(
            BuildPathGraph(topology, *testing::CandidatesFor(topology)))) {
    for (const NodePair& pair : graph->pairs) {
      const auto rate = static_cast<float>(demands.rate_bps(pair.source, pair.destination) /
                                           graph->mean_capacity_bps);
      expected.insert(expected.end(), kPathDemandRow, rate);
      history.insert(history.end(), kHistory, rate);
    }
    loads.SetGraph(graph);
  }

  void Put(const std::vector<float>& ratios) { loads.Put(expected, history, ratios); }
  int pair(NodeId source, NodeId destination) const {
    for (int d = 0; d < graph->num_pairs(); ++d) {
      if (graph->pairs[d].source == source && graph->pairs[d].destination == destination) return d;
    }
    return -1;
  }
  // The pair's path over that node.
  int path(int pair, NodeId via, const Topology& topology) const {
    for (int p = graph->path_begin[pair]; p < graph->path_begin[pair + 1]; ++p) {
      for (int i = graph->link_begin[p]; i < graph->link_begin[p + 1]; ++i) {
        if (topology.link(graph->links[i]).source == via) return p;
      }
    }
    return -1;
  }

  std::shared_ptr<const PathGraph> graph;
  std::vector<float> expected, history;
  CaseLoads loads;
};

std::vector<float> EvenSplit(const PathGraph& graph) {
  std::vector<float> ratios;
  for (int d = 0; d < graph.num_pairs(); ++d) {
    const int count = graph.path_begin[d + 1] - graph.path_begin[d];
    ratios.insert(ratios.end(), count, 1.0F / static_cast<float>(count));
  }
  return ratios;
}

// A-B-D and A-C-D, everything over C, and D-E, whose 800 Mbit/s alone decide the MLU. Links may be
// filled to 0.8 * 0.95 * 0.9 = 0.684 under the peaks.
TEST(CaseLoadsTest, LinksAreRoomyWhereAllThatWantsToComeFits) {
  std::vector<Link> links;
  for (const auto& [a, b] : {std::pair(0, 1), {1, 3}, {0, 2}, {2, 3}, {3, 4}}) {
    testing::AddCable(&links, a, b, 1e9, absl::Milliseconds(2));
  }
  const Topology topology = *Topology::Create("roomy", testing::NamedNodes(5), links);
  for (const bool fits : {true, false}) {
    TrafficMatrix demands(5);
    demands.set_rate_bps(0, 3, fits ? 6.8e8 : 6.9e8);
    demands.set_rate_bps(3, 4, 8e8);
    Steady network(topology, demands);
    const int moving = network.pair(0, 3), fixed = network.pair(3, 4);
    const int over_b = network.path(moving, 1, topology), only = network.path(fixed, 3, topology);
    std::vector<float> ratios(network.graph->num_paths(), 0.0F);
    ratios[network.path(moving, 2, topology)] = ratios[only] = 1;
    network.Put(ratios);
    network.loads.SetLimits(0.95F, 0.9F);

    std::vector<float> coming(network.graph->num_paths(), 0.0F);
    coming[over_b] = 1;
    const auto link = [&](int path) {
      return network.graph->links[network.graph->link_begin[path]];
    };
    absl::Span<const uint8_t> roomy = network.loads.FindRoomy(coming);
    EXPECT_EQ(roomy[link(over_b)] != 0, fits);
    EXPECT_TRUE(roomy[link(only)] != 0) << "it is full, but nothing comes";
    coming[only] = 0.1F;
    roomy = network.loads.FindRoomy(coming);
    EXPECT_FALSE(roomy[link(only)] != 0);
  }
}

class RandomCaseLoadsTest : public ::testing::TestWithParam<unsigned> {};

TEST_P(RandomCaseLoadsTest, SharesThatMoveLoadLinksAsIfTheyHadBeenPutThere) {
  Steady network(RandomConnected(GetParam(), 9), RandomTraffic(GetParam(), 9));
  std::vector<float> ratios = EvenSplit(*network.graph);
  network.Put(ratios);
  for (int d = 0; d < network.graph->num_pairs(); d += 2) {
    const int from = network.graph->path_begin[d], to = network.graph->path_begin[d + 1] - 1;
    if (from == to) continue;
    network.loads.Shift(d, from, -ratios[from] / 2);
    network.loads.Shift(d, to, ratios[from] / 2);
    ratios[to] += ratios[from] / 2;
    ratios[from] /= 2;
  }
  std::vector<float> shifted;
  for (int c = 0; c <= CaseLoads::kSurge; ++c) shifted.push_back(network.loads.Mlu(c));
  network.loads.PutAgain(ratios);
  for (int c = 0; c <= CaseLoads::kSurge; ++c) {
    EXPECT_NEAR(network.loads.Mlu(c), shifted[c], 1e-5 * shifted[c]) << c;
  }
  network.Put(ratios);
  for (int c = 0; c <= CaseLoads::kSurge; ++c) {
    EXPECT_NEAR(network.loads.Mlu(c), shifted[c], 1e-5 * shifted[c]) << c;
  }
}

TEST_P(RandomCaseLoadsTest, WhatThereIsRoomForIsNoExcessAndMoreIs) {
  Steady network(RandomConnected(GetParam(), 9), RandomTraffic(GetParam(), 9));
  network.Put(EvenSplit(*network.graph));
  network.loads.SetLimits(0.6F, 0.9F);
  int limited = 0;
  for (int d = 0; d < network.graph->num_pairs(); ++d) {
    const int from = network.graph->path_begin[d], to = network.graph->path_begin[d + 1] - 1;
    if (from == to || network.loads.demand(d)[CaseLoads::kLatest] <= 0) continue;
    const float room = network.loads.Room(d, from, to, 1);
    EXPECT_LE(network.loads.Excess(d, from, to, room * 0.9999F), 1e-5F);
    if (room >= 1) continue;
    ++limited;
    EXPECT_GT(network.loads.Excess(d, from, to, room * 1.01F + 0.001F), 0);
  }
  EXPECT_GT(limited, 0);
}

INSTANTIATE_TEST_SUITE_P(Networks, RandomCaseLoadsTest, ::testing::Range(1U, 7U));

}  // namespace
}  // namespace rhumb::neural
