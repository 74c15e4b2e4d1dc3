#include "topologies/paths/yen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>

#include "tests/networks.h"
#include "topologies/paths/shortest_paths.h"

namespace rhumb {
namespace {

using ::rhumb::testing::AddCable;
using ::rhumb::testing::Diamond;
using ::rhumb::testing::kGigabit;
using ::rhumb::testing::Line;
using ::rhumb::testing::NamedNodes;
using ::rhumb::testing::RandomConnected;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

void ExtendAll(const Topology& topology, absl::Span<const double> weights, NodeId at,
               NodeId destination, std::vector<char>* visited, Path* path,
               std::vector<Path>* found) {
  if (at == destination) {
    found->push_back(*path);
    return;
  }
  (*visited)[at] = 1;
  for (LinkId l : topology.out_links(at)) {
    const NodeId next = topology.link(l).destination;
    if ((*visited)[next] || weights[l] == std::numeric_limits<double>::infinity()) continue;
    path->push_back(l);
    ExtendAll(topology, weights, next, destination, visited, path, found);
    path->pop_back();
  }
  (*visited)[at] = 0;
}

// Every loop-free path, in no particular order.
std::vector<Path> AllPaths(const Topology& topology, absl::Span<const double> weights,
                           NodeId source, NodeId destination) {
  std::vector<char> visited(topology.num_nodes(), 0);
  Path path;
  std::vector<Path> found;
  ExtendAll(topology, weights, source, destination, &visited, &path, &found);
  return found;
}

double WeightOf(absl::Span<const double> weights, const Path& path) {
  double sum = 0;
  for (LinkId l : path) sum += weights[l];
  return sum;
}

TEST(KShortestPathsTest, AreTheLightestOfAllPathsInOrder) {
  for (unsigned seed = 1; seed <= 25; ++seed) {
    const Topology topology = RandomConnected(seed, 8);
    for (LinkMetric metric : {LinkMetric::kIgp, LinkMetric::kHops, LinkMetric::kInverseCapacity}) {
      const std::vector<double> weights = LinkWeights(topology, metric);
      for (NodeId d = 1; d < topology.num_nodes(); ++d) {
        std::vector<double> expected;
        for (const Path& p : AllPaths(topology, weights, 0, d)) {
          expected.push_back(WeightOf(weights, p));
        }
        std::sort(expected.begin(), expected.end());
        if (expected.size() > 6) expected.resize(6);
        const std::vector<Path> found = KShortestPaths(topology, weights, 0, d, 6).value();
        std::vector<double> actual;
        for (const Path& p : found) actual.push_back(WeightOf(weights, p));
        EXPECT_THAT(actual, ::testing::Pointwise(::testing::DoubleNear(1e-12), expected));
        EXPECT_EQ(std::set<Path>(found.begin(), found.end()).size(), found.size());
        PathSet::Builder builder;
        builder.AddPair(0, d);
        for (const Path& p : found) builder.AddPath(p);
        EXPECT_EQ(builder.Build().Validate(topology), absl::OkStatus());
      }
    }
  }
}

TEST(KShortestPathsTest, FindEveryPathWhenAskedForMoreThanThereAre) {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    const Topology topology = RandomConnected(seed, 7);
    const std::vector<double> weights = LinkWeights(topology, LinkMetric::kDelay);
    std::vector<Path> all = AllPaths(topology, weights, 2, 5);
    std::vector<Path> found = KShortestPaths(topology, weights, 2, 5, 1000).value();
    std::sort(all.begin(), all.end());
    std::sort(found.begin(), found.end());
    EXPECT_EQ(found, all);
  }
}

TEST(KShortestPathsTest, OrderEqualPathsByLinkIds) {
  const Topology topology = Diamond();
  const auto found = KShortestPaths(topology, LinkWeights(topology, LinkMetric::kHops), 0, 3, 5);
  EXPECT_THAT(found.value(), ElementsAre(Path({0, 2}), Path({4, 6})));
}

TEST(KShortestPathsTest, TakeParallelLinksAsDifferentPaths) {
  std::vector<Link> links;
  for (int i = 0; i < 3; ++i) AddCable(&links, 0, 1, kGigabit);
  const Topology topology = Topology::Create("parallel", NamedNodes(2), links).value();
  const auto found = KShortestPaths(topology, LinkWeights(topology, LinkMetric::kHops), 0, 1, 5);
  EXPECT_THAT(found.value(), ElementsAre(Path({0}), Path({2}), Path({4})));
}

TEST(KShortestPathsTest, AvoidLinksOfInfiniteWeight) {
  const Topology topology = Diamond();
  std::vector<double> weights(topology.num_links(), 1);
  weights[0] = std::numeric_limits<double>::infinity();
  EXPECT_THAT(KShortestPaths(topology, weights, 0, 3, 5).value(), ElementsAre(Path({4, 6})));
  weights[4] = weights[0];
  EXPECT_THAT(KShortestPaths(topology, weights, 0, 3, 5).value(), IsEmpty());
}

TEST(KShortestPathsTest, RefuseBadArguments) {
  const Topology topology = Line(3);
  const std::vector<double> weights(topology.num_links(), 1);
  auto message = [&](NodeId s, NodeId d, int k, std::vector<double> w) {
    return std::string(KShortestPaths(topology, w, s, d, k).status().message());
  };
  EXPECT_THAT(message(0, 3, 1, weights), HasSubstr("node 3 does not exist"));
  EXPECT_THAT(message(1, 1, 1, weights), HasSubstr("both \"B\""));
  EXPECT_THAT(message(0, 1, 0, weights), HasSubstr("max_paths is 0"));
  EXPECT_THAT(message(0, 1, 1, {1, 2}), HasSubstr("2 weights for 4 links"));
  EXPECT_THAT(message(0, 1, 1, {1, 1, -1, 1}), HasSubstr("link B>C has weight -1"));
}

}  // namespace
}  // namespace rhumb
