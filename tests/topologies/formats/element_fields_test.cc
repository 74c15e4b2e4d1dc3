#include "topologies/formats/element_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/topologies/formats/reading.h"

namespace rhumb {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TopologyRefusal;

// Two nodes and one undirected link with these members.
std::string OneLink(absl::string_view members, absl::string_view graph = "",
                    absl::string_view a = "", absl::string_view b = "") {
  return absl::StrCat("{\"directed\": false, \"graph\": {", graph, "}, \"nodes\": [{\"id\": \"a\"",
                      a, "}, {\"id\": \"b\"", b,
                      "}], \"links\": [{\"source\": \"a\", \"target\": \"b\", ", members, "}]}");
}

Loaded<Topology> Read(const std::string& text, const LoadOptions& options = {}) {
  auto loaded = ReadTopology(text, "n.json", options);
  EXPECT_TRUE(loaded.ok()) << loaded.status() << "\n" << text;
  return *std::move(loaded);
}

TEST(ElementFieldsTest, ReadsCapacitiesUnderAllNamesAndUnits) {
  const std::pair<const char*, double> cases[] = {
      {R"("capacity": 10000)", 10e9},
      {R"("bandwidth": "10Gbps")", 10e9},
      {R"("bw": "2.5 Gbit/s")", 2.5e9},
      {R"("rate": "155Mbs")", 155e6},
      {R"("LinkSpeedRaw": 2.5e9)", 2.5e9},
      {R"("capacity_gbps": 40)", 40e9},
      {R"("capacityGbps": 40)", 40e9},
      {R"("bandwidth [Mbit/s]": 400)", 400e6},
      {R"("capacity": 10, "capacity_unit": "Gbit/s")", 10e9},
      {R"("capacity": "2x10Gb/s")", 20e9},
      {R"("capacity": "4*10Gb/s")", 40e9},
      {R"("capacity": "4x155Mbps")", 620e6},
      {R"("capacity": "3x1 Gbps + 2x STM-1")", 3e9 + 2 * 155.52e6},
      {R"("capacity": "OC-48")", 48 * 51.84e6},
      {R"("capacity": "STM-16")", 16 * 155.52e6},
      {R"("capacity": "10GE")", 10e9},
      {R"("capacity": "100GbE")", 100e9},
      {R"("capacity": "1.2e9", "capacity_unit": "bit/s")", 1.2e9},
  };
  for (const auto& [members, rate] : cases) {
    EXPECT_NEAR(Read(OneLink(members)).value.link(1).capacity_bps, rate, 1) << members;
  }
}

TEST(ElementFieldsTest, RefusesCapacitiesThatNameNoSingleRateAndNamesTheLink) {
  for (const char* text :
       {"155Mbs/1Gbps", "lambda", "10-34 Mbit/s", "10G+", "n x 10G", "2 lambda 10G", "10 GB/s",
        "1,5G", "2 10G", "fast", "155Mbx + 1G", "10Gbps (backup)"}) {
    EXPECT_THAT(TopologyRefusal(OneLink(absl::StrCat("\"capacity\": \"", text, "\""))),
                AllOf(HasSubstr("link a-b: the capacity"), HasSubstr(text)))
        << text;
  }
}

TEST(ElementFieldsTest, NumbersThatPythonWritesAndJsonHasNotNameTheLink) {
  EXPECT_THAT(TopologyRefusal(OneLink("\"capacity\": NaN")),
              AllOf(HasSubstr("links[0]: link a-b: the capacity"), HasSubstr("NaN")));
  EXPECT_THAT(TopologyRefusal(OneLink("\"capacity\": 1, \"delay\": -Infinity")),
              AllOf(HasSubstr("link a-b: the delay"), HasSubstr("-Infinity")));
  EXPECT_THAT(TopologyRefusal(OneLink("\"capacity\": 1, \"weight\": Infinity")),
              HasSubstr("link a-b: the weight"));
}

TEST(ElementFieldsTest, ReadsDelaysAndStatesTheUnitItAssumed) {
  EXPECT_EQ(Read(OneLink(R"("capacity": 1, "delay": "5ms")")).value.link(0).propagation_delay,
            absl::Milliseconds(5));
  EXPECT_EQ(Read(OneLink(R"("capacity": 1, "latency_us": 250)")).value.link(0).propagation_delay,
            absl::Microseconds(250));
  EXPECT_EQ(Read(OneLink(R"("capacity": 1, "rtt": "8 ms")")).value.link(0).propagation_delay,
            absl::Milliseconds(4));
  EXPECT_EQ(Read(OneLink(R"("capacity": 1, "delay": 3, "delay_unit": "us")"))
                .value.link(0)
                .propagation_delay,
            absl::Microseconds(3));
  const auto bare = Read(OneLink(R"("capacity": 1, "delay": 7)"));
  EXPECT_EQ(bare.value.link(0).propagation_delay, absl::Milliseconds(7));
  EXPECT_THAT(bare.report.notes, Contains("link delays without a unit, 1 read as 1ms: 1"));
  LoadOptions options;
  options.unitless_delay = absl::Microseconds(1);
  EXPECT_EQ(Read(OneLink(R"("capacity": 1, "delay": 7)"), options).value.link(0).propagation_delay,
            absl::Microseconds(7));
}

TEST(ElementFieldsTest, ALengthGivesTheDelayAt200KilometresAMillisecond) {
  EXPECT_EQ(Read(OneLink(R"("capacity": 1, "dist": 1000)")).value.link(0).propagation_delay,
            absl::Milliseconds(5));
  EXPECT_EQ(Read(OneLink(R"("capacity": 1, "length_m": 3000)")).value.link(0).propagation_delay,
            absl::Microseconds(15));
  EXPECT_EQ(
      Read(OneLink(R"("capacity": 1, "distance": "100 miles")")).value.link(0).propagation_delay,
      absl::Microseconds(805));
  EXPECT_THAT(TopologyRefusal(OneLink(R"("capacity": 1, "length": 400000)")),
              AllOf(HasSubstr("length 400000 km"), HasSubstr("--length-unit")));
}

TEST(ElementFieldsTest, MetresAreToldByTheCoordinatesOfTheEnds) {
  // Paris to Lyon is 392 km.
  const auto loaded =
      Read(OneLink(R"("capacity": 1, "dist": 420000)", "", R"(, "lat": 48.85, "lon": 2.35)",
                   R"(, "lat": 45.76, "lon": 4.84)"));
  EXPECT_EQ(loaded.value.link(0).propagation_delay, absl::Microseconds(2100));
  EXPECT_THAT(loaded.report.notes, Contains(HasSubstr("1 read as 1 m, which agrees")));
}

TEST(ElementFieldsTest, PositionsAreGeographicOnlyWhereLengthsOrAHeaderShowIt) {
  const char kParis[] = R"(, "pos": [2.35, 48.85])", kLyon[] = R"(, "pos": [4.84, 45.76])";
  EXPECT_FALSE(
      Read(OneLink(R"("capacity": 1)", "", kParis, kLyon)).value.node(0).coordinates.has_value());
  const auto by_length = Read(OneLink(R"("capacity": 1, "dist": 392.4)", "", kParis, kLyon));
  ASSERT_TRUE(by_length.value.node(0).coordinates.has_value());
  EXPECT_EQ(by_length.value.node(0).coordinates->latitude_deg, 48.85);
  EXPECT_THAT(by_length.report.notes, Contains(HasSubstr("longitude and latitude")));
  EXPECT_TRUE(Read(OneLink(R"("capacity": 1)", R"("crs": "EPSG:4326")", kParis, kLyon))
                  .value.node(1)
                  .coordinates.has_value());
  // The same numbers on a drawing of which a unit is a kilometre.
  const auto planar = Read(OneLink(R"("capacity": 1, "dist": 3.97)", "", kParis, kLyon));
  EXPECT_FALSE(planar.value.node(0).coordinates.has_value());
  EXPECT_EQ(planar.value.link(0).propagation_delay, absl::Microseconds(20));
}

TEST(ElementFieldsTest, EveryUnusedFieldIsNamedOnceWithItsCount) {
  const auto loaded = Read(
      R"({"directed": true, "graph": {"name": "x", "created": 2020}, "extra": 1,
          "nodes": [{"id": 1, "tier": 2}, {"id": 2, "tier": 1}],
          "links": [{"source": 1, "target": 2, "capacity": 1, "colour": "red", "bw": 2},
                    {"source": 2, "target": 1, "capacity": 1, "colour": "blue"}]})");
  EXPECT_THAT(loaded.report.notes, Contains("link fields not used: \"bw\" 1, \"colour\" 2"));
  EXPECT_THAT(loaded.report.notes, Contains("node fields not used: \"tier\" 2"));
  EXPECT_THAT(loaded.report.notes, Contains("graph fields not used: \"created\" 1, \"extra\" 1"));
}

TEST(ElementFieldsTest, WhatNoNetworkHasIsRefusedWithTheBounds) {
  EXPECT_THAT(TopologyRefusal(OneLink(R"("capacity": 1e300)")), HasSubstr("1 Pbit/s"));
  // 10 Gbit/s in bit/s, read as Mbit/s.
  EXPECT_THAT(TopologyRefusal(OneLink(R"("capacity": 10000000000)")), HasSubstr("--capacity-unit"));
  EXPECT_THAT(TopologyRefusal(OneLink(R"("capacity": 1, "delay": 90000)")),
              HasSubstr("--delay-unit"));
  EXPECT_THAT(TopologyRefusal(OneLink(R"("capacity": 1, "weight": 1e300)")), HasSubstr("metric"));
}

TEST(ElementFieldsTest, GraphmlOfNetworkXIsReadLikeItsJson) {
  const char kGraph[] = R"(<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d3" for="edge" attr.name="medium" attr.type="string"/>
<key id="d2" for="edge" attr.name="delay" attr.type="double"/>
<key id="d1" for="edge" attr.name="weight" attr.type="long"/>
<key id="d0" for="edge" attr.name="capacity" attr.type="double"><default>2500</default></key>
<graph edgedefault="undirected"><node id="x"/><node id="y"/><node id="z"/>
<edge source="x" target="y"><data key="d0">40000</data><data key="d1">6</data><data key="d2">9</data></edge>
<edge source="y" target="z"><data key="d1">8</data><data key="d3">fibre</data></edge>
</graph></graphml>)";
  const auto loaded = Read(kGraph);
  EXPECT_EQ(loaded.value.link(0).capacity_bps, 40e9);
  EXPECT_EQ(loaded.value.link(0).igp_metric, 6);
  EXPECT_EQ(loaded.value.link(0).propagation_delay, absl::Milliseconds(9));
  EXPECT_EQ(loaded.value.link(2).capacity_bps, 2.5e9);  // the key's default
  EXPECT_THAT(loaded.report.notes,
              Contains("link capacities without a unit, 1 read as 1 Mbit/s: 2"));
  EXPECT_THAT(loaded.report.notes, Contains("link fields not used: \"medium\" 1"));
}

TEST(ElementFieldsTest, LatWithAUnitOfTimeIsALatency) {
  EXPECT_EQ(RoleOfField("lat"), FieldRole::kLatitude);
  EXPECT_EQ(RoleOfField("lat_deg"), FieldRole::kNone);
  const auto loaded = ReadTopology("src,dst,bw_mbps,lat_ms\na,b,100,2.5\n", "e.csv");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->value.link(0).propagation_delay, absl::Microseconds(2500));
}

}  // namespace
}  // namespace rhumb
