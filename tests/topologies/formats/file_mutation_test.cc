// Files with one slip in them: what is read then is the same, or told, or refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "tests/topologies/formats/reading.h"
#include "topologies/formats/proto_conversion.h"

namespace rhumb {
namespace {

struct Sample {
  const char* name;
  std::string text;
};

void PrintTo(const Sample& sample, std::ostream* out) { *out << sample.name; }

class FileMutationTest : public ::testing::TestWithParam<Sample> {};

std::string Facts(const Topology& topology) { return ToProto(topology).SerializeAsString(); }

// Without the names, which are texts and may hold anything.
std::string NamelessFacts(const Topology& topology) {
  rhumb::v1::Topology message = ToProto(topology);
  message.clear_name();
  for (auto& node : *message.mutable_nodes()) {
    node.clear_name();
    node.clear_description();
  }
  for (auto& link : *message.mutable_links()) {
    link.clear_name();
    link.clear_source();
    link.clear_destination();
  }
  return message.SerializeAsString();
}

// Every name of a field, changed by one letter, is a field that is not read any more: its name must
// stand in a note, or the file be refused.
TEST_P(FileMutationTest, AFieldUnderAnUnknownNameIsNamedInANoteOrRefused) {
  const std::string& text = GetParam().text;
  const auto original = ReadTopology(text, "f");
  ASSERT_TRUE(original.ok()) << original.status();
  for (const char* field : {"capacity", "delay", "weight", "metric"}) {
    size_t at = text.find(field);
    if (at == std::string::npos) continue;
    std::string changed = text;
    for (; at != std::string::npos; at = changed.find(field, at + 1)) changed[at] = 'q';
    LoadOptions options;
    options.default_capacity_bps = 77e9;
    const auto loaded = ReadTopology(changed, "f", options);
    if (!loaded.ok()) continue;
    if (Facts(loaded->value) == Facts(original->value)) continue;
    const std::string unknown = absl::StrCat("q", std::string(field).substr(1));
    EXPECT_TRUE(std::any_of(
        loaded->report.notes.begin(), loaded->report.notes.end(),
        [&](const std::string& note) { return note.find(unknown) != std::string::npos; }))
        << field << "\n"
        << changed;
  }
}

// A value of which a digit became a letter or sign is no number any more.
TEST_P(FileMutationTest, ADigitThatBecameSomethingElseIsNeverReadInPart) {
  const std::string& text = GetParam().text;
  const auto original = ReadTopology(text, "f");
  ASSERT_TRUE(original.ok()) << original.status();
  std::mt19937 random(7);
  int read = 0, refused = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] < '0' || text[at] > '9') continue;
    std::string changed = text;
    changed[at] = "qO?#~!"[random() % 6];
    const auto loaded = ReadTopology(changed, "f");
    if (!loaded.ok()) {
      ++refused;
      continue;
    }
    ++read;
    // Texts and ids may hold anything; numbers may not. What differs is a name then.
    ASSERT_EQ(loaded->value.num_links(), original->value.num_links()) << changed;
    for (LinkId l = 0; l < original->value.num_links(); ++l) {
      const Link &a = original->value.link(l), &b = loaded->value.link(l);
      const bool same = a.capacity_bps == b.capacity_bps && a.igp_metric == b.igp_metric &&
                        a.propagation_delay == b.propagation_delay;
      EXPECT_TRUE(same || loaded->report.notes != original->report.notes) << at << "\n" << changed;
    }
  }
  EXPECT_GT(refused, 0);
}

// What is true of names of fields is true of every letter of a file: where the network is another
// one then, a note says so.
TEST_P(FileMutationTest, ALetterThatBecameAnotherIsNoSilentDifference) {
  const std::string& text = GetParam().text;
  const auto original = ReadTopology(text, "f");
  ASSERT_TRUE(original.ok()) << original.status();
  for (size_t at = 0; at < text.size(); ++at) {
    if (!absl::ascii_isalpha(text[at])) continue;
    std::string changed = text;
    changed[at] = text[at] == 'q' ? 'w' : 'q';
    LoadOptions options;
    options.default_capacity_bps = 77e9;
    const auto loaded = ReadTopology(changed, "f", options);
    if (!loaded.ok() || NamelessFacts(loaded->value) == NamelessFacts(original->value)) continue;
    EXPECT_NE(loaded->report.notes, original->report.notes) << at << "\n" << changed;
  }
}

// Cut anywhere, a file is refused, or says what the whole says.
TEST_P(FileMutationTest, ACutShortFileIsRefusedOrWhole) {
  const std::string& text = GetParam().text;
  const auto original = ReadTopology(text, "f");
  ASSERT_TRUE(original.ok());
  for (size_t size = 0; size < text.size(); ++size) {
    const auto loaded = ReadTopology(text.substr(0, size), "f");
    if (!loaded.ok()) continue;
    const std::string rest = text.substr(size);
    const bool only_blanks = rest.find_first_not_of(" \r\n\t") == std::string::npos;
    // Lines of a table that are missing whole cannot be seen.
    const bool whole_lines = size > 0 && (text[size - 1] == '\n' || rest[0] == '\n') &&
                             GetParam().name == absl::string_view("EdgeList");
    EXPECT_TRUE(only_blanks || whole_lines ||
                (GetParam().name == absl::string_view("EdgeList") &&
                 loaded->value.num_links() <= original->value.num_links()))
        << size << "\n"
        << text.substr(0, size);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, FileMutationTest,
    ::testing::Values(
        Sample{"NodeLink",
               R"({"directed": false, "nodes": [{"id": "a"}, {"id": "b"}, {"id": "c"}], "links": [
 {"source": "a", "target": "b", "capacity": 2500, "delay": "3.5ms", "weight": 12},
 {"source": "b", "target": "c", "capacity": "2x10G", "delay": "45ms", "weight": 7}]})"},
        Sample{"Graphml",
               R"(<graphml><key id="k" for="edge" attr.name="capacity" attr.type="double"/>
<key id="d" for="edge" attr.name="delay" attr.type="double"/>
<key id="m" for="edge" attr.name="metric" attr.type="double"/>
<graph edgedefault="undirected"><node id="a"/><node id="b"/>
<edge source="a" target="b"><data key="k">2500</data><data key="d">4.5</data><data key="m">12</data></edge>
</graph></graphml>)"},
        Sample{"Gml",
               "graph [\n node [ id 1 ]\n node [ id 2 ]\n edge [ source 1 target 2 capacity 2500 "
               "delay 3.5 weight 11 ]\n]\n"},
        Sample{"Dot", "graph g { a -- b [capacity=\"25Gbps\", delay=\"3.5ms\", weight=17]; }"},
        Sample{"Rfc8345", R"({"ietf-network:networks": {"network": [{"network-id": "n", "node": [
 {"node-id": "a", "ietf-te-topology:te": {"geolocation": {"latitude": "47.5", "longitude": "8.5"}}}, {"node-id": "b"}],
 "ietf-network-topology:link": [
 {"link-id": "ab", "source": {"source-node": "a"}, "destination": {"dest-node": "b"},
  "ietf-l3-unicast-topology:l3-link-attributes": {"metric1": "12"},
  "ietf-te-topology:te": {"oper-status": "down", "te-link-attributes": {"max-link-bandwidth": {"te-bandwidth": {"generic": "312500000"}},
   "te-delay-metric": 3500, "admin-status": "maintenance", "te-srlgs": {"value": [17]}}}},
 {"link-id": "ba", "source": {"source-node": "b"}, "destination": {"dest-node": "a"},
  "ietf-te-topology:te": {"te-link-attributes": {"te-default-metric": 13, "max-link-bandwidth": {"te-bandwidth": {"generic": "0x1.2p33"}},
   "te-delay-metric": 4500}}}]}]}})"},
        Sample{
            "FrrTed",
            R"({"ted": {"name": "t", "vertices": [{"vertex-id": 17, "name": "a", "router-id": "10.0.0.1"},
 {"vertex-id": 18, "name": "b", "router-id": "10.0.0.2"}], "edges": [
 {"edge-id": 65537, "status": "Delete", "local-vertex-id": 17, "remote-vertex-id": 18, "metric": 11,
  "edge-attributes": {"te-metric": 11, "max-link-bandwidth": 1250000000, "delay": 8500, "srlgs": [{"srlg": 25}]}},
 {"edge-id": 65538, "status": "Sync", "local-vertex-id": 18, "remote-vertex-id": 17, "metric": 0,
  "edge-attributes": {"te-metric": 12, "max-link-bandwidth": 1250000000, "delay": 8500}}],
 "verticesCount": 2, "edgesCount": 2}})"},
        Sample{"EdgeList", "source,target,capacity,delay,weight\na,b,2500,3.5,12\nb,c,10,1,7\n"}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace rhumb
