// What the shipped files hold, against the counts and facts of topologies/data/SOURCES.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>
#include <string>

#include "topologies/formats/loader.h"
#include "topologies/generators/gravity.h"

namespace rhumb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct ShippedNetwork {
  const char* name;
  int nodes;
  int links;
  int drained;
};

void PrintTo(const ShippedNetwork& network, std::ostream* out) { *out << network.name; }

constexpr ShippedNetwork kNetworks[] = {
    {"abilene", 12, 30, 0},         {"b4", 12, 38, 0},       {"esnet5", 48, 154, 0},
    {"esnet5-backbone", 25, 78, 0}, {"esnet6", 80, 250, 18}, {"esnet6-backbone", 30, 94, 6},
    {"geant", 23, 74, 0},           {"nsfnet", 14, 42, 0},
};

class ShippedNetworkTest : public ::testing::TestWithParam<ShippedNetwork> {
 protected:
  static void SetUpTestSuite() { setenv("RHUMB_DATA", RHUMB_TEST_DATA_DIRECTORY, 1); }
  Loaded<Topology> Load() const { return LoadTopology(GetParam().name).value(); }
};

TEST_P(ShippedNetworkTest, HasTheStatedNodesAndLinks) {
  const Loaded<Topology> loaded = Load();
  int drained = 0;
  for (const Link& link : loaded.value.links()) {
    drained += link.administrative_state == AdministrativeState::kDrained;
    EXPECT_EQ(link.operational_state, OperationalState::kUp);
  }
  EXPECT_EQ(loaded.value.num_nodes(), GetParam().nodes);
  EXPECT_EQ(loaded.value.num_links(), GetParam().links);
  EXPECT_EQ(drained, GetParam().drained);
  EXPECT_EQ(loaded.value.name(), GetParam().name);
  EXPECT_THAT(loaded.report.notes, IsEmpty());
}

TEST_P(ShippedNetworkTest, SaysWhereItComesFrom) {
  EXPECT_THAT(Load().value.origin(), HasSubstr("SOURCES.md"));
}

TEST_P(ShippedNetworkTest, IsConnectedOverUsableLinks) {
  const Topology topology = Load().value;
  for (NodeId v = 0; v < topology.num_nodes(); ++v) {
    EXPECT_THAT(HopDistances(topology, v), ::testing::Each(::testing::Ge(0)));
  }
}

TEST_P(ShippedNetworkTest, IsTheSameInBothDirections) {
  const Topology topology = Load().value;
  std::multiset<std::tuple<int, int, double, double, double, bool>> forward, backward;
  for (const Link& link : topology.links()) {
    const double delay_s = absl::ToDoubleSeconds(link.propagation_delay);
    forward.emplace(link.source, link.destination, link.capacity_bps, delay_s, link.igp_metric,
                    link.usable());
    backward.emplace(link.destination, link.source, link.capacity_bps, delay_s, link.igp_metric,
                     link.usable());
  }
  EXPECT_EQ(forward, backward);
}

TEST_P(ShippedNetworkTest, NoDelayBeatsLightInGlass) {
  const Topology topology = Load().value;
  for (const Link& link : topology.links()) {
    const auto& a = topology.node(link.source).coordinates;
    const auto& b = topology.node(link.destination).coordinates;
    EXPECT_GE(link.propagation_delay, absl::Microseconds(20)) << link.name;
    if (!a || !b) continue;
    // Half a millisecond of slack: ESnet5's metrics are round trips in whole milliseconds.
    EXPECT_GE(absl::ToDoubleMilliseconds(link.propagation_delay) + 0.5, GreatCircleKm(*a, *b) / 205)
        << link.name;
  }
}

INSTANTIATE_TEST_SUITE_P(All, ShippedNetworkTest, ::testing::ValuesIn(kNetworks),
                         [](const auto& info) {
                           std::string name = info.param.name;
                           for (char& c : name) {
                             if (c == '-') c = '_';
                           }
                           return name;
                         });

class ShippedDataTest : public ::testing::Test {
 protected:
  void SetUp() override { setenv("RHUMB_DATA", RHUMB_TEST_DATA_DIRECTORY, 1); }
};

TEST_F(ShippedDataTest, EveryShippedFileIsInTheTableAbove) {
  std::vector<std::string> expected;
  for (const ShippedNetwork& network : kNetworks) expected.push_back(network.name);
  EXPECT_EQ(ShippedTopologies(), expected);
  EXPECT_THAT(ShippedTraffic(), ElementsAre("abilene-2004"));
}

TEST_F(ShippedDataTest, CostedOutCircuitsAreDrainedParallelLinksOfOneRiskGroup) {
  const Topology topology = LoadTopology("esnet6-backbone").value().value;
  const Link& in_service = topology.link(topology.FindLink("CHIC>STAR").value());
  const Link& costed_out = topology.link(topology.FindLink("CHIC>STAR#2").value());
  EXPECT_TRUE(in_service.usable());
  EXPECT_EQ(in_service.capacity_bps, 1.6e12);
  EXPECT_EQ(costed_out.administrative_state, AdministrativeState::kDrained);
  EXPECT_EQ(costed_out.capacity_bps, 1e11);
  EXPECT_EQ(costed_out.igp_metric, 15000000);
  EXPECT_EQ(topology.LinksOfRiskGroup("CHIC-STAR").value().size(), 4);
}

TEST_F(ShippedDataTest, AbileneTrafficFitsAbileneAndCoversOneDay) {
  const Topology topology = LoadTopology("abilene").value().value;
  const TrafficSeries series =
      LoadTraffic("abilene-2004").value().value.ForTopology(topology).value();
  ASSERT_EQ(series.size(), 288);
  EXPECT_EQ(series.interval(), absl::Minutes(5));
  for (int t = 0; t < series.size(); ++t) {
    EXPECT_EQ(*series[t].time, absl::FromCivil(absl::CivilSecond(2004, 3, 1), absl::UTCTimeZone()) +
                                   t * absl::Minutes(5));
  }
  // The source's first matrix sums to 2541.72 Mbit/s, its third to 2620.69.
  EXPECT_NEAR(series.demands(0).total_bps(), 2541.72e6, 1e4);
  EXPECT_NEAR(series.demands(2).total_bps(), 2620.69e6, 1e4);
}

}  // namespace
}  // namespace rhumb
