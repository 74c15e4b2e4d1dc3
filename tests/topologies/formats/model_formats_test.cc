// RFC 8345 JSON, both ways, and the TE databases of FRRouting.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/networks.h"
#include "tests/topologies/formats/reading.h"
#include "topologies/formats/rfc8345_json.h"

namespace rhumb {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using testing::Fault;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TopologyRefusal;

constexpr char kTeNetwork[] = R"({"ietf-network:networks": {"network": [
 {"network-id": "underlay", "node": [{"node-id": "x"}]},
 {"network-id": "core", "network-types": {"ietf-te-topology:te-topology": {}},
  "node": [
   {"node-id": "D1", "ietf-network-topology:termination-point": [{"tp-id": "1"}],
    "ietf-te-topology:te": {"te-node-attributes": {"name": "Delft", "domain-id": 3},
                            "geolocation": {"latitude": "52.01", "longitude": "4.36"}}},
   {"node-id": "D2"}],
  "ietf-network-topology:link": [
   {"link-id": "D1,1,D2,2", "source": {"source-node": "D1", "source-tp": "1"},
    "destination": {"dest-node": "D2"},
    "ietf-l3-unicast-topology:l3-link-attributes": {"metric1": "30", "flag": ["x"]},
    "ietf-te-topology:te": {"te-link-attributes": {
       "admin-status": "up", "te-default-metric": 7, "te-delay-metric": 1500,
       "max-link-bandwidth": {"te-bandwidth": {"generic": "0x1.2A05F2p30"}},
       "te-srlgs": {"value": [17]}}}},
   {"link-id": "back", "source": {"source-node": "D2"}, "destination": {"dest-node": "D1"},
    "ietf-te-topology:te": {"oper-status": "down", "te-link-attributes": {
       "admin-status": "maintenance", "te-default-metric": 7,
       "max-link-bandwidth": {"te-bandwidth": {"generic": "125000000"}}}}}]}]}})";

TEST(Rfc8345Test, ReadsTheModelsAttributes) {
  const auto loaded = ReadTopology(kTeNetwork, "n.json");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->report.format, "RFC 8345 JSON");
  EXPECT_EQ(loaded->value.name(), "core");
  EXPECT_EQ(loaded->value.node(0).description, "Delft");
  EXPECT_EQ(loaded->value.node(0).coordinates->latitude_deg, 52.01);
  ASSERT_EQ(loaded->value.num_links(), 2);
  const Link& there = loaded->value.link(0);
  EXPECT_EQ(there.name, "D1,1,D2,2");
  // 0x1.2A05F2 * 2^30 bytes per second are 1.25e9, so 10 Gbit/s.
  EXPECT_EQ(there.capacity_bps, 10e9);
  EXPECT_EQ(there.igp_metric, 30);
  EXPECT_EQ(there.propagation_delay, absl::Microseconds(1500));
  EXPECT_THAT(there.shared_risk_groups, ::testing::ElementsAre("srlg-17"));
  const Link& back = loaded->value.link(1);
  EXPECT_EQ(back.capacity_bps, 1e9);
  EXPECT_EQ(back.igp_metric, 7);
  EXPECT_EQ(back.administrative_state, AdministrativeState::kDrained);
  EXPECT_EQ(back.operational_state, OperationalState::kDown);
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("holds 2 networks: only \"core\"")));
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("\"flag\" 1")));
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("\"domain-id\" 1")));
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("termination-point\" 1")));
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("\"source-tp\" 1")));
}

std::string Replaced(std::string text, absl::string_view from, absl::string_view to) {
  return text.replace(text.find(from.data()), from.size(), std::string(to));
}

TEST(Rfc8345Test, NamesWhatItCannotRead) {
  for (const auto& [from, to, note] :
       {std::tuple("\"oper-status\": \"down\"", "\"oper-status\": \"testing\"",
                   "oper-status \"testing\" read as up: 1"),
        std::tuple("\"value\": [17]", "\"value\": [{}]", "risk groups that are no numbers"),
        std::tuple("\"value\": [17]", "\"values\": [17]", "\"values\" 1"),
        std::tuple("\"52.01\", \"longitude\": \"4.36\"", "\"north\", \"longitude\": \"east\"",
                   "coordinates that are missing in part or unreadable left out: 1")}) {
    const auto loaded = ReadTopology(Replaced(kTeNetwork, from, to), "n.json");
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    EXPECT_THAT(loaded->report.notes, Contains(HasSubstr(note)));
  }
  LoadOptions options;
  options.default_capacity_bps = 1e9;
  const auto other =
      ReadTopology(Replaced(kTeNetwork, "\"generic\": \"125", "\"otn\": \"125"), "n.json", options);
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_THAT(other->report.notes, Contains(HasSubstr("\"otn\" 1")));
}

TEST(Rfc8345Test, WritesWhatItReads) {
  const auto first = ReadTopology(kTeNetwork, "n.json");
  ASSERT_TRUE(first.ok());
  const auto written = WriteRfc8345Json(first->value);
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_THAT(written->notes, IsEmpty());
  const auto again = ReadTopology(written->text, "m.json");
  ASSERT_TRUE(again.ok()) << again.status();
  ASSERT_EQ(again->value.num_links(), 2);
  EXPECT_EQ(again->value.name(), "core");
  EXPECT_EQ(again->value.link(0).name, "D1,1,D2,2");
  EXPECT_EQ(again->value.link(0).shared_risk_groups, first->value.link(0).shared_risk_groups);
  EXPECT_EQ(again->value.link(1).operational_state, OperationalState::kDown);
}

TEST(Rfc8345Test, SaysWhatTheFormatHasNoRoomFor) {
  std::vector<Link> links;
  testing::AddCable(&links, 0, 1, 1e9 + 1, absl::Nanoseconds(1500));
  links[0].shared_risk_groups = {"duct 7"};
  auto topology = Topology::Create("t", testing::NamedNodes(2), links, "somewhere");
  const auto written = WriteRfc8345Json(*topology);
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_THAT(written->notes, ::testing::ElementsAre("capacities rounded to bytes per second: 2",
                                                     "delays rounded to microseconds: 2",
                                                     "risk groups that got a number for a name: 1",
                                                     HasSubstr("origin")));
  links[0].igp_metric = 0.25;
  topology = Topology::Create("t", testing::NamedNodes(2), links);
  const auto scaled = WriteRfc8345Json(*topology);
  ASSERT_TRUE(scaled.ok()) << scaled.status();
  EXPECT_THAT(scaled->notes, Contains(HasSubstr("multiplied by 100,")));
  EXPECT_EQ(ReadTopology(scaled->text, "t")->value.link(1).igp_metric, 100);
  links[0].igp_metric = 1.0 / 3;
  topology = Topology::Create("t", testing::NamedNodes(2), links);
  EXPECT_THAT(std::string(WriteRfc8345Json(*topology).status().message()),
              AllOf(HasSubstr("A>B"), HasSubstr("whole numbers")));
}

constexpr char kTed[] = R"({"ted": {"name": "Sharp", "key": 1, "verticesCount": 2, "edgesCount": 3,
 "vertices": [
  {"vertex-id": 1, "status": "Sync", "origin": "ISIS_L2", "name": "r1", "router-id": "10.0.255.1"},
  {"vertex-id": 2, "status": "Sync", "origin": "ISIS_L2", "router-id": "10.0.255.2"}],
 "edges": [
  {"edge-id": 11, "status": "Sync", "local-vertex-id": 1, "remote-vertex-id": 2, "metric": 10,
   "edge-attributes": {"te-metric": 5, "max-link-bandwidth": 1250000000.0, "delay": 8500,
                       "unreserved-bandwidth": [{"class-type-0": 1.0}], "srlgs": [{"srlg": 4}]}},
  {"edge-id": 12, "status": "Sync", "local-vertex-id": 2, "remote-vertex-id": 1, "metric": 0,
   "edge-attributes": {"te-metric": 5, "max-link-bandwidth": 125000000.0}},
  {"edge-id": 13, "status": "Orphan", "local-vertex-id": 2, "metric": 3}]}})";

TEST(FrrTedTest, BandwidthsAreBytesAndDelaysMicroseconds) {
  const auto loaded = ReadTopology(kTed, "ted.json");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->report.format, "FRR TED JSON");
  EXPECT_EQ(loaded->value.node(0).name, "r1");
  EXPECT_EQ(loaded->value.node(1).name, "10.0.255.2");
  ASSERT_EQ(loaded->value.num_links(), 2);
  EXPECT_EQ(loaded->value.link(0).capacity_bps, 10e9);
  EXPECT_EQ(loaded->value.link(0).propagation_delay, absl::Microseconds(8500));
  EXPECT_EQ(loaded->value.link(0).igp_metric, 10);
  EXPECT_EQ(loaded->value.link(1).igp_metric, 5);
  EXPECT_THAT(loaded->report.notes,
              Contains(HasSubstr("lead to no vertex of the database skipped: 1")));
  EXPECT_THAT(loaded->report.notes, Contains(HasSubstr("\"unreserved-bandwidth\" 1")));
}

class ModelFaultTest : public ::testing::TestWithParam<Fault> {};

TEST_P(ModelFaultTest, IsRefusedWithFileAndReason) {
  EXPECT_THAT(TopologyRefusal(GetParam().content),
              AllOf(HasSubstr("the-file"), HasSubstr(GetParam().says)));
}

INSTANTIATE_TEST_SUITE_P(
    All, ModelFaultTest,
    ::testing::Values(
        Fault{"NoNetwork", R"({"ietf-network:networks": {}})", "lacks the list \"network\""},
        Fault{"OddBandwidth", Replaced(kTeNetwork, "0x1.2A05F2p30", "0x1p30,0x2p3"),
              "link D1-D2: the max-link-bandwidth"},
        Fault{"NoEnd", Replaced(kTeNetwork, "\"dest-node\": \"D1\"", "\"dest\": \"D1\""),
              "link[1]: lacks its source-node"},
        Fault{"UnknownEnd", Replaced(kTeNetwork, "\"dest-node\": \"D1\"", "\"dest-node\": \"D9\""),
              "link[1]: link D2-D9"},
        Fault{"TedWithoutEdges", R"({"ted": {"vertices": []}})", "lacks the lists"},
        Fault{"TedCut", Replaced(kTed, "\"verticesCount\": 2", "\"verticesCount\": 3"),
              "says \"verticesCount\": 3 but lists 2"},
        Fault{"TedNan", Replaced(kTed, "1250000000.0", "NaN"),
              "link 1-2: the max-link-bandwidth: \"NaN\""}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace rhumb
