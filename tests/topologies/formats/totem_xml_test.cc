#include "topologies/formats/totem_xml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/topologies/formats/reading.h"

namespace rhumb {
namespace {

using ::testing::HasSubstr;
using testing::TopologyRefusal;

std::string Domain(absl::string_view capacity, absl::string_view igp = "") {
  return absl::StrCat(R"(<domain ASID="1"><info><title>GEANT</title><units>
<unit type="bandwidth" value="kbps"/><unit type="delay" value="ms"/></units></info>
<topology><nodes><node id="1"><location latitude="0" longitude="0"/></node><node id="2"/></nodes>
<links>
<link id="1_2"><from node="1"/><to node="2"/>)",
                      capacity, R"(<delay value="2.5"/></link>
<link id="2_1"><from node="2"/><to node="1"/><capacity value="155000"/></link>
</links></topology><igp><links>)",
                      igp, "</links></igp></domain>");
}

TEST(TotemXmlTest, ReadsUnitsDelaysAndMetrics) {
  const auto loaded =
      ReadTopology(Domain("<capacity value=\"10000000\"/>",
                          "<link id=\"2_1\"><static><metric>30</metric></static></link>"),
                   "geant.xml");

  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->report.format, "TOTEM domain XML");
  EXPECT_EQ(loaded->value.link(0).capacity_bps, 10e9);
  EXPECT_EQ(loaded->value.link(0).propagation_delay, absl::Microseconds(2500));
  EXPECT_EQ(loaded->value.link(0).igp_metric, 1);
  EXPECT_EQ(loaded->value.link(1).igp_metric, 30);
  EXPECT_FALSE(loaded->value.node(0).coordinates.has_value());
}

TEST(TotemXmlTest, RefusesFaultsWithTheirLine) {
  EXPECT_THAT(TopologyRefusal(Domain("")), HasSubstr("the-file:5: link 1>2 has no capacity"));
  EXPECT_THAT(TopologyRefusal(Domain("<capacity value=\"-1\"/>")), HasSubstr("the-file:5"));
  EXPECT_THAT(TopologyRefusal(Domain("<capacity value=\"wide\"/>")), HasSubstr("\"wide\""));
  EXPECT_THAT(TopologyRefusal("<domain/>"), HasSubstr("no <topology>"));
}

TEST(TotemTest, WhatIsWrittenElsewhereThanExpectedIsNamed) {
  LoadOptions options;
  options.default_capacity_bps = 1e9;
  const auto loaded = ReadTopology(R"(<domain><topology>
<nodes><node id="1"/><node id="2"/></nodes>
<links><link id="a"><from node="1"/><to node="2"/><capacity>10</capacity><delay>5</delay></link>
<link id="b"><from node="2"/><to node="1"/></link></links></topology>
<igp><links><link id="a"><static><metric>7</metric><mrbw>10</mrbw></static></link></links></igp>
</domain>)",
                                   "t.xml", options);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->value.link(0).igp_metric, 7);
  EXPECT_THAT(loaded->report.notes,
              ::testing::Contains("link fields not used: \"capacity\" 1, \"delay\" 1"));
  EXPECT_THAT(loaded->report.notes, ::testing::Contains("igp link fields not used: \"mrbw\" 1"));
}

}  // namespace
}  // namespace rhumb
