// GML, DOT, BRITE and edge lists: networks as tables of nodes and links.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/topologies/formats/reading.h"

namespace rhumb {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using testing::Fault;
using ::testing::HasSubstr;
using testing::TopologyRefusal;

constexpr char kGml[] = R"(Creator "somebody"
# a remark
graph [
  directed 0
  Network "Testnet"
  NetworkDate "2011"
  node [
    id 0
    label "Z&#252;rich &#34;HB&#34;"
    Longitude 8.55
    Latitude 47.37
    Internal 1
  ]
  node [
    id 1
    label "Gen&#232;ve"
    graphics [ x 1 y 2 ]
    pos 6.1
    pos 46.2
  ]
  edge [
    source 0
    target 1
    LinkLabel "2x10 Gbps"
    LinkNote "x"
  ]
  edge [
    source 1
    target 0
    LinkSpeed "155"
    LinkSpeedUnits "M"
    LinkSpeedRaw 155000000.0
  ]
]
)";

TEST(GmlTest, ReadsTheZoosAttributesEntitiesAndParallelEdges) {
  const auto loaded = ReadTopology(kGml, "dir/Test.gml");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->report.format, "GML");
  EXPECT_EQ(loaded->value.name(), "Test");
  EXPECT_THAT(loaded->value.origin(), HasSubstr("Testnet, 2011"));
  EXPECT_EQ(loaded->value.node(0).name, "Z\xc3\xbcrich \"HB\"");
  EXPECT_EQ(loaded->value.node(0).coordinates->longitude_deg, 8.55);
  EXPECT_FALSE(loaded->value.node(1).coordinates.has_value());
  ASSERT_EQ(loaded->value.num_links(), 4);
  EXPECT_EQ(loaded->value.link(0).capacity_bps, 20e9);
  EXPECT_EQ(loaded->value.link(2).capacity_bps, 155e6);
  EXPECT_THAT(loaded->report.notes, Contains("link fields not used: \"LinkNote\" 1"));
  EXPECT_THAT(loaded->report.notes, Contains("node fields not used: \"graphics\" 1"));
}

TEST(GmlTest, DirectedGraphsKeepTheirDirections) {
  const auto loaded = ReadTopology(
      "graph [ directed 1 node [ id 5 name \"A\" ] node [ id 6 ] "
      "edge [ source 5 target 6 capacity 10 ] edge [ source 6 target 5 capacity 5 ] ]",
      "g");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  ASSERT_EQ(loaded->value.num_links(), 2);
  EXPECT_EQ(loaded->value.link(1).capacity_bps, 5e6);
  EXPECT_EQ(loaded->value.node(0).name, "A");
  EXPECT_EQ(loaded->value.node(1).name, "n6");
}

constexpr char kDot[] = R"(/* YATES */
digraph topology {
  h1[mac="00:00:00:00:00:01", type=host];
  s1[type=switch, id=1];
  s2[type=switch, id=2];
  h1 -> s1 [src_port=0, dst_port=1, cost=1, capacity="1Gbps"];
  s1 -> h1 [cost=1, capacity="1Gbps"];
  s1 -> s2 [cost=7, capacity="10Gbps", delay="3ms"];
  s2 -> s1 [cost=7, capacity="10Gbps", delay="3ms"];
}
)";

TEST(DotTest, ReadsCapacitiesCostsAndHosts) {
  const auto loaded = ReadTopology(kDot, "t.dot");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->report.format, "DOT");
  EXPECT_EQ(loaded->value.num_nodes(), 3);
  ASSERT_EQ(loaded->value.num_links(), 4);
  const auto link = loaded->value.FindLink("s1>s2");
  ASSERT_TRUE(link.has_value());
  EXPECT_EQ(loaded->value.link(*link).capacity_bps, 10e9);
  EXPECT_EQ(loaded->value.link(*link).igp_metric, 7);
  EXPECT_EQ(loaded->value.link(*link).propagation_delay, absl::Milliseconds(3));
  EXPECT_THAT(loaded->report.notes, Contains("hosts kept as nodes: 1 (first: h1)"));
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("\"src_port\" 1")));
}

TEST(DotTest, GraphsAreUndirectedAndDefaultsHold) {
  const auto loaded = ReadTopology(
      "strict graph \"my net\" { edge [capacity=\"40G\"]; a -- b -- c; b -- c [label=\"OC-3\", "
      "len=2]; { d e } -- a [capacity=\"2x10G\"]; subgraph cluster_1 { { rank=same; a; b } } }",
      "t.gv");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->value.num_nodes(), 5);
  EXPECT_EQ(loaded->value.link(*loaded->value.FindLink("b>a")).capacity_bps, 40e9);
  EXPECT_EQ(loaded->value.link(*loaded->value.FindLink("e>a")).capacity_bps, 20e9);
}

TEST(DotTest, WordsThatBeginWithADigitAreOneWord) {
  const auto loaded = ReadTopology(
      "graph { 1 -- 2--3 [capacity=2.5e3]; 1a -- 1 [capacity=10Gbps]; 1a -- 3 [capacity=1e+4] }",
      "t.gv");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->value.link(*loaded->value.FindLink("2>3")).capacity_bps, 2.5e9);
  EXPECT_EQ(loaded->value.link(*loaded->value.FindLink("1a>1")).capacity_bps, 10e9);
  EXPECT_EQ(loaded->value.link(*loaded->value.FindLink("1a>3")).capacity_bps, 10e9);
}

constexpr char kBrite[] = R"(Topology: ( 3 Nodes, 2 Edges )
Model (1 - RTWaxman):  3 1000 100 1  2  0.15 0.2 1 1 10.0 1024.0

Nodes: ( 3 )
0	419.00	742.00	4	4	-1	RT_NODE
1	32.00	125.00	2	2	-1	RT_NODE
2	32.00	126.00	2	2	7	RT_NODE

Edges: ( 2 )
0	0	1	728.2	2.429	10.0	-1	-1	E_RT	U
1	1	2	1.0	0.0033	155.0	-1	-1	E_RT	D
)";

TEST(BriteTest, BandwidthsAreMegabitsAndDelaysMilliseconds) {
  const auto loaded = ReadTopology(kBrite, "w.brite");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->report.format, "BRITE");
  ASSERT_EQ(loaded->value.num_links(), 3);  // the second is directed
  EXPECT_EQ(loaded->value.link(0).capacity_bps, 10e6);
  EXPECT_EQ(loaded->value.link(1).name, "1>0");
  EXPECT_EQ(loaded->value.link(0).propagation_delay, absl::Microseconds(2429));
  EXPECT_EQ(loaded->value.link(2).propagation_delay, absl::Nanoseconds(3300));
}

TEST(EdgeListCsvTest, ReadsColumnsByTheirNamesWhateverSeparatesThem) {
  for (const char* text :
       {"source,target,capacity [Gbit/s],delay_ms,owner\nParis,Lyon,100,2.5,x\nLyon,Nice,40,1,y\n",
        "source;target;capacity [Gbit/s];delay_ms;owner\nParis;Lyon;100;2,5;x\nLyon;Nice;40;1;y\n",
        "\xef\xbb\xbfowner\tsource\ttarget\tcapacity_gbps\tdelay_ms\r\nx\tParis\tLyon\t100\t2.5\r\n"
        "y\tLyon\tNice\t40\t1\r\n",
        "# from a sheet\n\"source\",\"target\",\"capacity\",\"delay\",\"owner\"\n"
        "\"Paris\",\"Lyon\",\"100G\",\"2.5ms\",\"x\"\n\"Lyon\",\"Nice\",\"40G\",\"1ms\",\"y\"\n"}) {
    const auto loaded = ReadTopology(text, "l.csv");
    ASSERT_TRUE(loaded.ok()) << loaded.status() << "\n" << text;
    EXPECT_EQ(loaded->report.format, "edge-list CSV");
    ASSERT_EQ(loaded->value.num_links(), 4);
    EXPECT_EQ(loaded->value.link(0).name, "Paris>Lyon");
    EXPECT_EQ(loaded->value.link(0).capacity_bps, 100e9);
    EXPECT_EQ(loaded->value.link(0).propagation_delay, absl::Microseconds(2500));
    EXPECT_THAT(loaded->report.notes, Contains("link fields not used: \"owner\" 2"));
    EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("read as undirected")));
  }
}

TEST(EdgeListCsvTest, ListsOfBothDirectionsAreDirected) {
  const auto loaded = ReadTopology("src,dst,bw\na,b,1\nb,a,2\nb,c,3\nc,b,4\n", "l.csv");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  ASSERT_EQ(loaded->value.num_links(), 4);
  EXPECT_EQ(loaded->value.link(3).capacity_bps, 4e6);
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("4 of 4 are listed in both directions")));
}

class GraphFaultTest : public ::testing::TestWithParam<Fault> {};

TEST_P(GraphFaultTest, IsRefusedWithFileAndReason) {
  EXPECT_THAT(TopologyRefusal(GetParam().content),
              AllOf(HasSubstr("the-file"), HasSubstr(GetParam().says)));
}

INSTANTIATE_TEST_SUITE_P(
    All, GraphFaultTest,
    ::testing::Values(
        Fault{"GmlCutShort", "graph [ node [ id 0 ]\nedge [ source 0", "the-file:2: ends before"},
        Fault{"GmlOpenText", "graph [ node [ id 0 label \"x ]", "is not closed"},
        Fault{"GmlUnknownNode", "graph [ node [ id 0 ]\nedge [ source 0 target 9 ] ]",
              "the-file:2: link 0-9 ends at node \"9\""},
        Fault{"GmlTextCapacity",
              "graph [ node [ id 0 ] node [ id 1 ] edge [ source 0 target 1 capacity \"a lot\" ] ]",
              "link 0-1: the capacity \"a lot\" is no rate"},
        Fault{"DotCutShort", "digraph g { a -> b", "not well-formed DOT"},
        Fault{"DotWrongArrow", "graph g { a -> b }", "not well-formed DOT"},
        Fault{"DotDeep", "graph g " + std::string(100, '{') + std::string(100, '}'), "nested"},
        Fault{"DotAmbiguous", "graph g { a -- b [capacity=\"155Mbs/1Gbps\"] }",
              "link a-b: the capacity"},
        Fault{"BriteCutShort", std::string(kBrite).substr(0, sizeof(kBrite) - 12), "cut short"},
        Fault{"BriteTextDelay",
              "Topology: ( 2 Nodes, 1 Edges )\nNodes: ( 2 )\n0 1 1\n1 2 2\nEdges: ( 1 )\n"
              "0 0 1 5 soon 10 -1 -1 E_RT U\n",
              "the-file:6: link 0-1: the delay"},
        Fault{"CsvShortRow", "source,target,capacity\na,b,1\nb,c\n", "the-file:3: the row has 2"},
        Fault{"CsvNoEnd", "source,target,capacity\na,,1\n", "the-file:2: the row does not name"},
        Fault{"CsvOpenQuote", "source,target,capacity\na,\"b,1\n", "the-file:2: a quote"},
        Fault{"CsvNan", "source,target,capacity\na,b,nan\n", "link a-b: the capacity \"nan\""},
        Fault{"CsvGrouped", "source;target;capacity\na;b;1,000\n", "link a-b: the capacity"},
        Fault{"TabularTraffic", "0 1 2\n3 0 4\n5 6 0\n", "this is traffic (matrix text)"}),
    [](const auto& info) { return info.param.name; });

TEST(EdgeListCsvTest, PointsBesideDecimalCommasAreRefused) {
  const auto commas = ReadTopology("src;dst;bw;delay\na;b;1000;2,5\nb;c;10;3,25\n", "e.csv");
  ASSERT_TRUE(commas.ok()) << commas.status();
  EXPECT_EQ(commas->value.link(0).propagation_delay, absl::Microseconds(2500));
  for (const char* text :
       {"src;dst;bw;delay\na;b;1.000;2,5\n", "src;dst;bw;delay\na;b;7;2,5\nb;c;10.000;1\n"}) {
    EXPECT_THAT(testing::TopologyRefusal(text), ::testing::HasSubstr("may be thousands"));
  }
  EXPECT_EQ(ReadTopology("src;dst;bw\na;b;1.000\n", "e.csv")->value.link(0).capacity_bps, 1e6);
}

}  // namespace
}  // namespace rhumb
