#include "topologies/formats/native_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/networks.h"
#include "tests/topologies/formats/reading.h"
#include "topologies/formats/file_io.h"
#include "topologies/formats/loader.h"
#include "topologies/formats/proto_conversion.h"

namespace rhumb {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::Fault;
using ::testing::HasSubstr;

std::string Message(const absl::Status& status) { return std::string(status.message()); }

std::string TemporaryFile(const std::string& name) {
  return (std::filesystem::path(::testing::TempDir()) / name).string();
}

constexpr char kTwoNodes[] = R"({"name": "two", "nodes": [{"name": "A"}, {"name": "B"}],
  "links": [{"source": "A", "destination": "B", "capacityBps": 1e9, "propagationDelay": "0.0015s"},
            {"source": "B", "destination": "A", "capacityBps": 2e9, "igpMetric": 7,
             "administrativeState": "ADMINISTRATIVE_STATE_DRAINED"}]})";

TEST(NativeJsonTest, ReadsLinksWithTheirUnitsAndStates) {
  const auto loaded = ReadTopology(kTwoNodes, "two.json");

  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->report.format, "native JSON");
  EXPECT_EQ(loaded->value.name(), "two");
  EXPECT_EQ(loaded->value.link(0).name, "A>B");
  EXPECT_EQ(loaded->value.link(0).capacity_bps, 1e9);
  EXPECT_EQ(loaded->value.link(0).propagation_delay, absl::Microseconds(1500));
  EXPECT_EQ(loaded->value.link(0).igp_metric, 1);
  EXPECT_EQ(loaded->value.link(1).igp_metric, 7);
  EXPECT_EQ(loaded->value.link(1).administrative_state, AdministrativeState::kDrained);
}

class NativeTopologyFaultTest : public ::testing::TestWithParam<Fault> {};

TEST_P(NativeTopologyFaultTest, IsRefusedWithFileAndReason) {
  const auto loaded = ReadTopology(GetParam().content, "net.json");
  ASSERT_FALSE(loaded.ok());
  EXPECT_THAT(Message(loaded.status()), AllOf(HasSubstr("net.json"), HasSubstr(GetParam().says)));
}

INSTANTIATE_TEST_SUITE_P(
    All, NativeTopologyFaultTest,
    ::testing::Values(
        Fault{"Empty", "", "empty"}, Fault{"OtherJson", "{\"a\": 1}", "other fields"},
        Fault{"Truncated", "{\"nodes\": [{\"name\": \"A\"},\n", "net.json:2"},
        Fault{"NotJson", "{\"nodes\": nonsense}", "column 12"},
        Fault{"UnknownField", "{\"nodes\": [{\"name\": \"A\", \"city\": \"X\"}]}", "city"},
        Fault{"UnknownNode",
              "{\"nodes\": [{\"name\": \"A\"}], \"links\": [{\"source\": \"A\", \"destination\": "
              "\"Z\", \"capacityBps\": 1}]}",
              "\"Z\""},
        Fault{"MissingCapacity",
              "{\"nodes\": [{\"name\": \"A\"}, {\"name\": \"B\"}], \"links\": [{\"source\": \"A\", "
              "\"destination\": \"B\"}]}",
              "link 0 (A>B)"},
        Fault{"NanCapacity",
              "{\"nodes\": [{\"name\": \"A\"}, {\"name\": \"B\"}], \"links\": [{\"source\": \"A\", "
              "\"destination\": \"B\", \"capacityBps\": \"NaN\"}]}",
              "link 0 (A>B)"},
        Fault{"RepeatedName", "{\"nodes\": [{\"name\": \"A\"}, {\"name\": \"A\"}]}", "\"A\""},
        Fault{"InTwoParts", "{\"nodes\": [{\"name\": \"A\"}, {\"name\": \"B\"}]}", "2 parts"},
        Fault{"Traffic", "{\"matrices\": []}", "this is traffic"}),
    [](const auto& info) { return info.param.name; });

TEST(NativeJsonTest, RefusesDeepNestingWithoutRecursion) {
  const std::string json = "{\"nodes\": " + std::string(1000000, '[');
  EXPECT_THAT(Message(ReadTopology(json, "deep.json").status()), HasSubstr("nested"));
}

TEST(NativeJsonTest, FillsMissingCapacitiesOnlyWhenAskedAndCountsThem) {
  LoadOptions options;
  options.default_capacity_bps = 10e9;
  const auto loaded = ReadTopology(
      R"({"nodes": [{"name": "A"}, {"name": "B"}], "links": [{"source": "A", "destination": "B"}]})",
      "net.json", options);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->value.name(), "net");
  EXPECT_EQ(loaded->value.link(0).capacity_bps, 10e9);
  EXPECT_THAT(loaded->report.notes,
              ElementsAre(HasSubstr("links without a capacity given the default of 10 Gbit/s: 1"),
                          HasSubstr("direction")));
}

TEST(NativeJsonTest, LargestPartIsTakenOnRequestAndTheRestCounted) {
  LoadOptions options;
  options.largest_part = true;
  const auto loaded = ReadTopology(
      R"({"nodes": [{"name": "X"}, {"name": "A"}, {"name": "B"}],
          "links": [{"source": "A", "destination": "B", "capacityBps": 1},
                    {"source": "B", "destination": "A", "capacityBps": 1}]})",
      "net.json", options);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->value.num_nodes(), 2);
  EXPECT_EQ(loaded->value.link(0).name, "A>B");
  EXPECT_THAT(loaded->report.notes, ElementsAre(HasSubstr("left out 1 of 3 nodes and 0 links")));
}

TEST(NativeJsonTest, TopologyToFileAndBackChangesNothing) {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    const Topology before = testing::RandomConnected(seed, 5 + seed);
    for (const char* name : {"round.json", "round.json.gz"}) {
      const std::string path = TemporaryFile(name);
      ASSERT_TRUE(SaveTopology(before, path).ok());
      const auto after = LoadTopology(path);
      ASSERT_TRUE(after.ok()) << after.status();
      EXPECT_EQ(ToProto(after->value).SerializeAsString(), ToProto(before).SerializeAsString());
      EXPECT_TRUE(after->report.notes.empty());
    }
  }
}

TEST(NativeJsonTest, TrafficToFileAndBackChangesNothing) {
  std::vector<TimedMatrix> matrices;
  for (int i = 0; i < 3; ++i) {
    matrices.push_back(
        {absl::FromUnixSeconds(1000000000) + i * absl::Minutes(15), testing::RandomTraffic(i, 6)});
  }
  const TrafficSeries before = TrafficSeries::Create("random", {"A", "B", "C", "D", "E", "F"},
                                                     absl::Minutes(15), matrices, "made up")
                                   .value();
  const std::string path = TemporaryFile("round.traffic.json.gz");
  ASSERT_TRUE(SaveTraffic(before, path).ok());
  const auto after = LoadTraffic(path);

  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(after->value.name(), "random");
  EXPECT_EQ(after->value.origin(), "made up");
  EXPECT_EQ(after->value.interval(), absl::Minutes(15));
  EXPECT_EQ(after->value.node_names(), before.node_names());
  ASSERT_EQ(after->value.size(), 3);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(after->value[i].time, before[i].time);
    EXPECT_EQ(after->value.demands(i), before.demands(i));
  }
}

TEST(NativeJsonTest, RefusesBadMatricesAndSaysWhich) {
  auto fault = [](const std::string& matrix) {
    return Message(
        ReadTraffic("{\"nodes\": [\"A\", \"B\"], \"matrices\": [" + matrix + "]}", "t.json")
            .status());
  };
  EXPECT_THAT(fault(R"({"source": [0], "destination": [5], "rateBps": [1]})"), HasSubstr("node 5"));
  EXPECT_THAT(fault(R"({"source": [0], "destination": [1], "rateBps": [-1]})"), HasSubstr("A>B"));
  EXPECT_THAT(fault(R"({"source": [0], "destination": [1], "rateBps": ["NaN"]})"),
              HasSubstr("A>B"));
  EXPECT_THAT(fault(R"({"source": [0], "destination": [0], "rateBps": [1]})"), HasSubstr("itself"));
  EXPECT_THAT(fault(R"({"source": [0, 0], "destination": [1, 1], "rateBps": [1, 2]})"),
              HasSubstr("twice"));
  EXPECT_THAT(fault(R"({"source": [0], "destination": [1]})"), HasSubstr("0 rates"));
}

TEST(NativeJsonTest, RefusesMatricesBeyondTheMemoryLimitBeforeAllocatingThem) {
  LoadOptions options;
  options.max_series_bytes = 1000;
  const auto loaded =
      ReadTraffic(R"({"nodes": ["A", "B", "C", "D"], "matrices": [{},{},{},{},{},{},{},{}]})",
                  "t.json", options);
  EXPECT_EQ(loaded.status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(NativeJsonTest, PlanToMessageAndBackKeepsRatios) {
  const Topology topology = testing::Diamond();
  PathSet::Builder builder;
  builder.AddPair(0, 3).AddPath({0, 2}).AddPath({4, 6});
  const RoutingPlan plan(std::make_shared<const PathSet>(builder.Build()), {0.25, 0.75}, 4);
  const auto json = WriteNativePlan(plan, topology);
  ASSERT_TRUE(json.ok());
  const auto again = ReadNativePlan({*json, "plan.json"}, topology);

  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->topology_version(), 4u);
  EXPECT_THAT(again->ratios(), ElementsAre(0.25, 0.75));
  EXPECT_THAT(again->paths().links(1), ElementsAre(4, 6));
  EXPECT_TRUE(again->Validate(topology).ok());
  rhumb::v1::RoutingPlan message = ToProto(plan, topology);
  message.mutable_routes(0)->mutable_paths(0)->set_links(0, "A>Z");
  EXPECT_EQ(FromProto(message, topology).status().code(), absl::StatusCode::kNotFound);
}

TEST(GzipTest, RefusesTornAndDamagedDataAndBombs) {
  const std::string packed = Gzip(std::string(100000, 'x') + "end").value();
  EXPECT_EQ(Gunzip(packed, 1 << 20)->size(), 100003u);
  EXPECT_EQ(Gunzip(packed + packed, 1 << 20)->size(), 200006u);
  EXPECT_THAT(Message(Gunzip(packed.substr(0, packed.size() - 12), 1 << 20).status()),
              HasSubstr("cut short"));
  std::string damaged = packed;
  damaged[packed.size() - 6] ^= 1;  // in the checksum
  EXPECT_THAT(Message(Gunzip(damaged, 1 << 20).status()), HasSubstr("damaged"));
  EXPECT_EQ(Gunzip(packed, 1000).status().code(), absl::StatusCode::kResourceExhausted);
  const std::string bomb = Gzip(std::string(20 << 20, ' ')).value();
  EXPECT_THAT(Message(Gunzip(bomb, int64_t{1} << 30).status()), HasSubstr("compressed more than"));
}

}  // namespace
}  // namespace rhumb
