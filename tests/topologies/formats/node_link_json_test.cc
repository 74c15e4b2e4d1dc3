#include "topologies/formats/node_link_json.h"

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

std::string Document(
    const std::string& nodes, const std::string& links,
    const std::string& head = "\"directed\": true, \"multigraph\": false, \"graph\": {}") {
  return "{" + head + ", \"nodes\": [" + nodes + "], \"links\": [" + links + "]}";
}

const std::string kNodes = "{\"id\": 7}, {\"id\": 3}";

TEST(NodeLinkJsonTest, ReadsDirectedLinksBetweenIdsWithCapacitiesInMegabits) {
  const auto loaded =
      ReadTopology(Document(kNodes, R"({"capacity": 5000.0, "source": 7, "target": 3},
                          {"capacity": "2500.0", "source": 3, "target": 7, "color": "red"})"),
                   "B4.json");

  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->report.format, "node-link JSON");
  EXPECT_EQ(loaded->value.name(), "B4");
  EXPECT_EQ(loaded->value.link(0).name, "7>3");
  EXPECT_EQ(loaded->value.link(0).capacity_bps, 5e9);
  EXPECT_EQ(loaded->value.link(1).capacity_bps, 2.5e9);
  EXPECT_THAT(loaded->report.notes,
              Contains("link capacities without a unit, 1 read as 1 Mbit/s: 2"));
  EXPECT_THAT(loaded->report.notes, Contains("link capacities written as text: 1"));
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("\"color\"")));
}

TEST(NodeLinkJsonTest, TheUnitOfBareCapacitiesCanBeChosen) {
  LoadOptions options;
  options.unitless_rate_bps = 1e9;
  const auto loaded = ReadTopology(Document(kNodes, R"({"capacity": 5, "source": 7, "target": 3},
                          {"capacity": "400G", "source": 3, "target": 7})"),
                                   "n.json", options);
  EXPECT_EQ(loaded->value.link(0).capacity_bps, 5e9);
  EXPECT_EQ(loaded->value.link(1).capacity_bps, 400e9);
}

TEST(NodeLinkJsonTest, UndirectedLinksAndTheNameEdgesWorkToo) {
  const auto loaded = ReadTopology(
      R"({"edges": [{"source": "a", "target": "b", "bandwidth": 1, "weight": 4}],
          "nodes": [{"id": "a", "label": "Ayr", "lat": 55.4, "lon": -4.6},
                    {"id": "b", "lat": 55.9, "lon": -4.3}]})",
      "n.json");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->value.num_links(), 2);
  EXPECT_EQ(loaded->value.link(1).igp_metric, 4);
  EXPECT_EQ(loaded->value.node(0).description, "Ayr");
  EXPECT_EQ(loaded->value.node(0).coordinates->latitude_deg, 55.4);
}

class NodeLinkFaultTest : public ::testing::TestWithParam<Fault> {};

TEST_P(NodeLinkFaultTest, IsRefusedWithFileAndReason) {
  EXPECT_THAT(TopologyRefusal(GetParam().content),
              AllOf(HasSubstr("the-file: "), HasSubstr(GetParam().says)));
}

INSTANTIATE_TEST_SUITE_P(
    All, NodeLinkFaultTest,
    ::testing::Values(
        Fault{"NoCapacity", Document(kNodes, R"({"source": 7, "target": 3})"),
              "links[0]: link 7>3 has no capacity"},
        Fault{"ZeroCapacity", Document(kNodes, R"({"source": 7, "target": 3, "capacity": 0})"),
              "links[0]: link 7-3 has capacity 0"},
        Fault{"TextCapacity", Document(kNodes, R"({"source": 7, "target": 3, "capacity": "fat"})"),
              "links[0]: link 7-3: the capacity \"fat\" is no rate"},
        Fault{"ListCapacity", Document(kNodes, R"({"source": 7, "target": 3, "capacity": [1]})"),
              "links[0]"},
        Fault{"UnknownNode", Document(kNodes, R"({"source": 7, "target": 9, "capacity": 1})"),
              "links[0]: link 7-9 ends at node \"9\""},
        Fault{"NoTarget", Document(kNodes, R"({"source": 7})"), "links[0]: lacks"},
        Fault{"LinkIsNumber", Document(kNodes, "5"), "links[0]: is no object"},
        Fault{"RepeatedId", Document("{\"id\": 1}, {\"id\": 1}", ""), "nodes[1]: node id \"1\""},
        Fault{"NodeIsNumber", Document("1", ""), "nodes[0]: has no \"id\""},
        Fault{"IdIsObject", Document("{\"id\": {}}", ""), "nodes[0]: has no \"id\""},
        Fault{"NodesIsNumber", "{\"directed\": true, \"nodes\": 3, \"links\": []}",
              "lacks the lists"},
        Fault{"NoLinks", "{\"directed\": true, \"nodes\": []}", "lacks the lists"},
        Fault{"OddDirected", Document(kNodes, "", "\"directed\": 3"), "neither true nor false"}),
    [](const auto& info) { return info.param.name; });

TEST(NodeLinkJsonTest, NanIsNotJsonAndIsRefusedNamingItsLink) {
  EXPECT_THAT(TopologyRefusal(Document(kNodes, R"({"source": 7, "target": 3, "capacity": NaN})")),
              HasSubstr("the-file: links[0]: link 7-3: the capacity \"NaN\""));
  EXPECT_THAT(TopologyRefusal("{\"directed\": true, \"nodes\": [\n{\"id\": nan}], \"links\": []}"),
              HasSubstr("the-file:2: column"));
}

TEST(NodeLinkJsonTest, AKeyThatAnObjectHasTwiceIsRefused) {
  EXPECT_THAT(TopologyRefusal(
                  Document(kNodes, R"({"source": 7, "target": 3, "capacity": 1, "capacity": 2})")),
              HasSubstr("the key \"capacity\" twice"));
}

}  // namespace
}  // namespace rhumb
