#include "topologies/formats/repetita.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/topologies/formats/reading.h"

namespace rhumb {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using testing::Fault;
using ::testing::HasSubstr;
using testing::TopologyRefusal;
using testing::TrafficRefusal;

constexpr char kGraph[] = R"(NODES 3
label x y
0_New_York -74.00597 40.71427
5_Chicago -87.65005 41.85003
2_Nowhere 0.0 0.0

EDGES 4
label src dest weight bw delay
edge_0 0 1 10 9953280 1913
edge_1 1 0 10 9953280 9000
edge_2 1 2 20 155520 700
edge_3 2 1 20 155520 700
)";

TEST(RepetitaTest, ReadsDirectedEdgesWithWeightKilobitsAndMicroseconds) {
  const auto loaded = ReadTopology(kGraph, "Test.graph");

  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const Topology& topology = loaded->value;
  EXPECT_EQ(loaded->report.format, "Repetita graph");
  EXPECT_EQ(topology.name(), "Test");
  ASSERT_EQ(topology.num_links(), 4);
  EXPECT_EQ(topology.link(0).name, "0_New_York>5_Chicago");
  EXPECT_EQ(topology.link(0).igp_metric, 10);
  EXPECT_EQ(topology.link(0).capacity_bps, 9953280e3);
  EXPECT_EQ(topology.link(2).propagation_delay, absl::Microseconds(700));
}

TEST(RepetitaTest, DelaysFasterThanLightAreReplaced) {
  const auto loaded = ReadTopology(kGraph, "Test.graph");
  // 1,146 km take light 3.8 ms: 1.9 ms cannot be, 9 ms can.
  EXPECT_NEAR(absl::ToDoubleMilliseconds(loaded->value.link(0).propagation_delay), 8.71, 0.02);
  EXPECT_EQ(loaded->value.link(1).propagation_delay, absl::Milliseconds(9));
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("faster than light replaced")));
  EXPECT_FALSE(loaded->value.node(2).coordinates.has_value());
}

TEST(RepetitaTest, DemandsAreBetweenPositionsOfTheTopology) {
  const Topology topology = ReadTopology(kGraph, "Test.graph")->value;
  LoadOptions options;
  options.topology = &topology;
  const auto loaded = ReadTraffic("DEMANDS 2\nlabel src dest bw\nd_0 0 1 300\nd_1 2 0 7\n",
                                  "T.0000.demands", options);

  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const auto mapped = loaded->value.ForTopology(topology);
  ASSERT_TRUE(mapped.ok()) << mapped.status();
  EXPECT_DOUBLE_EQ(mapped->demands(0).rate_bps(0, 1), 300e3);
  EXPECT_DOUBLE_EQ(mapped->demands(0).rate_bps(2, 0), 7e3);
  EXPECT_EQ(loaded->value.name(), "T.0000");
}

TEST(RepetitaTest, WithoutATopologyNodesAreNamedByNumber) {
  const auto loaded = ReadTraffic("DEMANDS 1\nlabel src dest bw\nd_0 0 2 300\n", "t.demands");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_THAT(loaded->value.node_names(), ::testing::ElementsAre("0", "1", "2"));
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("no topology")));
}

TEST(RepetitaTest, DemandsBeyondTheTopologyAreRefused) {
  const Topology topology = ReadTopology(kGraph, "Test.graph")->value;
  LoadOptions options;
  options.topology = &topology;
  EXPECT_THAT(TrafficRefusal("DEMANDS 1\nlabel src dest bw\nd_0 0 3 300\n", options),
              AllOf(HasSubstr("node number 3"), HasSubstr("\"Test\"")));
}

class RepetitaFaultTest : public ::testing::TestWithParam<Fault> {};

TEST_P(RepetitaFaultTest, IsRefusedWithFileAndReason) {
  const std::string& content = GetParam().content;
  const std::string refusal =
      content[0] == 'D' ? TrafficRefusal(content) : TopologyRefusal(content);
  EXPECT_THAT(refusal, AllOf(HasSubstr("the-file"), HasSubstr(GetParam().says)));
}

std::string Graph(const std::string& edge) {
  return "NODES 2\nlabel x y\nA 1.5 2\nB 3 4\n\nEDGES 1\nlabel src dest weight bw delay\n" + edge +
         "\n";
}

INSTANTIATE_TEST_SUITE_P(
    All, RepetitaFaultTest,
    ::testing::Values(
        Fault{"CutShortInNodes", "NODES 3\nlabel x y\nA 1 2\n", "after 1 of 3 entries"},
        Fault{"CutShortInEdges",
              "NODES 1\nlabel x y\nA 1 2\nEDGES 2\nlabel src dest weight bw delay\n",
              "after 0 of 2 entries"},
        Fault{"NoEdges", "NODES 1\nlabel x y\nA 1 2\n", "section EDGES is missing"},
        Fault{"UnknownNode", Graph("e 0 2 1 100 1"),
              "the-file:8: section EDGES: expected node numbers from 0 to 1"},
        Fault{"ZeroCapacity", Graph("e 0 1 1 0 1"), "the-file:8: link 0-1 has capacity 0"},
        Fault{"NanCapacity", Graph("e 0 1 1 nan 1"), "the bandwidth: \"nan\""},
        Fault{"NegativeDelay", Graph("e 0 1 1 100 -3"), "delay -3us; give one from 0 to a minute"},
        Fault{"ZeroWeight", Graph("e 0 1 0 100 1"), "metric 0"},
        Fault{"FewValues", Graph("0 1 1 100 1"), "expected 6 values"},
        Fault{"TooMany", Graph("e 0 1 1 100 1\ne 1 0 1 100 1"), "the-file:9: more entries"},
        Fault{"OtherColumns", "NODES 1\nname lat lon\n", "expected the column names"},
        Fault{"BadCount", "NODES many\n", "expected \"NODES\" and their number"},
        Fault{"HugeCount", "NODES 2000000000\nlabel x y\n", "after 0 of 2000000000"},
        Fault{"NegativeDemand", "DEMANDS 1\nlabel src dest bw\nd 0 1 -5\n",
              "demand 0>1 has the rate -5000"},
        Fault{"HugeNode", "DEMANDS 1\nlabel src dest bw\nd 0 2000000000 5\n", "2000000000"},
        Fault{"NoDemands", "DEMANDS 0\nlabel src dest bw\n", "no demands"},
        Fault{"DemandsCutShort", "DEMANDS 2\nlabel src dest bw\nd 0 1 5\n", "after 1 of 2"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace rhumb
