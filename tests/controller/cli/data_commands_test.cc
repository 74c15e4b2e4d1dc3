// `rhumb topo` and `rhumb traffic`, run as a user runs them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/controller/cli/program.h"

namespace rhumb {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::ProgramResult;
using testing::RunRhumb;
using testing::TemporaryPath;

void WriteFile(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

TEST(TopoListTest, ListsShippedNetworksAndTraffic) {
  const ProgramResult result = RunRhumb("topo list --output json");
  ASSERT_EQ(result.exit_code, 0) << result.stderr_text;
  const json list = json::parse(result.stdout_text);
  ASSERT_EQ(list["topologies"].size(), 8);
  EXPECT_EQ(list["topologies"][5]["name"], "esnet6-backbone");
  EXPECT_EQ(list["topologies"][5]["nodes"], 30);
  EXPECT_EQ(list["traffic"][0]["name"], "abilene-2004");
  const ProgramResult table = RunRhumb("topo list");
  EXPECT_THAT(table.stdout_text, AllOf(HasSubstr("nsfnet"), HasSubstr("abilene-2004")));
}

TEST(TopoListTest, WithoutDataSaysWhereItLookedAndFails) {
  const std::string directory = TemporaryPath("nothing-shipped");
  std::filesystem::create_directories(directory);
  ::setenv("RHUMB_DATA", directory.c_str(), 1);

  const ProgramResult table = RunRhumb("topo list");
  const ProgramResult json = RunRhumb("topo list --output json");
  const ProgramResult unknown = RunRhumb("topo describe abilene");

  ::unsetenv("RHUMB_DATA");
  EXPECT_EQ(table.exit_code, 1);
  EXPECT_EQ(json.exit_code, 1);
  EXPECT_THAT(table.stdout_text, IsEmpty());
  EXPECT_THAT(json.stdout_text, IsEmpty());
  for (const ProgramResult& result : {table, json, unknown}) {
    EXPECT_THAT(result.stderr_text, AllOf(HasSubstr("in " + directory), HasSubstr("RHUMB_DATA")));
  }
}

TEST(TopoDescribeTest, GivesTheSameFactsAsTextAndAsJson) {
  const ProgramResult text = RunRhumb("topo describe esnet6-backbone");
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_THAT(text.stdout_text, AllOf(HasSubstr("94 directed"), HasSubstr("44 pairs of neighbours"),
                                      HasSubstr("CHIC>STAR#2"), HasSubstr("SOURCES.md")));
  const json facts =
      json::parse(RunRhumb("topo describe esnet6-backbone --output json").stdout_text);
  EXPECT_EQ(facts["nodes"], 30);
  EXPECT_EQ(facts["links"], 94);
  EXPECT_EQ(facts["adjacencies"], 44);
  EXPECT_EQ(facts["drained_links"].size(), 6);
  EXPECT_EQ(facts["links_by_risk_group"]["CHIC-STAR"], 4);
  EXPECT_EQ(facts["cut_links"].size(), 0);
}

TEST(TopoDescribeTest, UnknownNameFailsAndNamesTheShippedOnes) {
  const ProgramResult result = RunRhumb("topo describe esnet7");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.stdout_text, IsEmpty());
  EXPECT_THAT(result.stderr_text, AllOf(HasSubstr("esnet7"), HasSubstr("esnet6")));
}

TEST(TopoValidateTest, AcceptsAShippedNetwork) {
  const ProgramResult result = RunRhumb("topo validate geant");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.stdout_text, "geant is valid: native JSON, 23 nodes, 74 links\n");
}

TEST(TopoValidateTest, SaysWhatIsOddAboutAValidNetwork) {
  const std::string file = TemporaryPath("odd.json");
  WriteFile(file, R"({"name": "odd", "nodes": [
    {"name": "a", "coordinates": {"latitudeDeg": 0, "longitudeDeg": 0}},
    {"name": "b", "coordinates": {"latitudeDeg": 0, "longitudeDeg": 90}}],
    "links": [{"source": "a", "destination": "b", "capacityBps": 1e9, "propagationDelay": "0.001s"}]})");
  const ProgramResult result = RunRhumb("topo validate " + file + " --output json");
  ASSERT_EQ(result.exit_code, 0) << result.stderr_text;
  const std::string warnings = json::parse(result.stdout_text)["warnings"].dump();
  EXPECT_THAT(warnings, AllOf(HasSubstr("faster than light"), HasSubstr("other direction"),
                              HasSubstr("latitude 0"), HasSubstr("no usable path: b>a")));
}

TEST(TopoValidateTest, TellsAllFaultsInOneRunAndWritesTheRepairedNetwork) {
  const std::string file = TemporaryPath("two-faults.csv"), fixed = TemporaryPath("fixed.json");
  WriteFile(file, "source,target,capacity\na,b,\nb,c,10\nd,e,10\n");
  const ProgramResult result = RunRhumb("topo validate " + file + " --fix " + fixed);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(
      result.stdout_text,
      AllOf(HasSubstr("2 links without a capacity"), HasSubstr("2 parts that no link joins"),
            HasSubstr("--default-capacity 10G"), HasSubstr("--largest-part")));
  EXPECT_THAT(result.stderr_text,
              HasSubstr("rhumb topo describe " + file + " --default-capacity 10G --largest-part"));
  EXPECT_EQ(RunRhumb("topo validate " + fixed).exit_code, 0);
  EXPECT_EQ(RunRhumb("topo describe " + file + " --default-capacity 10G --largest-part").exit_code,
            0);
}

TEST(TopoConvertTest, WritesTheModelsOfTheIetfToo) {
  const std::string file = TemporaryPath("model.json");
  const ProgramResult result = RunRhumb("topo convert geant --to " + file + " --format rfc8345");
  ASSERT_EQ(result.exit_code, 0) << result.stderr_text;
  const json described =
      json::parse(RunRhumb("topo describe " + file + " --output json").stdout_text);
  EXPECT_EQ(described["format"], "RFC 8345 JSON");
  EXPECT_EQ(described["links"], 74);
}

TEST(TopoDescribeTest, CapacityUnitGivesPlainNumbersTheirMeaning) {
  const std::string file = TemporaryPath("unitless.json");
  WriteFile(file, R"({"nodes": [{"id": "a"}, {"id": "b"}],
                      "links": [{"source": "a", "target": "b", "capacity": 3}]})");
  const std::string describe = "topo describe " + file + " --output json";
  EXPECT_EQ(json::parse(RunRhumb(describe).stdout_text)["usable_capacity_bps"], 6e6);
  const ProgramResult gigabits = RunRhumb(describe + " --capacity-unit 1G");
  EXPECT_EQ(json::parse(gigabits.stdout_text)["usable_capacity_bps"], 6e9);
  EXPECT_THAT(gigabits.stderr_text, HasSubstr("1 read as 1 Gbit/s"));
}

TEST(TopoValidateTest, RefusesAFaultyFileWithTheReasonInBothPlaces) {
  const std::string file = TemporaryPath("faulty.json");
  WriteFile(file, R"({"nodes": [{"name": "a"}, {"name": "b"}],
                      "links": [{"source": "a", "destination": "b"}]})");
  const ProgramResult result = RunRhumb("topo validate " + file + " --output json");
  EXPECT_EQ(result.exit_code, 1);
  const json verdict = json::parse(result.stdout_text);
  EXPECT_EQ(verdict["valid"], false);
  EXPECT_THAT(verdict["faults"][0].get<std::string>(), HasSubstr("capacity"));
  EXPECT_THAT(result.stderr_text, HasSubstr("capacity"));
}

TEST(TopoConvertTest, WritesAFileThatDescribesTheSameNetworkAndIsTheSameEveryTime) {
  const std::string first = TemporaryPath("a.json.gz"), second = TemporaryPath("b.json.gz");
  ASSERT_EQ(RunRhumb("topo convert esnet6 --to " + first).exit_code, 0);
  ASSERT_EQ(RunRhumb("topo convert " + first + " --to " + second).exit_code, 0);
  EXPECT_EQ(testing::ReadFile(first), testing::ReadFile(second));
  EXPECT_EQ(RunRhumb("topo describe esnet6 --output json").stdout_text,
            RunRhumb("topo describe " + first + " --output json").stdout_text);
}

TEST(TopoConvertTest, DefaultCapacityFillsGaps) {
  const std::string file = TemporaryPath("in.json"), out = TemporaryPath("out.json");
  WriteFile(file, R"({"nodes": [{"name": "a"}, {"name": "b"}],
    "links": [{"source": "a", "destination": "b"}, {"source": "b", "destination": "a"}]})");
  const ProgramResult result =
      RunRhumb("topo convert " + file + " --default-capacity 10G --to " + out);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.stderr_text, HasSubstr("2 links"));
  const json facts = json::parse(RunRhumb("topo describe " + out + " --output json").stdout_text);
  EXPECT_EQ(facts["usable_capacity_bps"], 20e9);
}

TEST(TopoConvertTest, RefusesOtherFormatsAsUsage) {
  const ProgramResult result = RunRhumb("topo convert geant --to geant.graphml");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.stderr_text, HasSubstr(".json"));
}

TEST(TopoPathsTest, ShowsPathsShortestFirst) {
  const ProgramResult result =
      RunRhumb("topo paths abilene --from STTLng --to ATLAM5 --max-paths 3 --output json");
  ASSERT_EQ(result.exit_code, 0) << result.stderr_text;
  const json paths = json::parse(result.stdout_text)["paths"];
  ASSERT_GE(paths.size(), 2);
  ASSERT_LE(paths.size(), 3);
  EXPECT_EQ(paths[0]["links"][0].get<std::string>().substr(0, 7), "STTLng>");
  for (const json& path : paths) EXPECT_GE(path["delay_ms"], paths[0]["delay_ms"]);
}

TEST(TopoPathsTest, StretchAndMethodAreHonoured) {
  const json all = json::parse(
      RunRhumb("topo paths abilene --from STTLng --to WASHng --method yen --max-paths 6 "
               "--output json")
          .stdout_text)["paths"];
  const json near = json::parse(
      RunRhumb("topo paths abilene --from STTLng --to WASHng --method yen --max-paths 6 "
               "--stretch 1.2 --output json")
          .stdout_text)["paths"];
  EXPECT_EQ(all.size(), 6);
  EXPECT_LT(near.size(), all.size());
  for (const json& path : near) {
    EXPECT_LE(path["delay_ms"].get<double>(), 1.2 * near[0]["delay_ms"].get<double>() + 1e-9);
  }
}

TEST(TopoPathsTest, UnknownNodeFailsAndNamesTheOthers) {
  const ProgramResult result = RunRhumb("topo paths abilene --from STTL --to ATLAng");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.stderr_text, AllOf(HasSubstr("STTL"), HasSubstr("STTLng")));
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(TopoDrawTest, WritesADrawingOrAPictureByTheNameOfTheFile) {
  const std::string svg = TemporaryPath("esnet.svg"), png = TemporaryPath("b4.png");
  const ProgramResult drawing = RunRhumb("topo draw esnet6-backbone --to " + svg);
  EXPECT_EQ(drawing.exit_code, 0) << drawing.stderr_text;
  EXPECT_THAT(ReadFile(svg), AllOf(HasSubstr("<svg xmlns="), HasSubstr(">SEAT<")));
  const ProgramResult picture = RunRhumb("topo draw b4 --width 500 --to " + png);
  EXPECT_EQ(picture.exit_code, 0) << picture.stderr_text;
  const std::string bytes = ReadFile(png);
  ASSERT_GT(bytes.size(), 1000u);
  EXPECT_EQ(bytes.substr(1, 3), "PNG");
  // Width, big-endian, in the header that comes first.
  EXPECT_EQ((static_cast<unsigned char>(bytes[18]) << 8) + static_cast<unsigned char>(bytes[19]),
            500);
}

TEST(TopoDrawTest, RefusesOtherFilesAsUsage) {
  const ProgramResult result = RunRhumb("topo draw geant --to geant.jpg");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.stderr_text, HasSubstr(".svg or .png"));
}

TEST(TrafficDescribeTest, SummarizesADayOfAbilene) {
  const ProgramResult result = RunRhumb("traffic describe abilene-2004 --largest 3 --output json");
  ASSERT_EQ(result.exit_code, 0) << result.stderr_text;
  const json facts = json::parse(result.stdout_text);
  EXPECT_EQ(facts["matrices"], 288);
  EXPECT_EQ(facts["interval_s"], 300);
  EXPECT_EQ(facts["first"], "2004-03-01T00:00:00Z");
  EXPECT_EQ(facts["missing"], 0);
  EXPECT_EQ(facts["pairs"], 132);
  EXPECT_EQ(facts["largest"].size(), 3);
  const ProgramResult text = RunRhumb("traffic describe abilene-2004");
  EXPECT_THAT(text.stdout_text,
              AllOf(HasSubstr("WASHng>NYCMng"), HasSubstr("gaps"), Not(HasSubstr("▁"))));
}

TEST(TrafficDescribeTest, DescribesAGeneratorOnANetwork) {
  const ProgramResult result =
      RunRhumb("traffic describe uniform:count=3,total=22G --topology abilene --output json");
  ASSERT_EQ(result.exit_code, 0) << result.stderr_text;
  const json facts = json::parse(result.stdout_text);
  EXPECT_EQ(facts["matrices"], 3);
  EXPECT_NEAR(facts["total_bps"]["mean"], 22e9, 132);
  const ProgramResult alone = RunRhumb("traffic describe uniform");
  EXPECT_EQ(alone.exit_code, 2);
  EXPECT_THAT(alone.stderr_text, HasSubstr("--topology"));
}

TEST(TrafficGenerateTest, WritesTheSameFileForTheSameSeed) {
  const std::string one = TemporaryPath("1.json.gz"), two = TemporaryPath("2.json.gz"),
                    three = TemporaryPath("3.json.gz");
  const std::string command =
      "traffic generate --topology nsfnet --model diurnal --count 6 --interval 4h --rho 0.5 --to ";
  ASSERT_EQ(RunRhumb(command + one + " --seed 3").exit_code, 0);
  ASSERT_EQ(RunRhumb(command + two + " --seed 3").exit_code, 0);
  ASSERT_EQ(RunRhumb(command + three + " --seed 4").exit_code, 0);
  EXPECT_EQ(testing::ReadFile(one), testing::ReadFile(two));
  EXPECT_NE(testing::ReadFile(one), testing::ReadFile(three));
  const json facts =
      json::parse(RunRhumb("traffic describe " + one + " --output json").stdout_text);
  EXPECT_EQ(facts["matrices"], 6);
  EXPECT_EQ(facts["interval_s"], 4 * 3600);
}

TEST(TrafficGenerateTest, BadSettingsAreUsageErrors) {
  const ProgramResult model =
      RunRhumb("traffic generate --topology nsfnet --model gravitas --to x.json");
  EXPECT_EQ(model.exit_code, 2);
  EXPECT_THAT(model.stderr_text, HasSubstr("gravity"));
  const ProgramResult value = RunRhumb("traffic generate --topology nsfnet --rho 2 --to x.json");
  EXPECT_EQ(value.exit_code, 2);
  EXPECT_THAT(value.stderr_text, HasSubstr("rho is 2"));
}

TEST(TrafficConvertTest, KeepsEveryMatrix) {
  const std::string out = TemporaryPath("day.json.gz");
  ASSERT_EQ(RunRhumb("traffic convert abilene-2004 --to " + out).exit_code, 0);
  EXPECT_EQ(RunRhumb("traffic describe abilene-2004 --output json").stdout_text,
            RunRhumb("traffic describe " + out + " --output json").stdout_text);
}

TEST(DataCommandsTest, EveryHelpShowsAnExampleThatWorks) {
  for (const std::string command :
       {"topo list", "topo describe", "topo validate", "topo paths", "traffic describe"}) {
    const ProgramResult help = RunRhumb(command + " --help");
    EXPECT_EQ(help.exit_code, 0) << command;
    const size_t at = help.stdout_text.find("Example:");
    ASSERT_NE(at, std::string::npos) << command;
    std::string example = help.stdout_text.substr(help.stdout_text.find("rhumb ", at) + 6);
    example = example.substr(0, example.find('\n'));
    EXPECT_EQ(RunRhumb(example).exit_code, 0) << example;
  }
}

TEST(DataCommandsTest, AFullDiskIsAFailure) {
  const ProgramResult result = RunRhumb("topo list >/dev/full #");
  EXPECT_EQ(result.exit_code, 1);
}

TEST(DataCommandsTest, MissingAndUnknownArgumentsAreUsageErrors) {
  for (const std::string arguments :
       {"topo", "topo describe", "topo fly", "traffic", "traffic generate",
        "topo list --output xml", "topo describe geant --default-capacity lots",
        "topo describe geant --capacity-unit 0",
        "traffic describe abilene-2004 --capacity-unit -1G"}) {
    EXPECT_EQ(RunRhumb(arguments).exit_code, 2) << arguments;
  }
}

TEST(DataCommandsTest, AnUnknownCommandIsNamedWithThoseThatThereAre) {
  EXPECT_THAT(RunRhumb("topo fly").stderr_text,
              AllOf(HasSubstr("no command \"fly\""), HasSubstr("validate")));
}

}  // namespace
}  // namespace rhumb
