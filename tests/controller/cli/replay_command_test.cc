// `rhumb replay` as users and their scripts see it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>

#include "tests/controller/cli/program.h"

namespace rhumb {
namespace {

using Json = ::nlohmann::ordered_json;
using ::rhumb::testing::ProgramResult;
using ::rhumb::testing::RunRhumb;
using ::rhumb::testing::TemporaryPath;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kSmall[] =
    "replay --topology nsfnet --traffic gravity:seed=3,count=6,noise=0.3 --load 1.0 ";

std::vector<std::string> Keys(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

// Wall times are the one thing that may differ between two runs, and the command they came from.
Json WithoutWallTimes(const std::string& text) {
  Json json = Json::parse(text);
  for (Json& policy : json["policies"]) policy.erase("decision_ms");
  json["simulation"].erase("wall_s");
  json["simulation"].erase("hop_packets_per_s");
  json["provenance"].erase("command");
  return json;
}

TEST(ReplayCommandTest, PrintsTheJsonOfTheContract) {
  const ProgramResult result = RunRhumb(std::string(kSmall) + "--output json");
  ASSERT_EQ(result.exit_code, 0) << result.stderr_text;
  const Json json = Json::parse(result.stdout_text);
  EXPECT_THAT(Keys(json),
              ElementsAre("topology", "nodes", "links", "traffic", "simulator", "load", "intervals",
                          "seeds", "policies", "simulation", "provenance"));
  EXPECT_EQ(json["topology"], "nsfnet");
  EXPECT_EQ(json["intervals"], 5);
  EXPECT_EQ(json["load"], 1.0);
  ASSERT_EQ(json["policies"].size(), 7u);
  for (const Json& policy : json["policies"]) {
    for (const char* key : {"mlu", "norm_mlu"}) {
      EXPECT_THAT(Keys(policy[key]), ElementsAre("mean", "p50", "p95", "p99", "max"));
      EXPECT_GT(policy[key]["mean"], 0);
    }
    EXPECT_THAT(Keys(policy["decision_ms"]), ElementsAre("p50", "p99"));
    EXPECT_THAT(Keys(policy["moved_share"]), ElementsAre("mean"));
    EXPECT_GE(policy["paths_per_demand"]["mean"], 1);
    EXPECT_GT(policy["most_entries"], 0);
  }
  EXPECT_EQ(json["policies"][6]["name"], "lp-omniscient");
  EXPECT_NEAR(json["policies"][6]["norm_mlu"]["max"], 1, 1e-3);
  EXPECT_THAT(Keys(json["simulation"]), ElementsAre("scale", "hop_packets_per_s", "wall_s"));
}

TEST(ReplayCommandTest, TheSameCommandTwiceGivesTheSameJson) {
  const std::string command = std::string(kSmall) +
                              "--event random-failures:seed=1,mtbf=2 --event 'burst:CA2-TX*3@2..4' "
                              "--output json --jobs ";
  const ProgramResult once = RunRhumb(command + "1");
  const ProgramResult twice = RunRhumb(command + "3");
  ASSERT_EQ(once.exit_code, 0) << once.stderr_text;
  EXPECT_EQ(WithoutWallTimes(once.stdout_text), WithoutWallTimes(twice.stdout_text));
}

TEST(ReplayCommandTest, TheSavedScenarioGivesTheSameNumbers) {
  const std::string out = TemporaryPath("replay-out/deeper");
  const ProgramResult first = RunRhumb(std::string(kSmall) +
                                       "--event drain:CA2-TX@2 --policies ecmp:hops,lp-previous "
                                       "--no-optimum --output json --out " +
                                       out);
  ASSERT_EQ(first.exit_code, 0) << first.stderr_text;
  const ProgramResult again = RunRhumb("replay --config " + out + "/scenario.toml --output json");
  EXPECT_EQ(WithoutWallTimes(first.stdout_text), WithoutWallTimes(again.stdout_text))
      << again.stderr_text;
  EXPECT_TRUE(WithoutWallTimes(first.stdout_text)["policies"][0]["norm_mlu"].is_null());

  // Options on the command line override the file.
  const ProgramResult other =
      RunRhumb("replay --config " + out + "/scenario.toml --policies widest --output json");
  EXPECT_EQ(Json::parse(other.stdout_text)["policies"].size(), 1u);
}

TEST(ReplayCommandTest, MarksTheWinnerInPlainTextAndSaysWhereResultsAre) {
  const std::string out = TemporaryPath("replay-table");
  const ProgramResult result = RunRhumb(std::string(kSmall) + "--out " + out);
  ASSERT_EQ(result.exit_code, 0) << result.stderr_text;
  EXPECT_THAT(result.stdout_text,
              AllOf(HasSubstr("\n* "), HasSubstr("shortest-path"), HasSubstr("Saved in " + out)));
  EXPECT_EQ(result.stdout_text.find('\033'), std::string::npos);
  EXPECT_THAT(result.stderr_text, IsEmpty());  // no progress bar without a terminal
}

// Hash tables order their content by where they are in memory: no sum may follow that order.
TEST(ReplayCommandTest, ThePolicyThatIsPlayedManyTimesGivesTheSameNumbersToTheLastBit) {
  std::string policies = "ecmp";
  for (int i = 0; i < 19; ++i) policies += ",ecmp";
  const ProgramResult result = RunRhumb(
      "replay --topology geant --traffic gravity:seed=3,count=30,noise=0.3 --load 1 --no-optimum "
      "--jobs 4 --output json --policies " +
      policies);
  ASSERT_EQ(result.exit_code, 0) << result.stderr_text;
  const Json played = WithoutWallTimes(result.stdout_text)["policies"];
  ASSERT_EQ(played.size(), 20u);
  EXPECT_GT(played[0]["moved_share"]["mean"], 0);
  for (const Json& policy : played) EXPECT_EQ(policy, played[0]);
}

TEST(ReplayCommandTest, TheAgentIsAmongTheDefaultPolicies) {
  const ProgramResult result = RunRhumb(std::string(kSmall) + "--output json");
  ASSERT_EQ(result.exit_code, 0) << result.stderr_text;
  EXPECT_EQ(Json::parse(result.stdout_text)["policies"][5]["name"], "neural");
  EXPECT_THAT(result.stderr_text, IsEmpty());
}

// A module that does not load, in the first place where it is looked for.
std::string BrokenModuleDirectory() {
  const std::string directory = TemporaryPath("modules");
  std::filesystem::create_directories(directory);
  std::ofstream(directory + "/librhumb_neural.so") << "no module";
  return directory;
}

TEST(ReplayCommandTest, WithoutItsModuleTheDefaultGoesOnWithoutTheAgentAndSaysSoOnce) {
  setenv("RHUMB_MODULE_DIR", BrokenModuleDirectory().c_str(), 1);
  const ProgramResult result = RunRhumb(std::string(kSmall) + "--output json");
  unsetenv("RHUMB_MODULE_DIR");
  ASSERT_EQ(result.exit_code, 0) << result.stderr_text;
  EXPECT_EQ(Json::parse(result.stdout_text)["policies"].size(), 6u);
  EXPECT_EQ(std::count(result.stderr_text.begin(), result.stderr_text.end(), '\n'), 1);
  EXPECT_THAT(result.stderr_text,
              AllOf(HasSubstr("note: neural is left out: "), HasSubstr("librhumb_neural.so")));
}

TEST(ReplayCommandTest, WithoutItsModuleAnAgentThatWasAskedForIsAFailure) {
  setenv("RHUMB_MODULE_DIR", BrokenModuleDirectory().c_str(), 1);
  const ProgramResult result = RunRhumb(std::string(kSmall) + "--policies shortest-path,neural");
  unsetenv("RHUMB_MODULE_DIR");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.stderr_text, HasSubstr("librhumb_neural.so"));
  EXPECT_THAT(result.stdout_text, IsEmpty());
}

TEST(ReplayCommandTest, FallbacksStandInTheResultWithHowManyOfHowMany) {
  const ProgramResult result = RunRhumb(std::string(kSmall) + "--output json");
  ASSERT_EQ(result.exit_code, 0) << result.stderr_text;
  const Json json = Json::parse(result.stdout_text);
  for (const Json& policy : json["policies"]) {
    const Json& fallbacks = policy["fallbacks"];
    EXPECT_EQ(fallbacks["of"], 5) << policy["name"];
    EXPECT_EQ(fallbacks["count"], policy["fell_back"]);
    EXPECT_EQ(fallbacks["first"].is_null(), fallbacks["count"] == 0);
  }
}

TEST(ReplayCommandTest, UsageErrorsExitWith2AndNameTheFault) {
  const std::pair<std::string, const char*> faults[] = {
      {"replay", "no topology"},
      {"replay --frobnicate", "frobnicate"},
      {std::string(kSmall) + "--policies fastest", "fastest"},
      {std::string(kSmall) + "--policies ecmp:fast", "no option \"fast\""},
      {std::string(kSmall) + "--event link-down:CA2-TX", "has no time"},
      {std::string(kSmall) + "--intervals 4:2", "4:2"},
      {"replay --topology nsfnet --traffic gravity --load -1", "load must be above 0"},
      {std::string(kSmall) + "--simulator ns2", "ns2"},
      {std::string(kSmall) + "--output xml", "table or json"},
      {std::string(kSmall) + "--resume", "--out"},
      {std::string(kSmall) + "--default-capacity fast", "fast"},
      {std::string(kSmall) + "--jobs 0", "--jobs"},
      {std::string(kSmall) + "--resume --out " + TemporaryPath("flow"), "--simulator ns3"},
      {std::string(kSmall) + "--capacity-unit 0", "no positive rate"},
      {"replay --topology nsfnet --traffic 'gravity:seeed=1'", "seeed"},
  };
  for (const auto& [command, fault] : faults) {
    const ProgramResult result = RunRhumb(command);
    EXPECT_EQ(result.exit_code, 2) << command;
    EXPECT_THAT(result.stderr_text, HasSubstr(fault)) << command;
    EXPECT_THAT(result.stdout_text, IsEmpty()) << command;
  }
}

TEST(ReplayCommandTest, BadInputExitsWith1AndNamesTheFileAndTheFault) {
  const std::string config = TemporaryPath("bad.toml");
  std::ofstream(config) << "topology = 'nsfnet'\ntrafic = 'gravity'\n";
  const std::string garbage = TemporaryPath("garbage.json");
  std::ofstream(garbage) << "{\"nodes\": [";
  const std::pair<std::string, const char*> faults[] = {
      {"replay --topology atlantis --traffic gravity", "atlantis"},
      {"replay --topology " + garbage + " --traffic gravity", "garbage.json"},
      {"replay --topology nsfnet --traffic abilene-2004", "abilene-2004"},
      {"replay --config " + config, "bad.toml:2: trafic is not known"},
      {"replay --config /nowhere/x.toml", "/nowhere/x.toml"},
      {std::string(kSmall) + "--event link-down:CA-Mars@1", "CA-Mars"},
      {std::string(kSmall) + "--intervals 3:99", "3:99"},
      {std::string(kSmall) + "--out /proc/nowhere", "/proc/nowhere"},
  };
  for (const auto& [command, fault] : faults) {
    const ProgramResult result = RunRhumb(command);
    EXPECT_EQ(result.exit_code, 1) << command << "\n" << result.stderr_text;
    EXPECT_THAT(result.stderr_text, HasSubstr(fault)) << command;
  }
}

TEST(ReplayCommandTest, CapacityUnitGivesPlainNumbersTheirMeaning) {
  const std::string network = TemporaryPath("unitless.json");
  std::ofstream(network) << R"({"nodes": [{"id": "a"}, {"id": "b"}],
                                "links": [{"source": "a", "target": "b", "capacity": 4}]})";
  const std::string traffic = TemporaryPath("traffic.csv");
  std::ofstream(traffic) << "# unit: Gbit/s\ntime,a>b\n0,1\n";
  const std::string out = TemporaryPath("capacity-unit");
  const ProgramResult result =
      RunRhumb("replay --topology " + network + " --traffic " + traffic +
               " --policies shortest-path --capacity-unit 1G --output json --out " + out);
  ASSERT_EQ(result.exit_code, 0) << result.stderr_text;
  EXPECT_EQ(Json::parse(result.stdout_text)["policies"][0]["mlu"]["max"], 0.25);
  EXPECT_THAT(result.stderr_text, HasSubstr("1 read as 1 Gbit/s"));
  const ProgramResult again = RunRhumb("replay --config " + out + "/scenario.toml --output json");
  EXPECT_EQ(WithoutWallTimes(result.stdout_text), WithoutWallTimes(again.stdout_text));
}

TEST(ReplayCommandTest, SaysWhereItsNumbersComeFrom) {
  const ProgramResult result = RunRhumb(
      "replay --topology nsfnet --traffic 'gravity:seed=3,count=3' --policies ecmp,neural "
      "--event 'link-down:CA2>TX@1' --output json");
  ASSERT_EQ(result.exit_code, 0) << result.stderr_text;
  const Json from = Json::parse(result.stdout_text)["provenance"];
  // As a shell takes it: ">" would redirect.
  EXPECT_THAT(from["command"].get<std::string>(),
              AllOf(HasSubstr("rhumb replay --topology nsfnet --traffic gravity:seed=3,count=3 "),
                    HasSubstr("--event 'link-down:CA2>TX@1' --output json")));
  EXPECT_THAT(from["version"].get<std::string>(), HasSubstr("."));
  EXPECT_FALSE(from["commit"].get<std::string>().empty());
  EXPECT_EQ(from["checkpoints"], Json({"neural: shipped with the program"}));
}

TEST(ReplayCommandTest, WritesTheWorstIntervalAndAReportBesideTheResults) {
  const std::string out = TemporaryPath("replay-pictures");
  const ProgramResult result = RunRhumb(std::string(kSmall) + "--policies ecmp,cspf --out " + out);
  ASSERT_EQ(result.exit_code, 0) << result.stderr_text;
  EXPECT_TRUE(std::filesystem::exists(out + "/worst-interval.svg"));
  const bool written = std::filesystem::exists(out + "/report.html");
  EXPECT_THAT(result.stdout_text,
              HasSubstr(written ? "Look at it: " + out + "/report.html" : "RHUMB_WEB=OFF"));
}

TEST(ReplayCommandTest, AResultThatCannotBeSavedIsPrintedAllTheSame) {
  // A directory where the file should go stands in the way as a full disk would.
  const std::string out = TemporaryPath("unsaved");
  std::filesystem::create_directories(out + "/results.json/in-the-way");
  const ProgramResult result = RunRhumb(std::string(kSmall) + "--output json --out " + out);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.stderr_text, AllOf(HasSubstr("results.json"), HasSubstr("not saved")));
  EXPECT_EQ(Json::parse(result.stdout_text)["policies"].size(), 7u);
}

TEST(ReplayCommandTest, HelpShowsAnExampleThatWorks) {
  const ProgramResult help = RunRhumb("replay --help");
  EXPECT_EQ(help.exit_code, 0);
  std::smatch example;
  ASSERT_TRUE(std::regex_search(help.stdout_text, example, std::regex("\n  rhumb (replay .*)\n")));
  const ProgramResult result = RunRhumb(example[1]);
  EXPECT_EQ(result.exit_code, 0) << result.stderr_text;
  EXPECT_THAT(result.stdout_text, HasSubstr("NormMLU"));
}

}  // namespace
}  // namespace rhumb
