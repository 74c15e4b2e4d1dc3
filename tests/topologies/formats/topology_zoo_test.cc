#include "topologies/formats/topology_zoo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/topologies/formats/reading.h"
#include "topologies/formats/link_label.h"
#include "topologies/formats/topology_draft.h"

namespace rhumb {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using testing::Fault;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TopologyRefusal;

constexpr char kHead[] = R"(<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key attr.name="label" attr.type="string" for="node" id="L" />
<key attr.name="Latitude" attr.type="double" for="node" id="LAT" />
<key attr.name="Longitude" attr.type="double" for="node" id="LON" />
<key attr.name="Internal" attr.type="int" for="node" id="INT" />
<key attr.name="hyperedge" attr.type="int" for="node" id="HYP" />
<key attr.name="LinkSpeedRaw" attr.type="double" for="edge" id="RAW" />
<key attr.name="LinkSpeed" attr.type="string" for="edge" id="SPEED" />
<key attr.name="LinkSpeedUnits" attr.type="string" for="edge" id="UNITS" />
<key attr.name="LinkLabel" attr.type="string" for="edge" id="LABEL" />
<key attr.name="LinkType" attr.type="string" for="edge" id="TYPE" />
<key attr.name="Network" attr.type="string" for="graph" id="NET" />
<graph edgedefault="undirected"><data key="NET">Testnet</data>
)";

std::string Node(int id, absl::string_view data = "") {
  return absl::StrCat("<node id=\"", id, "\">", data, "</node>\n");
}

std::string Edge(int source, int target, absl::string_view data = "<data key=\"RAW\">1e9</data>") {
  return absl::StrCat("<edge source=\"", source, "\" target=\"", target, "\">", data, "</edge>\n");
}

std::string Graph(absl::string_view body) {
  return absl::StrCat(kHead, body, "</graph></graphml>");
}

TEST(TopologyZooTest, ReadsLabelsPlacesAndSpeedsOfUndirectedEdges) {
  const auto loaded =
      ReadTopology(Graph(Node(0,
                              "<data key=\"L\">New York</data><data key=\"LAT\">40.71427</data>"
                              "<data key=\"LON\">-74.00597</data>") +
                         Node(1,
                              "<data key=\"L\">Chicago</data><data key=\"LAT\">41.85003</data>"
                              "<data key=\"LON\">-87.65005</data>") +
                         Edge(0, 1, "<data key=\"RAW\">2500000000.0</data>")),
                   "dir/Test.graphml");

  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const Topology& topology = loaded->value;
  EXPECT_EQ(loaded->report.format, "Topology Zoo GraphML");
  EXPECT_EQ(topology.name(), "Test");
  EXPECT_THAT(topology.origin(), HasSubstr("Testnet"));
  ASSERT_EQ(topology.num_links(), 2);
  EXPECT_EQ(topology.link(0).name, "New York>Chicago");
  EXPECT_EQ(topology.link(1).name, "Chicago>New York");
  EXPECT_EQ(topology.link(1).capacity_bps, 2.5e9);
  // 1,145.9 km by an independent calculator; x 1.52 / 200 km per ms = 8.71 ms.
  EXPECT_NEAR(absl::ToDoubleMilliseconds(topology.link(0).propagation_delay), 8.71, 0.02);
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("derived from coordinates")));
}

TEST(TopologyZooTest, TakesTheSpeedFromTheBestAttributeThereIs) {
  const auto loaded = ReadTopology(
      Graph(Node(0) + Node(1) +
            Edge(0, 1, "<data key=\"RAW\">1e9</data><data key=\"LABEL\">10 Gbps</data>") +
            Edge(0, 1, "<data key=\"SPEED\">155</data><data key=\"UNITS\">M</data>") +
            Edge(0, 1, "<data key=\"LABEL\">OC-192c</data>") +
            Edge(0, 1, "<data key=\"LABEL\">backbone</data><data key=\"TYPE\">T1</data>")),
      "Test.graphml");

  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->value.link(0).capacity_bps, 1e9);
  EXPECT_EQ(loaded->value.link(2).capacity_bps, 155e6);
  EXPECT_NEAR(loaded->value.link(4).capacity_bps, 192 * 51.84e6, 1);
  EXPECT_EQ(loaded->value.link(6).capacity_bps, 1.544e6);
  EXPECT_EQ(loaded->value.link(6).name, "n0>n1#4");
}

TEST(TopologyZooTest, RepeatedMissingAndUnusableLabelsBecomeUniqueNames) {
  const auto loaded = ReadTopology(
      Graph(Node(0, "<data key=\"L\">Paris</data>") + Node(1, "<data key=\"L\">Paris</data>") +
            Node(2, "<data key=\"L\">None</data>") + Node(3, "<data key=\"L\">??\?</data>") +
            Node(4, "<data key=\"L\"> Washington, DC </data>") + Edge(0, 1) + Edge(1, 2) +
            Edge(2, 3) + Edge(3, 4)),
      "t");

  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->value.node(0).name, "Paris");
  EXPECT_EQ(loaded->value.node(1).name, "Paris_2");
  EXPECT_EQ(loaded->value.node(2).name, "n2");
  EXPECT_EQ(loaded->value.node(3).name, "n3");
  EXPECT_EQ(loaded->value.node(4).name, "Washington DC");
  EXPECT_THAT(loaded->report.notes, Contains("repeated node labels numbered: 1"));
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("without a label, named by id: 2")));
}

TEST(TopologyZooTest, AnIdThatIsNoNumberIsTheNameAndNestedGraphsAreCounted) {
  std::string graph = Graph(
      "<node id=\"Paris\"><graph><node id=\"inner\"/></graph></node>"
      "<node id=\"Rome\"/><edge source=\"Paris\" target=\"Rome\">"
      "<data key=\"RAW\">1e9</data></edge>");
  const auto loaded = ReadTopology(graph, "t");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->value.num_nodes(), 2);
  EXPECT_EQ(loaded->value.link(0).name, "Paris>Rome");
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("graphs inside a node not read: 1")));
}

TEST(TopologyZooTest, SkipsSelfLoopsKeepsParallelEdgesHyperedgeAndExternalNodesAndCountsThem) {
  const auto loaded = ReadTopology(
      Graph(Node(0, "<data key=\"INT\">0</data>") + Node(1, "<data key=\"HYP\">1</data>") +
            Edge(0, 1) + Edge(0, 0) + Edge(1, 0)),
      "t");

  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->value.num_links(), 4);
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("self-loops skipped: 1")));
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("hyperedge nodes kept as nodes: 1")));
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("external nodes kept: 1")));
  EXPECT_THAT(loaded->report.notes, Contains("link delays unknown, set to 1ms: 4"));
}

TEST(TopologyZooTest, DirectedGraphsKeepTheirDirections) {
  std::string graph = Graph(Node(0) + Node(1) + Edge(0, 1) + Edge(1, 0));
  graph.replace(graph.find("undirected"), 10, "directed");
  EXPECT_EQ(ReadTopology(graph, "t")->value.num_links(), 2);
}

TEST(TopologyZooTest, MissingCapacityIsRefusedNamingTheLinkUnlessADefaultIsGiven) {
  const std::string graph = Graph(Node(0) + Node(1) + Node(2) + Edge(0, 1) + Edge(1, 2, ""));
  EXPECT_THAT(TopologyRefusal(graph), AllOf(HasSubstr("the-file:19"), HasSubstr("n1>n2"),
                                            HasSubstr("2 of 4"), HasSubstr("--default-capacity")));
  LoadOptions options;
  options.default_capacity_bps = 10e9;
  options.default_delay = absl::Milliseconds(3);
  const auto loaded = ReadTopology(graph, "t", options);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->value.link(0).capacity_bps, 1e9);
  EXPECT_EQ(loaded->value.link(2).capacity_bps, 10e9);
  EXPECT_EQ(loaded->value.link(2).propagation_delay, absl::Milliseconds(3));
  EXPECT_THAT(loaded->report.notes,
              Contains("links without a capacity given the default of 10 Gbit/s: 2"));
}

TEST(TopologyZooTest, BadCoordinatesAreLeftOutAndCounted) {
  const auto loaded =
      ReadTopology(Graph(Node(0, "<data key=\"LAT\">95</data><data key=\"LON\">1</data>") +
                         Node(1, "<data key=\"LAT\">north</data><data key=\"LON\">1</data>") +
                         Node(2, "<data key=\"LAT\">0</data><data key=\"LON\">0.0</data>") +
                         Edge(0, 1) + Edge(1, 2)),
                   "t");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("outside the earth left out: 1")));
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("not numbers left out: 1")));
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("0, 0 taken as unknown: 1")));
}

TEST(TopologyZooTest, DisconnectedGraphsAreRefusedNamingThePartsOrCutToTheLargest) {
  const std::string graph = Graph(Node(0) + Node(1) + Node(2) + Edge(0, 1));
  EXPECT_THAT(TopologyRefusal(graph),
              AllOf(HasSubstr("2 parts"), HasSubstr("n0"), HasSubstr("n2")));
  LoadOptions options;
  options.largest_part = true;
  EXPECT_EQ(ReadTopology(graph, "t", options)->value.num_nodes(), 2);
}

TEST(TopologyZooTest, Latin1LabelsBecomeUtf8) {
  std::string graph = Graph(Node(0, "<data key=\"L\">Z\xfcrich</data>") + Node(1) + Edge(0, 1));
  graph.replace(graph.find("utf-8"), 5, "ISO-8859-1");
  EXPECT_EQ(ReadTopology(graph, "t")->value.node(0).name, "Z\xc3\xbcrich");
}

TEST(TopologyZooTest, CarriageReturnsAndByteOrderMarkDoNotMatter) {
  const std::string graph = Graph(Node(0, "<data key=\"L\">A</data>") + Node(1) + Edge(0, 1));
  const auto loaded = ReadTopology("\xef\xbb\xbf" + testing::WithCarriageReturns(graph), "t");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->value.node(0).name, "A");
}

class TopologyZooFaultTest : public ::testing::TestWithParam<Fault> {};

TEST_P(TopologyZooFaultTest, IsRefusedWithFileAndReason) {
  EXPECT_THAT(TopologyRefusal(GetParam().content),
              AllOf(HasSubstr("the-file"), HasSubstr(GetParam().says)));
}

INSTANTIATE_TEST_SUITE_P(
    All, TopologyZooFaultTest,
    ::testing::Values(
        Fault{"UnknownNode", Graph(Node(0) + Node(1) + Edge(0, 7)), "the-file:17: link 0-7"},
        Fault{"RepeatedId", Graph(Node(0) + Node(0)), "the-file:16: node id \"0\" is used twice"},
        Fault{"EmptyId", Graph("<node/>"), "empty id"},
        Fault{"NoTarget", Graph(Node(0) + "<edge source=\"0\"/>"), "lacks its source or target"},
        Fault{"ZeroSpeed", Graph(Node(0) + Node(1) + Edge(0, 1, "<data key=\"RAW\">0</data>")),
              "capacity 0"},
        Fault{"NegativeSpeed", Graph(Node(0) + Node(1) + Edge(0, 1, "<data key=\"RAW\">-1</data>")),
              "capacity -1"},
        Fault{"NanSpeed", Graph(Node(0) + Node(1) + Edge(0, 1, "<data key=\"RAW\">nan</data>")),
              "\"nan\""},
        Fault{"NoGraph", "<graphml></graphml>", "no <graph>"},
        Fault{"NoNodes", Graph(""), "no nodes"},
        Fault{"CutShort", Graph(Node(0)).substr(0, sizeof(kHead) + 8), "well-formed"},
        Fault{"EntityBomb",
              "<!DOCTYPE graphml [<!ENTITY a \"aaaa\">\n<!ENTITY b \"&a;&a;\">]>\n<graphml/>",
              "the-file:1: declares XML entities"},
        Fault{"ForeignEncoding", "<?xml version=\"1.0\" encoding=\"EBCDIC\"?><graphml/>", "ebcdic"},
        Fault{"OtherXml", "<html></html>", "root element <html>; a topology is read from: native"}),
    [](const auto& info) { return info.param.name; });

TEST(LinkLabelTest, ReadsTheRatesOfRealLabels) {
  const std::pair<const char*, double> cases[] = {
      {"10 Gbps", 10e9},
      {"2.5 Gbit/s", 2.5e9},
      {"1Gb/s", 1e9},
      {"155M", 155e6},
      {"34M", 34e6},
      {"2.5G", 2.5e9},
      {"1GE Primary Link", 1e9},
      {"10 GE", 10e9},
      {"GigE", 1e9},
      {"Lit Fibre (10 Gbps)", 10e9},
      {"SMfiber/1Gbps", 1e9},
      {"Peering, 13 Gbps", 13e9},
      {"LES/EES/WSES 100 Mbps", 100e6},
      {"OC192/STM64", 192 * 51.84e6},
      {"OC-192c", 192 * 51.84e6},
      {"STM-1", 155.52e6},
      {"155 Mbps OC-3", 155e6},
      {"45 Mbps DS-3", 45e6},
      {"internetMCI T3", 44.736e6},
      {"T1", 1.544e6},
      {"E1", 2.048e6},
      {"E3", 34.368e6},
      {"STM-64x2", 2 * 64 * 155.52e6},
      {"10GEx4", 40e9},
      {"4*2 Mbps PDH", 8e6},
      {"2 x E3", 2 * 34.368e6},
      {"Gigabit Ethernet", 1e9},
      {"Fast Ethernet", 100e6},
      {"3x10Gb/s", 30e9},
      {"3*10 Gbit/s", 30e9},
      {"8*GbE", 8e9},
      {"10-GigE", 10e9},
      {"10 Gigabit Ethernet", 10e9},
      {"5x1 Gbps + 2x STM-1", 5e9 + 2 * 155.52e6},
      {"155Mbs/OC-3", 155e6},
      {"STM-16 (2.5G)", 16 * 155.52e6},
  };
  for (const auto& [label, rate] : cases) {
    const auto found = RateOfLinkLabel(label);
    ASSERT_TRUE(found.has_value()) << label;
    EXPECT_NEAR(*found, rate, 1) << label;
  }
}

TEST(LinkLabelTest, GuessesNoRateFromRangesBoundsAndOtherText) {
  for (const char* label : {"",
                            "Yellow",
                            "fiber",
                            "10-34 Mb/s",
                            "1-2.5 Gb/s",
                            "300M-1Gb/s",
                            "< 2.5 Gbps",
                            "<= 10 Mbps",
                            "OC3 and below/STM1",
                            "Completion 2007-2008",
                            "SeaMeWe-3",
                            "TAT-14",
                            "Adria-1",
                            "CANARIE N*10Gbit/s",
                            "Managed Fiber (10Gbps, 100Mbps)",
                            "Thick Line",
                            "72 Lambda ROADM",
                            "Back-up link via KCN2",
                            "Ethernet",
                            "2 x E3 (68Mbps)",
                            "155Mbs/1Gbps",
                            "10/100 Mbps",
                            "10 - 34 Mb/s",
                            "10 to 34 Mb/s",
                            "OC-3/12",
                            "2,5 Gbps",
                            "2 lambdas 10G",
                            "dual 10G",
                            "10G+",
                            "2 10G",
                            "lambda",
                            "1.5x 10G",
                            "T9",
                            "OC-0"}) {
    EXPECT_FALSE(RateOfLinkLabel(label).has_value()) << label;
  }
}

}  // namespace
}  // namespace rhumb
