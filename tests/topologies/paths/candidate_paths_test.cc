#include "topologies/paths/candidate_paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "tests/networks.h"
#include "topologies/paths/shortest_paths.h"
#include "topologies/paths/yen.h"

namespace rhumb {
namespace {

using ::rhumb::testing::AddCable;
using ::rhumb::testing::Diamond;
using ::rhumb::testing::kGigabit;
using ::rhumb::testing::Line;
using ::rhumb::testing::NamedNodes;
using ::rhumb::testing::RandomConnected;
using ::testing::HasSubstr;

using Method = CandidatePathOptions::Method;

CandidatePathOptions OneThread() {
  CandidatePathOptions options;
  options.threads = 1;
  return options;
}

void ExpectSamePaths(const PathSet& a, const PathSet& b) {
  EXPECT_TRUE(a.pairs() == b.pairs());
  EXPECT_TRUE(a.path_begin() == b.path_begin());
  EXPECT_TRUE(a.link_begin() == b.link_begin());
  EXPECT_TRUE(a.all_links() == b.all_links());
}

Topology WithLink(const Topology& topology, LinkId link, OperationalState operational,
                  AdministrativeState administrative = AdministrativeState::kEnabled) {
  LinkChange change;
  change.link = link;
  change.operational_state = operational;
  change.administrative_state = administrative;
  return topology.Apply({change}).value();
}

// Some links change state at random; about one in eight is out of use.
Topology WithRandomChanges(const Topology& topology, int changes, std::mt19937* random) {
  TopologyDelta delta;
  for (int i = 0; i < changes; ++i) {
    LinkChange change;
    change.link = static_cast<LinkId>((*random)() % topology.num_links());
    change.operational_state =
        (*random)() % 16 == 0 ? OperationalState::kDown : OperationalState::kUp;
    change.administrative_state =
        (*random)() % 16 == 0 ? AdministrativeState::kDrained : AdministrativeState::kEnabled;
    delta.push_back(change);
  }
  return topology.Apply(delta).value();
}

// Two links fail, or two of those that are out of use return.
Topology WithFailureOrRepair(const Topology& topology, std::mt19937* random) {
  const bool fail = (*random)() % 2 == 0;
  std::vector<LinkId> choice;
  for (LinkId l = 0; l < topology.num_links(); ++l) {
    if (topology.link(l).usable() == fail) choice.push_back(l);
  }
  std::shuffle(choice.begin(), choice.end(), *random);
  TopologyDelta delta;
  for (size_t i = 0; i < std::min<size_t>(2, choice.size()); ++i) {
    LinkChange change;
    change.link = choice[i];
    change.operational_state = fail ? OperationalState::kDown : OperationalState::kUp;
    delta.push_back(change);
  }
  return topology.Apply(delta).value();
}

std::vector<CandidatePathOptions> ManyOptions() {
  std::vector<CandidatePathOptions> all;
  for (Method method : {Method::kDiverse, Method::kYen}) {
    for (double stretch : {1.0, 1.5, std::numeric_limits<double>::infinity()}) {
      for (LinkMetric metric : {LinkMetric::kDelay, LinkMetric::kHops}) {
        CandidatePathOptions options = OneThread();
        options.method = method;
        options.max_stretch = stretch;
        options.metric = metric;
        options.max_paths = 5;
        all.push_back(options);
      }
    }
  }
  return all;
}

TEST(CandidatePathsTest, AreValidDistinctAndNoMoreThanAskedFor) {
  for (const CandidatePathOptions& options : ManyOptions()) {
    for (unsigned seed = 1; seed <= 5; ++seed) {
      const Topology topology = RandomConnected(seed, 14);
      const auto paths = CandidatePaths::Compute(topology, {}, options).value().paths();
      EXPECT_EQ(paths->num_pairs(), 14 * 13);
      EXPECT_EQ(paths->Validate(topology), absl::OkStatus());
      for (int i = 0; i < paths->num_pairs(); ++i) {
        std::set<Path> distinct;
        const PathSet::Range range = paths->paths_of(i);
        for (int p = range.begin; p < range.end; ++p) {
          distinct.emplace(paths->links(p).begin(), paths->links(p).end());
        }
        EXPECT_EQ(static_cast<int>(distinct.size()), range.size());
        EXPECT_GE(range.size(), 1);
        EXPECT_LE(range.size(), options.max_paths);
      }
    }
  }
}

TEST(CandidatePathsTest, StartWithTheShortestByDelay) {
  const Topology topology = RandomConnected(5, 20);
  const auto paths = CandidatePaths::Compute(topology, {}, OneThread()).value().paths();
  const std::vector<double> delays = LinkWeights(topology, LinkMetric::kDelay);
  for (int i = 0; i < paths->num_pairs(); ++i) {
    const ShortestPathTree tree(topology, delays, paths->pair(i).source);
    const absl::Duration delay = PropagationDelay(topology, paths->links(paths->paths_of(i).begin));
    EXPECT_NEAR(absl::ToDoubleSeconds(delay), tree.distance(paths->pair(i).destination), 1e-12);
  }
}

TEST(CandidatePathsTest, ListPairsInTheOrderAskedAndUnreachableOnesWithoutPaths) {
  const Topology topology = WithLink(Line(4), 2, OperationalState::kDown);  // B>C
  const std::vector<NodePair> pairs = {{3, 0}, {0, 3}, {0, 1}};
  const auto paths = CandidatePaths::Compute(topology, pairs, OneThread()).value().paths();
  EXPECT_TRUE(paths->pairs() == absl::MakeConstSpan(pairs));
  EXPECT_EQ(paths->paths_of(0).size(), 1);
  EXPECT_EQ(paths->paths_of(1).size(), 0);
  EXPECT_EQ(paths->paths_of(2).size(), 1);
}

TEST(CandidatePathsTest, UseBothSidesOfADiamondAndEveryParallelLink) {
  const auto diamond = CandidatePaths::Compute(Diamond(), {{0, 3}}, OneThread()).value().paths();
  EXPECT_EQ(diamond->num_paths(), 2);
  std::vector<Link> links;
  for (int i = 0; i < 8; ++i) AddCable(&links, 0, 1, kGigabit);
  const Topology parallel = Topology::Create("parallel", NamedNodes(2), links).value();
  const auto paths = CandidatePaths::Compute(parallel, {{0, 1}}, OneThread()).value().paths();
  EXPECT_EQ(paths->num_paths(), 8);
}

// Twelve sites hang on two hubs that only reach each other through the sites. All ways between the
// hubs tie.
TEST(CandidatePathsTest, SpreadPairsOverPathsThatTie) {
  constexpr int kSites = 12;
  std::vector<Link> links;
  for (NodeId site = 2; site < 2 + kSites; ++site) {
    AddCable(&links, site, 0, kGigabit);
    AddCable(&links, site, 1, kGigabit);
  }
  AddCable(&links, 1, 2 + kSites, 10 * kGigabit);
  AddCable(&links, 1, 3 + kSites, 10 * kGigabit);
  const Topology topology = Topology::Create("hubs", NamedNodes(4 + kSites), links).value();
  CandidatePathOptions options = OneThread();
  options.max_paths = 3;
  const std::vector<NodePair> pairs = {{0, 1}, {0, 2 + kSites}, {0, 3 + kSites},
                                       {1, 0}, {2 + kSites, 0}, {3 + kSites, 0}};
  const auto paths = CandidatePaths::Compute(topology, pairs, options).value().paths();
  std::set<NodeId> transit;
  for (LinkId l : paths->all_links()) {
    for (NodeId end : {topology.link(l).source, topology.link(l).destination}) {
      if (end >= 2 && end < 2 + kSites) transit.insert(end);
    }
  }
  EXPECT_GE(transit.size(), 6u);
}

TEST(CandidatePathsTest, KeepTheDelayLimit) {
  for (const CandidatePathOptions& options : ManyOptions()) {
    const Topology topology = RandomConnected(9, 16);
    const auto paths = CandidatePaths::Compute(topology, {}, options).value().paths();
    const std::vector<double> delays = LinkWeights(topology, LinkMetric::kDelay);
    for (int p = 0; p < paths->num_paths(); ++p) {
      const NodePair pair = paths->pair(paths->pair_of_path(p));
      const double least =
          ShortestPathTree(topology, delays, pair.source).distance(pair.destination);
      EXPECT_LE(absl::ToDoubleSeconds(PropagationDelay(topology, paths->links(p))),
                options.max_stretch * least * (1 + 1e-6));
    }
  }
}

TEST(CandidatePathsTest, ByYenAreTheShortestByDelay) {
  CandidatePathOptions options = OneThread();
  options.method = Method::kYen;
  const Topology topology = RandomConnected(2, 12);
  const auto paths = CandidatePaths::Compute(topology, {}, options).value().paths();
  const std::vector<double> delays = LinkWeights(topology, LinkMetric::kDelay);
  for (int i = 0; i < paths->num_pairs(); ++i) {
    const NodePair pair = paths->pair(i);
    const auto expected =
        KShortestPaths(topology, delays, pair.source, pair.destination, 8).value();
    const PathSet::Range range = paths->paths_of(i);
    ASSERT_EQ(range.size(), static_cast<int>(expected.size()));
    for (int k = 0; k < range.size(); ++k) {
      EXPECT_EQ(PropagationDelay(topology, paths->links(range.begin + k)),
                PropagationDelay(topology, expected[k]));
    }
  }
}

TEST(CandidatePathsTest, DoNotDependOnTheNumberOfThreads) {
  const Topology topology = RandomConnected(6, 25);
  CandidatePathOptions options = OneThread();
  const auto one = CandidatePaths::Compute(topology, {}, options).value().paths();
  for (int threads : {0, 2, 5}) {
    options.threads = threads;
    ExpectSamePaths(*one, *CandidatePaths::Compute(topology, {}, options).value().paths());
  }
}

TEST(CandidatePathsTest, UpdateGivesWhatComputingFromScratchGives) {
  int searched = 0, pairs = 0;
  for (const CandidatePathOptions& options : ManyOptions()) {
    for (unsigned seed = 1; seed <= 4; ++seed) {
      std::mt19937 random(seed);
      Topology topology = RandomConnected(seed, 12);
      if (seed % 2 == 0) topology = WithRandomChanges(topology, 20, &random);
      CandidatePaths updated = CandidatePaths::Compute(topology, {}, options).value();
      for (int step = 0; step < 12; ++step) {
        topology = step % 4 == 3 ? WithRandomChanges(topology, 3, &random)
                                 : WithFailureOrRepair(topology, &random);
        ASSERT_EQ(updated.Update(topology), absl::OkStatus());
        searched += updated.num_searched_pairs();
        pairs += updated.paths()->num_pairs();
        ExpectSamePaths(*updated.paths(),
                        *CandidatePaths::Compute(topology, {}, options).value().paths());
        if (HasFailure()) return;
      }
    }
  }
  EXPECT_LT(searched, pairs * 3 / 4) << "the update should spare pairs";
}

TEST(CandidatePathsTest, UpdateFollowsCapacityAndMetricChanges) {
  Topology topology = RandomConnected(8, 12);
  CandidatePaths updated = CandidatePaths::Compute(topology, {}, OneThread()).value();
  LinkChange change;
  change.link = 3;
  change.capacity_bps = 5e6;
  topology = topology.Apply({change}).value();
  ASSERT_EQ(updated.Update(topology), absl::OkStatus());
  ExpectSamePaths(*updated.paths(),
                  *CandidatePaths::Compute(topology, {}, OneThread()).value().paths());
}

TEST(CandidatePathsTest, UpdateSearchesOnlyPairsThatUsedTheLink) {
  const Topology topology = Line(6);
  CandidatePaths paths = CandidatePaths::Compute(topology, {}, OneThread()).value();
  const auto before = paths.paths();
  ASSERT_EQ(paths.Update(WithLink(topology, 0, OperationalState::kDown)), absl::OkStatus());
  EXPECT_EQ(paths.num_searched_pairs(), 5);  // A to the five others
  EXPECT_EQ(paths.paths()->num_paths(), 25);
  EXPECT_EQ(before->num_paths(), 30) << "sets handed out stay as they are";
  ASSERT_EQ(paths.Update(topology), absl::OkStatus());
  EXPECT_EQ(paths.num_searched_pairs(), 0);  // what was right before is right again
  ExpectSamePaths(*paths.paths(), *before);
}

TEST(CandidatePathsTest, RefuseBadRequests) {
  const Topology topology = Line(3);
  auto message = [&](std::vector<NodePair> pairs, int max_paths, double max_stretch, int threads) {
    CandidatePathOptions options;
    options.max_paths = max_paths;
    options.max_stretch = max_stretch;
    options.threads = threads;
    return std::string(CandidatePaths::Compute(topology, pairs, options).status().message());
  };
  EXPECT_THAT(message({{0, 3}}, 8, 2, 1), HasSubstr("node 3"));
  EXPECT_THAT(message({{1, 1}}, 8, 2, 1), HasSubstr("both ends at \"B\""));
  EXPECT_THAT(message({{0, 1}, {0, 1}}, 8, 2, 1), HasSubstr("A>B is listed twice"));
  EXPECT_THAT(message({}, 0, 2, 1), HasSubstr("max_paths is 0"));
  EXPECT_THAT(message({}, 8, 0.5, 1), HasSubstr("max_stretch is 0.5"));
  EXPECT_THAT(message({}, 8, 2, -1), HasSubstr("threads is -1"));
}

TEST(CandidatePathsTest, UpdateRefusesAnotherStructure) {
  CandidatePaths paths = CandidatePaths::Compute(Line(3), {}, OneThread()).value();
  const auto before = paths.paths();
  EXPECT_EQ(paths.Update(Line(4)).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(paths.paths(), before);
}

}  // namespace
}  // namespace rhumb
