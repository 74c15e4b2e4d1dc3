#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/topologies/formats/reading.h"
#include "topologies/formats/sndlib_native.h"
#include "topologies/formats/sndlib_xml.h"

namespace rhumb {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using testing::Fault;
using ::testing::HasSubstr;
using testing::TopologyRefusal;
using testing::TrafficRefusal;

std::string XmlNode(absl::string_view id, double x, double y) {
  return absl::StrFormat(
      "<node id=\"%s\"><coordinates><x>%.2f</x><y>%.2f</y></coordinates></node>\n", id, x, y);
}

std::string XmlLink(absl::string_view id, absl::string_view source, absl::string_view target,
                    absl::string_view capacity) {
  return absl::StrFormat("<link id=\"%s\"><source>%s</source><target>%s</target>%s</link>\n", id,
                         source, target, capacity);
}

std::string XmlDemand(absl::string_view source, absl::string_view target, absl::string_view value) {
  return absl::StrFormat(
      "<demand id=\"%s_%s\"><source>%s</source><target>%s</target>"
      "<demandValue> %s </demandValue></demand>\n",
      source, target, source, target, value);
}

constexpr char kPreinstalled[] =
    "<preInstalledModule><capacity>9920.0</capacity><cost>0.0</cost></preInstalledModule>"
    "<additionalModules><addModule><capacity>40000.0</capacity><cost>1</cost></addModule>"
    "</additionalModules>";
constexpr char kModules[] =
    "<additionalModules><addModule><capacity>155.0</capacity></addModule>"
    "<addModule><capacity>622.0</capacity></addModule></additionalModules>";
constexpr char kUnit[] =
    "<meta><granularity>15min</granularity><time>20050504-1530</time>"
    "<unit>KBITPERSEC</unit><origin>someone</origin></meta>";

std::string Xml(absl::string_view meta, absl::string_view nodes, absl::string_view links,
                absl::string_view demands = "", absl::string_view kind = "geographical") {
  return absl::StrCat("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n",
                      "<network xmlns=\"http://sndlib.zib.de/network\" version=\"1.0\">\n", meta,
                      "<networkStructure><nodes coordinatesType=\"", kind, "\">\n", nodes,
                      "</nodes><links>\n", links, "</links></networkStructure>\n<demands>", demands,
                      "</demands></network>");
}

const std::string kTwoNodes = XmlNode("Aachen", 6.04, 50.76) + XmlNode("Essen", 7.02, 51.46);

TEST(SndlibXmlTest, PreinstalledCapacityWinsAndLinksHaveTwoDirections) {
  const auto loaded = ReadTopology(Xml("<meta><unit>MBITPERSEC</unit></meta>", kTwoNodes,
                                       XmlLink("L1", "Aachen", "Essen", kPreinstalled)),
                                   "net.xml");

  ASSERT_TRUE(loaded.ok()) << loaded.status();
  ASSERT_EQ(loaded->value.num_links(), 2);
  EXPECT_EQ(loaded->value.link(1).name, "Essen>Aachen");
  EXPECT_EQ(loaded->value.link(1).capacity_bps, 9.92e9);
  EXPECT_NEAR(loaded->value.node(0).coordinates->latitude_deg, 50.76, 1e-9);
  EXPECT_NEAR(loaded->value.node(0).coordinates->longitude_deg, 6.04, 1e-9);
}

TEST(SndlibXmlTest, WithoutPreinstalledCapacityTheLargestModuleCountsAndIsTold) {
  const auto loaded =
      ReadTopology(Xml("", kTwoNodes, XmlLink("L1", "Aachen", "Essen", kModules)), "net.xml");

  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->value.link(0).capacity_bps, 622e6);
  EXPECT_THAT(loaded->report.notes,
              Contains(HasSubstr("largest module: 1 (first: L1, 622 Mbit/s)")));
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("names no unit")));
}

TEST(SndlibXmlTest, LinksListedInBothDirectionsAreDirected) {
  const auto loaded = ReadTopology(
      Xml("", kTwoNodes,
          XmlLink("f", "Aachen", "Essen", kModules) + XmlLink("b", "Essen", "Aachen", kModules)),
      "net.xml");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->value.num_links(), 2);
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("both directions")));
}

TEST(SndlibXmlTest, OnePairListedTwiceAmongUndirectedLinksIsParallel) {
  const auto loaded = ReadTopology(
      Xml("", kTwoNodes + XmlNode("Bonn", 7.1, 50.7),
          XmlLink("1", "Aachen", "Essen", kModules) + XmlLink("2", "Essen", "Aachen", kModules) +
              XmlLink("3", "Essen", "Bonn", kModules)),
      "net.xml");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->value.num_links(), 6);
}

TEST(SndlibXmlTest, PixelsAreNoCoordinates) {
  const std::string links = XmlLink("1", "Aachen", "Essen", kModules);
  const auto said = ReadTopology(Xml("", kTwoNodes, links, "", "pixel"), "net.xml");
  EXPECT_FALSE(said->value.node(0).coordinates.has_value());
  EXPECT_THAT(said->report.notes, Contains(HasSubstr("pixels")));

  // Called geographical, but whole numbers only.
  std::string nodes, chain;
  for (int i = 0; i < 6; ++i) {
    nodes += XmlNode(absl::StrCat("N", i), 10 * i, 7 * i);
    if (i > 0)
      chain += XmlLink(absl::StrCat(i), absl::StrCat("N", i - 1), absl::StrCat("N", i), kModules);
  }
  const auto guessed = ReadTopology(Xml("", nodes, chain), "net.xml");
  EXPECT_FALSE(guessed->value.node(2).coordinates.has_value());
}

TEST(SndlibXmlTest, FractionsBelowSixtyAreMinutes) {
  std::string nodes, chain;
  for (int i = 0; i < 10; ++i) {
    nodes += XmlNode(absl::StrCat("N", i), -16.15 + i, 40.30 + i);
    if (i > 0) {
      chain += XmlLink(absl::StrCat(i), absl::StrCat("N", i - 1), absl::StrCat("N", i), kModules);
    }
  }
  const auto loaded = ReadTopology(Xml("", nodes, chain), "net.xml");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_NEAR(loaded->value.node(0).coordinates->longitude_deg, -16.25,
              1e-9);                                                         // 16 deg 15 min west
  EXPECT_NEAR(loaded->value.node(0).coordinates->latitude_deg, 40.5, 1e-9);  // 40 deg 30 min north
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("degrees.minutes")));
}

TEST(SndlibXmlTest, DemandsAreInTheUnitTimeAndIntervalOfTheFile) {
  const auto loaded =
      ReadTraffic(Xml(kUnit, kTwoNodes, "",
                      XmlDemand("Aachen", "Essen", "250") + XmlDemand("Aachen", "Essen", "50") +
                          XmlDemand("Essen", "Essen", "9")),
                  "m.xml");

  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->report.format, "SNDlib XML");
  EXPECT_EQ(loaded->value.size(), 1);
  EXPECT_DOUBLE_EQ(loaded->value.demands(0).rate_bps(0, 1), 300e3);
  EXPECT_EQ(loaded->value.demands(0).total_bps(), 300e3);
  EXPECT_EQ(loaded->value.interval(), absl::Minutes(15));
  EXPECT_EQ(loaded->value.origin(), "someone");
  EXPECT_EQ(*loaded->value[0].time,
            absl::FromCivil(absl::CivilSecond(2005, 5, 4, 15, 30, 0), absl::UTCTimeZone()));
  EXPECT_THAT(loaded->report.notes,
              Contains(HasSubstr("repeated demands of one pair summed up: 1")));
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("of a node to itself left out: 1")));
}

class SndlibFaultTest : public ::testing::TestWithParam<Fault> {};

TEST_P(SndlibFaultTest, IsRefusedWithFileAndReason) {
  const std::string topology = TopologyRefusal(GetParam().content);
  const std::string refusal =
      topology == "(accepted)" ? TrafficRefusal(GetParam().content) : topology;
  EXPECT_THAT(refusal, AllOf(HasSubstr("the-file"), HasSubstr(GetParam().says)));
}

INSTANTIATE_TEST_SUITE_P(
    All, SndlibFaultTest,
    ::testing::Values(
        Fault{"NoCapacity", Xml("", kTwoNodes, XmlLink("1", "Aachen", "Essen", "")),
              "the-file:7: link Aachen>Essen has no capacity"},
        Fault{"UnknownNode", Xml("", kTwoNodes, XmlLink("1", "Aachen", "Bonn", kModules)),
              "\"Bonn\""},
        Fault{"NegativeCapacity",
              Xml("", kTwoNodes,
                  XmlLink("1", "Aachen", "Essen",
                          "<preInstalledModule><capacity>-5</capacity></preInstalledModule>")),
              "capacity -5e+06"},
        Fault{"NanCapacity",
              Xml("", kTwoNodes,
                  XmlLink("1", "Aachen", "Essen",
                          "<preInstalledModule><capacity>nan</capacity></preInstalledModule>")),
              "\"nan\" is not a finite number"},
        Fault{"OddUnit",
              Xml("<meta><unit>PARSEC</unit></meta>", kTwoNodes,
                  XmlLink("1", "Aachen", "Essen", kModules)),
              "PARSEC"},
        Fault{"RepeatedNode", Xml("", kTwoNodes + kTwoNodes, ""), "used twice"},
        Fault{"NoStructure", "<network></network>", "networkStructure"},
        Fault{"NegativeDemand",
              Xml(kUnit, kTwoNodes, XmlLink("1", "Aachen", "Essen", kModules),
                  XmlDemand("Aachen", "Essen", "-1")),
              "Aachen>Essen has the rate -1000"},
        Fault{"UnknownDemandNode",
              Xml(kUnit, kTwoNodes, XmlLink("1", "Aachen", "Essen", kModules),
                  XmlDemand("Aachen", "Bonn", "1")),
              "\"Bonn\""},
        Fault{"NativeCutShort", "?SNDlib native format\nNODES (\n A ( 1 2 )\n B ( 3 4 )\n",
              "the-file:2: section NODES is not closed"},
        Fault{"NativeBadNumber", "NODES (\n A ( 1 x )\n)\n", "the-file:2"},
        Fault{"NativeNoParenthesis", "NODES (\n A ( 1 2 )\n)\nLINKS (\n L A B\n)\n",
              "the-file:5: expected a \"(\""},
        Fault{"NativeNoSection", "?SNDlib native format\nhello\n", "the-file:2"},
        Fault{"NativeEmpty", "?SNDlib native format\n# nothing\n", "no sections"}),
    [](const auto& info) { return info.param.name; });

constexpr char kNative[] = R"(?SNDlib native format; type: network; version: 1.0
# network test

META (
  granularity = 5min
  unit = MBITPERSEC
)
NODES (
  Bonn ( 7.10 50.73 )       BORDERNODE
  Essen ( 7.02 51.46 )
  Ulm
)
LINKS (
  L1 ( Bonn Essen ) 2480.00 0.00 0.00 156.00 ( 155.00 156.00 622.00 468.00 )
  L2 ( Essen Ulm ) 0.00 0.00 0.00 156.00 ( 155.00 156.00 622.00 468.00 )  # a remark
)
DEMANDS (
  D1 ( Bonn Ulm ) 1 34.00 UNLIMITED
  D2 ( Ulm Bonn ) 2 5.00 UNLIMITED
)
ADMISSIBLE_PATHS (
)
)";

TEST(SndlibNativeTest, ReadsNodesLinksAndDemands) {
  const auto topology = ReadTopology(testing::WithCarriageReturns(kNative), "net.txt");
  ASSERT_TRUE(topology.ok()) << topology.status();
  EXPECT_EQ(topology->report.format, "SNDlib native text");
  EXPECT_EQ(topology->value.num_nodes(), 3);
  ASSERT_EQ(topology->value.num_links(), 4);
  EXPECT_EQ(topology->value.link(0).capacity_bps, 2.48e9);
  EXPECT_EQ(topology->value.link(2).capacity_bps, 622e6);
  EXPECT_THAT(topology->report.notes, Contains(HasSubstr("sections not read: 1")));
  EXPECT_THAT(topology->report.notes, Contains(HasSubstr("marks behind nodes ignored: 1")));

  const auto traffic = ReadTraffic(kNative, "net.txt");
  ASSERT_TRUE(traffic.ok()) << traffic.status();
  EXPECT_DOUBLE_EQ(traffic->value.demands(0).rate_bps(0, 2), 34e6);
  // A routing unit of 2 takes up twice the value.
  EXPECT_DOUBLE_EQ(traffic->value.demands(0).rate_bps(2, 0), 10e6);
}

TEST(SndlibNativeTest, LinksMayEndAfterTheirEnds) {
  constexpr char kBare[] = "NODES (\n A ( 1.5 2 )\n B ( 3 4 )\n)\nLINKS (\n L1 ( A B )\n)\n";
  EXPECT_THAT(TopologyRefusal(kBare), HasSubstr("the-file:6: link A>B has no capacity"));
  LoadOptions options;
  options.default_capacity_bps = 1e9;
  EXPECT_EQ(ReadTopology(kBare, "t", options)->value.link(1).capacity_bps, 1e9);
}

}  // namespace
}  // namespace rhumb
