#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "agents/neural/network_shape.h"
#include "agents/training/event_file.h"
#include "agents/training/network_families.h"
#include "agents/training/packerl_networks.h"
#include "agents/training/traffic_process.h"
#include "agents/training/training_config.h"
#include "topologies/paths/shortest_paths.h"

namespace rhumb::training {
namespace {

using ::testing::HasSubstr;

TEST(NetworkFamiliesTest, EveryFamilyGivesConnectedNetworksOfTheSizeAskedFor) {
  for (const char* name :
       {"waxman", "ring-chords", "two-level", "heavy-tail", "grid", "access", "packerl"}) {
    for (uint64_t seed = 0; seed < 30; ++seed) {
      NetworkDraw draw;
      draw.families = {*ParseNetworkFamily(name)};
      draw.min_nodes = 5;
      draw.max_nodes = 40;
      Random random(seed);
      const Topology topology = DrawNetwork(draw, random);
      EXPECT_GE(topology.num_nodes(), 5);
      EXPECT_LE(topology.num_nodes(), 40);
      const Topology broken = WithFailures(topology, random);
      const ShortestPathTree tree(broken, LinkWeights(broken, LinkMetric::kHops), 0);
      EXPECT_EQ(static_cast<int>(tree.order().size()), topology.num_nodes()) << name << " " << seed;
    }
  }
  EXPECT_FALSE(ParseNetworkFamily("torus").ok());
}

TEST(NetworkFamiliesTest, TheSlowestLinksOfAnAccessNetworkLeadToItsEdge) {
  NetworkDraw draw;
  draw.families = {NetworkFamily::kAccess};
  for (uint64_t seed = 0; seed < 50; ++seed) {
    Random random(seed);
    const Topology topology = DrawNetwork(draw, random);
    double slowest = 1e15;
    for (const Link& link : topology.links()) slowest = std::min(slowest, link.capacity_bps);
    bool at_edge = false;
    for (const Link& link : topology.links()) {
      std::set<NodeId> neighbours;
      for (LinkId out : topology.out_links(link.source)) {
        neighbours.insert(topology.link(out).destination);
      }
      at_edge = at_edge || (link.capacity_bps == slowest && neighbours.size() <= 2);
    }
    EXPECT_TRUE(at_edge) << topology.name() << ", seed " << seed;
  }
}

TEST(PackerlNetworksTest, HaveTheRatesDelaysAndMetricsThatWerePublished) {
  // 10^7 / (50,000 kbit/s) = 200, and 50 times 100 us.
  EXPECT_DOUBLE_EQ(EigrpStyleMetric(50e6, absl::Milliseconds(5)), 256 * 250);
  std::set<std::string> graphs;
  Random few(1);
  EXPECT_EQ(DrawPackerlNetwork(4, few).topology.num_nodes(), 4);
  for (uint64_t seed = 0; seed < 30; ++seed) {
    Random random(seed);
    const Topology topology = DrawPackerlNetwork(8, random).topology;
    graphs.insert(topology.name());
    double lowest = 1e12, highest = 0;
    for (const Link& link : topology.links()) {
      lowest = std::min(lowest, link.capacity_bps);
      highest = std::max(highest, link.capacity_bps);
      EXPECT_EQ(link.propagation_delay, absl::Milliseconds(5));
      EXPECT_DOUBLE_EQ(link.igp_metric, EigrpStyleMetric(link.capacity_bps, absl::Milliseconds(5)));
    }
    EXPECT_DOUBLE_EQ(lowest, 50e6);
    EXPECT_DOUBLE_EQ(highest, 200e6);
  }
  EXPECT_THAT(graphs, ::testing::UnorderedElementsAre("barabasi-albert-8", "erdos-renyi-8",
                                                      "watts-strogatz-8"));
}

TEST(PackerlNetworksTest, CarryAsManyFlowsAsWerePublished) {
  Random random(3);
  const PackerlNetwork network = DrawPackerlNetwork(8, random);
  const TrafficMatrix once = DrawPackerlTraffic(network, 1, random);
  const TrafficMatrix thrice = DrawPackerlTraffic(network, 3, random);
  // Gaps of 0.7 ms / (scaling of traffic and graph) on the scale of a log-logistic distribution of
  // shape 1.5, whose mean is 2.418 times that; the longest gap of 50 ms cuts little off.
  const double flows_per_s = 1 / (2.418 * 0.7e-3 / network.graph_scaling);
  // Mean of a Pareto distribution of shape 0.4 - ln(0.6) / 37 from 10 B to 12.5 MB, summed up.
  const double shape = 0.4 - std::log(0.6) / 37, whole = 1 - std::pow(10 / 12.5e6, shape);
  double mean_bytes = 10;
  for (double x = 10; x < 12.5e6; x *= 1.0001) {
    const double above = (std::pow(10 / x, shape) - 1 + whole) / whole;  // share of larger flows
    mean_bytes += above * 0.0001 * x;
  }
  EXPECT_NEAR(once.total_bps(), flows_per_s * mean_bytes * 8, 0.05 * once.total_bps());
  EXPECT_NEAR(thrice.total_bps() / once.total_bps(), 3, 0.1);
  for (NodeId s = 0; s < 8; ++s) {
    EXPECT_EQ(once.rate_bps(s, s), 0);
    for (NodeId d = 0; d < 8; ++d) {
      if (s == d) continue;
      const double gravity = network.potentials[s] * network.potentials[d];
      EXPECT_NEAR(once.rate_bps(s, d) / gravity,
                  once.rate_bps(0, 1) / (network.potentials[0] * network.potentials[1]),
                  0.25 * once.rate_bps(s, d) / gravity);
    }
  }
}

TEST(TrafficProcessTest, ConstantSamplesRepeatAndOthersMove) {
  Random random(1);
  const Topology topology = DrawNetwork({{NetworkFamily::kWaxman}, 8, 8}, random);
  std::vector<NodePair> pairs;
  for (NodeId s = 0; s < 8; ++s) {
    for (NodeId d = 0; d < 8; ++d) {
      if (s != d) pairs.push_back({s, d});
    }
  }
  for (double generator_share : {0.0, 1.0}) {
    for (double constant_share : {0.0, 1.0}) {
      const DemandSample sample =
          DrawDemands(topology, pairs, {constant_share, generator_share}, random);
      bool moved = false;
      double sum = 0;
      for (size_t i = 0; i < pairs.size(); ++i) {
        EXPECT_GE(sample.next[i], 0);
        sum += sample.next[i];
        for (int h = 0; h < neural::kHistory; ++h) {
          EXPECT_TRUE(std::isfinite(sample.history[i * neural::kHistory + h]));
          moved = moved || sample.history[i * neural::kHistory + h] != sample.next[i];
        }
      }
      EXPECT_GT(sum, 0);
      EXPECT_EQ(moved, constant_share == 0);
    }
  }
}

TEST(TrainingConfigTest, ReadsTheShippedFileAsTheDefaults) {
  std::ifstream file(RHUMB_DEFAULT_CONFIG);
  std::ostringstream text;
  text << file.rdbuf();
  const auto shipped = ParseTrainingConfig(text.str(), "default.toml");
  ASSERT_TRUE(shipped.ok()) << shipped.status();
  const auto defaults = ParseTrainingConfig("", "defaults");
  ASSERT_TRUE(defaults.ok());
  EXPECT_EQ(shipped->updates, defaults->updates);
  EXPECT_EQ(shipped->earlier_iterations, defaults->earlier_iterations);
  EXPECT_EQ(shipped->pool.count, defaults->pool.count);
  EXPECT_EQ(shipped->pool.max_pairs, defaults->pool.max_pairs);
  EXPECT_EQ(shipped->pool.networks.max_nodes, defaults->pool.networks.max_nodes);
  EXPECT_EQ(shipped->pool.networks.families, defaults->pool.networks.families);
  EXPECT_DOUBLE_EQ(shipped->learning_rate, defaults->learning_rate);
  EXPECT_EQ(shipped->warm_up, defaults->warm_up);
  EXPECT_EQ(shipped->patience, defaults->patience);
}

TEST(TrainingConfigTest, ReportsEveryProblemAtOnce) {
  const auto config = ParseTrainingConfig(
      "speed = 1\ntraffic = 2\n[networks]\nfamilies = [\"torus\"]\ncount = 0\n[optimizer]\n"
      "updates = 2.5\nlerning_rate = 1\n[optimiser]\n",
      "a.toml");
  ASSERT_FALSE(config.ok());
  const std::string message(config.status().message());
  for (const char* part :
       {"a.toml:1: speed is not known", "a.toml:2: traffic is not a section; write [traffic]",
        "a.toml:4: networks.families is not a list of waxman",
        "a.toml:5: networks.count is not a whole number from 1 to 1e+06",
        "a.toml:7: optimizer.updates is not a whole number",
        "a.toml:8: optimizer.lerning_rate is not known; keys here are average_memory",
        "a.toml:9: optimiser is not a section; there are networks"}) {
    EXPECT_THAT(message, HasSubstr(part));
  }
  EXPECT_THAT(std::string(ParseTrainingConfig("a = [", "a.toml").status().message()),
              HasSubstr("a.toml:1: not valid TOML"));
}

TEST(EventFileTest, ChecksumIsCastagnolis) { EXPECT_EQ(Crc32c("123456789"), 0xe3069283U); }

// Reads records and events back with a reader of its own, as TensorBoard would.
TEST(EventFileTest, WritesScalarsThatReadBack) {
  const auto directory =
      std::filesystem::temp_directory_path() / ("rhumb-events-" + std::to_string(getpid()));
  std::filesystem::create_directory(directory);
  {
    EventFile events;
    ASSERT_TRUE(events.Open(directory.string()).ok());
    events.Scalar(300, "loss", 0.25);
  }
  const std::filesystem::path path = *std::filesystem::directory_iterator(directory);
  EXPECT_THAT(path.filename().string(), HasSubstr("tfevents"));
  std::ifstream file(path, std::ios::binary);
  std::ostringstream all;
  all << file.rdbuf();
  const std::string bytes = all.str();
  std::filesystem::remove_all(directory);

  std::vector<std::string> events;
  for (size_t at = 0; at < bytes.size();) {
    uint64_t length = 0;
    uint32_t length_crc = 0, data_crc = 0;
    std::memcpy(&length, &bytes[at], 8);
    std::memcpy(&length_crc, &bytes[at + 8], 4);
    ASSERT_LE(at + 16 + length, bytes.size());
    const std::string data = bytes.substr(at + 12, length);
    std::memcpy(&data_crc, &bytes[at + 12 + length], 4);
    const auto unmask = [](uint32_t masked) {
      const uint32_t rotated = masked - 0xa282ead8U;
      return (rotated >> 17) | (rotated << 15);
    };
    EXPECT_EQ(unmask(length_crc), Crc32c(bytes.substr(at, 8)));
    EXPECT_EQ(unmask(data_crc), Crc32c(data));
    events.push_back(data);
    at += 16 + length;
  }
  ASSERT_EQ(events.size(), 2U);
  EXPECT_THAT(events[0], HasSubstr("brain.Event:2"));
  // wall_time: key 9 and 8 bytes; step 300: key 16, varint ac 02; summary: key 42, its length,
  // value: key 10, its length, tag: key 10, 4, "loss"; simple_value: key 21, 4 bytes.
  const float quarter = 0.25F;
  std::string tail("\x10\xac\x02\x2a\x0d\x0a\x0b\x0a\x04loss\x15", 14);
  tail.append(reinterpret_cast<const char*>(&quarter), 4);
  EXPECT_EQ(events[1].substr(9), tail);
}

}  // namespace
}  // namespace rhumb::training
