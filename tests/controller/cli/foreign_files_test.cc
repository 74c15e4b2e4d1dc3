// Files as other tools write them, given to the program: what it makes of them, or says of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "tests/controller/cli/program.h"

namespace rhumb {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ProgramResult;
using testing::RunRhumb;
using testing::TemporaryPath;

// The path of a new file.
std::string File(const std::string& name, const std::string& content) {
  const std::string path = TemporaryPath(name);
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

json Facts(const std::string& command) {
  const ProgramResult result = RunRhumb(command + " --output json");
  EXPECT_EQ(result.exit_code, 0) << result.stderr_text;
  return json::parse(result.stdout_text, nullptr, false);
}

std::string Triangle() {
  return File(
      "triangle.json",
      R"({"directed": false, "multigraph": false, "graph": {}, "nodes": [{"id": "p"}, {"id": "q"}, {"id": "r"}],
 "links": [{"source": "p", "target": "q", "capacity": 500}, {"source": "q", "target": "r", "capacity": 500},
  {"source": "p", "target": "r", "capacity": 500}]})");
}

TEST(ForeignFilesTest, FieldsOfGraphmlByNetworkxAreRead) {
  const std::string file = File("x.graphml", R"(<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d2" for="edge" attr.name="delay" attr.type="double"/>
<key id="d1" for="edge" attr.name="weight" attr.type="long"/>
<key id="d0" for="edge" attr.name="capacity" attr.type="double"/>
<graph edgedefault="undirected"><node id="p"/><node id="q"/>
<edge source="p" target="q"><data key="d0">40000</data><data key="d1">6</data><data key="d2">3.5</data></edge>
</graph></graphml>)");
  for (const char* option : {"", " --default-capacity 77G"}) {
    const ProgramResult result = RunRhumb("topo describe " + file + option);
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_THAT(result.stdout_text, AllOf(HasSubstr("40 Gbit/s      2"), HasSubstr("median 3.5 ms"),
                                          HasSubstr("median 6")));
    EXPECT_THAT(result.stderr_text, HasSubstr("link delays without a unit, 1 read as 1ms"));
  }
}

TEST(ForeignFilesTest, UnixSecondsGiveTheIntervalThatIsBetweenThem) {
  const json facts =
      Facts("traffic describe " + File("unix.csv",
                                       "# unit: Mbit/s\ntime,p>q\n1717200000,1\n1717200900,2\n"
                                       "1717201800,3\n"));
  EXPECT_EQ(facts["interval_s"], 900);
  EXPECT_EQ(facts["first"], "2024-06-01T00:00:00Z");
}

TEST(ForeignFilesTest, ReplayRefusesRatesBeyondAllBounds) {
  const ProgramResult result =
      RunRhumb("replay --policies shortest-path --topology " + Triangle() + " --traffic " +
               File("huge.csv",
                    "# unit: kbit/s\ntime,p>q\n2024-01-01T00:00:00Z,1e301\n"
                    "2024-01-01T00:05:00Z,1e301\n"));
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.stderr_text, AllOf(HasSubstr("huge.csv:3"), HasSubstr("1 Pbit/s")));
  EXPECT_THAT(result.stdout_text, Not(HasSubstr("nan")));
}

TEST(ForeignFilesTest, NobodyWinsWithoutTraffic) {
  const ProgramResult result =
      RunRhumb("replay --policies shortest-path,ecmp --topology " + Triangle() + " --traffic " +
               File("none.csv",
                    "# unit: kbit/s\ntime,p>q\n2024-01-01T00:00:00Z,0\n2024-01-01T00:05:00Z,0\n"));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.stdout_text, AllOf(HasSubstr("No winner"), Not(HasSubstr("* shortest-path"))));
}

TEST(ForeignFilesTest, LabelsWithSumsAndProductsAreReadWholeOrNotAtAll) {
  const std::string file = File("labels.graphml", R"(<graphml>
<key attr.name="label" attr.type="string" for="node" id="n"/>
<key attr.name="LinkLabel" attr.type="string" for="edge" id="l"/>
<graph edgedefault="undirected"><node id="0"/><node id="1"/><node id="2"/><node id="3"/>
<edge source="0" target="1"><data key="l">3x10Gb/s</data></edge>
<edge source="1" target="2"><data key="l">2x1 Gbps + 3x STM-4</data></edge>
<edge source="2" target="3"><data key="l">622Mbs/10Gbps</data></edge></graph></graphml>)");
  const std::string to = TemporaryPath("labels.json");
  const ProgramResult result =
      RunRhumb("topo convert " + file + " --default-capacity 2.5G --to " + to);
  ASSERT_EQ(result.exit_code, 0) << result.stderr_text;
  std::map<std::string, double> capacities;
  std::ifstream in(to);
  const json written = json::parse(in);
  for (const json& link : written["links"]) {
    capacities[link["source"].get<std::string>() + link["destination"].get<std::string>()] =
        link["capacityBps"];
  }
  EXPECT_EQ(capacities["n0n1"], 30e9);
  EXPECT_EQ(capacities["n1n2"], 2e9 + 3 * 622.08e6);
  EXPECT_EQ(capacities["n2n3"], 2.5e9);
  EXPECT_THAT(result.stderr_text,
              AllOf(HasSubstr("names no single rate: 1"), HasSubstr("622Mbs/10Gbps")));
}

TEST(ForeignFilesTest, DelaysWithTheirUnitAreRead) {
  const ProgramResult result =
      RunRhumb("topo describe " + File("delay.json", R"({"nodes": [{"id": 1}, {"id": 2}], "links":
 [{"source": 1, "target": 2, "capacity": "10Gbps", "delay": "4ms"}]})"));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.stdout_text, HasSubstr("delay           4 ms to 4 ms"));
  EXPECT_THAT(result.stderr_text, Not(HasSubstr("not used")));
}

// Two types of one name in one program once wrote over the end of a list of these.
TEST(ForeignFilesTest, PositionsThatAgreeWithLengthsArePlacesOnEarth) {
  const ProgramResult result = RunRhumb("topo describe " + File("places.json", R"({"nodes": [
 {"pos": [2.35, 48.85], "id": "Paris"}, {"pos": [-0.12, 51.5], "id": "London"}, {"pos": [4.9, 52.37], "id": "Amsterdam"}],
 "links": [{"source": "Paris", "target": "London", "capacity": 100, "dist": 344},
  {"source": "Paris", "target": "Amsterdam", "capacity": 100, "dist": 430},
  {"source": "London", "target": "Amsterdam", "capacity": 40, "dist": 358}]})"));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.stdout_text, HasSubstr("3, 3 with coordinates"));
  EXPECT_THAT(result.stderr_text, HasSubstr("the lengths of the links agree"));
}

TEST(ForeignFilesTest, ValidationNamesEveryFaultInOneRun) {
  const std::string file = File("faults.graphml", R"(<graphml>
<graph edgedefault="undirected"><node id="p"/><node id="q"/><node id="r"/>
<edge source="p" target="q"/></graph></graphml>)");
  const ProgramResult result = RunRhumb("topo validate " + file);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.stdout_text,
              AllOf(HasSubstr("without a capacity"), HasSubstr("2 parts that no link joins")));
  EXPECT_THAT(result.stderr_text, HasSubstr("--default-capacity 10G --largest-part"));
}

TEST(ForeignFilesTest, FilesInXzAreReadAndOthersNamedWithTheirCommand) {
  // {"nodes": [{"id": "a"}, {"id": "b"}], "links": [{"source": "a", "target": "b", "capacity": 7}]}
  const unsigned char packed[] = {
      0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00, 0x04, 0xe6, 0xd6, 0xb4, 0x46, 0x02, 0x00,
      0x21, 0x01, 0x16, 0x00, 0x00, 0x00, 0x74, 0x2f, 0xe5, 0xa3, 0xe0, 0x00, 0x5f, 0x00,
      0x4a, 0x5d, 0x00, 0x3d, 0x88, 0x89, 0xc7, 0x33, 0xa8, 0xe7, 0xcc, 0x4b, 0x04, 0xe7,
      0xe5, 0xae, 0x90, 0x45, 0x8d, 0x17, 0x2e, 0x25, 0xeb, 0xe9, 0xf5, 0x95, 0x88, 0x4f,
      0x40, 0xb1, 0xa0, 0x30, 0xb3, 0x22, 0x1c, 0x0f, 0x2f, 0x67, 0xe0, 0x26, 0x40, 0xf5,
      0x3d, 0xf5, 0x93, 0x9e, 0x42, 0x33, 0x0d, 0x46, 0x10, 0xca, 0x68, 0x77, 0x4a, 0x63,
      0x66, 0x8b, 0xd7, 0xf6, 0x3d, 0x6e, 0xf0, 0xc0, 0xab, 0xb4, 0x63, 0xde, 0xaa, 0x8b,
      0x5a, 0xa1, 0x98, 0x5c, 0xfc, 0x2c, 0x00, 0x00, 0x00, 0x00, 0x9b, 0xd6, 0xf3, 0x19,
      0x30, 0x6f, 0x3c, 0x40, 0x00, 0x01, 0x66, 0x60, 0x52, 0x18, 0x93, 0x5e, 0x1f, 0xb6,
      0xf3, 0x7d, 0x01, 0x00, 0x00, 0x00, 0x00, 0x04, 0x59, 0x5a};
  const std::string xz =
      File("net.json.xz", std::string(reinterpret_cast<const char*>(packed), sizeof packed));
  EXPECT_EQ(RunRhumb("topo validate " + xz).exit_code, 0);
  const ProgramResult rar =
      RunRhumb("topo validate " + File("net.rar", "Rar!\x1a\x07\x01 and so on"));
  EXPECT_EQ(rar.exit_code, 1);
  EXPECT_THAT(rar.stdout_text, HasSubstr("unrar x "));
}

TEST(ForeignFilesTest, TablesOfASpreadsheetWithSemicolonsAndCommasAreRead) {
  const json facts =
      Facts("traffic describe " + File("table.csv",
                                       "\xef\xbb\xbf# unit: Mbit/s\r\ntime;p>q;q>r\r\n"
                                       "2024-01-01T00:00:00Z;7,5;2\r\n"
                                       "2024-01-01T00:05:00Z;8,5;3\r\n"));
  EXPECT_EQ(facts["total_bps"]["min"], 9.5e6);
  EXPECT_EQ(facts["total_bps"]["max"], 11.5e6);
}

}  // namespace
}  // namespace rhumb
