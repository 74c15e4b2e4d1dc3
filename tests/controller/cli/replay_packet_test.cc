// `rhumb replay --simulator ns3` as users see it, with real worker processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/controller/cli/program.h"

namespace rhumb {
namespace {

using Json = ::nlohmann::ordered_json;
using ::rhumb::testing::ProgramResult;
using ::rhumb::testing::ReadFile;
using ::rhumb::testing::RunRhumb;
using ::rhumb::testing::TemporaryPath;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kTiny[] =
    "replay --topology abilene --traffic gravity:seed=1,count=3,noise=0.3 --simulator ns3 --load "
    "0.5 "
    "--policies shortest-path,lp-omniscient --seeds 2 --scale 0.005 --warm-up 50ms --measure 200ms "
    "--drain 300ms --segment-bytes 8948 --output json ";

Json WithoutWallTimes(const std::string& text) {
  Json json = Json::parse(text);
  for (Json& policy : json["policies"]) policy.erase("decision_ms");
  json["simulation"].erase("wall_s");
  json["simulation"].erase("hop_packets_per_s");
  json["provenance"].erase("command");
  return json;
}

TEST(ReplayPacketTest, PrintsPacketMetricsThatDoNotDependOnJobs) {
  const ProgramResult one = RunRhumb(std::string(kTiny) + "--jobs 1");
  const ProgramResult two = RunRhumb(std::string(kTiny) + "--jobs 2");
  ASSERT_EQ(one.exit_code, 0) << one.stderr_text;
  EXPECT_EQ(WithoutWallTimes(one.stdout_text), WithoutWallTimes(two.stdout_text));
  EXPECT_THAT(one.stderr_text, HasSubstr("8 episodes"));

  const Json json = Json::parse(one.stdout_text);
  EXPECT_EQ(json["simulation"]["scale"], 0.005);
  EXPECT_GT(json["simulation"]["hop_packets_per_s"], 0);
  for (const Json& policy : json["policies"]) {
    for (const char* key : {"goodput_bps", "delay_ms", "delay_p99_ms", "loss_ratio", "fct_s",
                            "fct_p99_s", "completed_share", "on_time_share"}) {
      EXPECT_LE(policy[key]["low"], policy[key]["mean"]) << key;
      EXPECT_LE(policy[key]["mean"], policy[key]["high"]) << key;
    }
    EXPECT_GT(policy["goodput_bps"]["mean"], 0);
    EXPECT_EQ(policy["versus"]["policy"], "shortest-path");
  }
  EXPECT_EQ(json["policies"][0]["versus"]["fct"]["mean"], 0);
  EXPECT_NE(json["policies"][1]["versus"]["delay"]["mean"], 0);
}

// Without what an earlier run of the test left there.
std::string NewDirectory(const char* name) {
  const std::string path = TemporaryPath(name);
  std::filesystem::remove_all(path);
  return path;
}

// As if the replay had been stopped: the journal's last episode is gone, and that it is finished.
void ForgetLastEpisode(const std::string& out) {
  std::string journal = ReadFile(out + "/journal.txt");
  ASSERT_THAT(journal, EndsWith("\nfinished\n"));
  for (int line = 0; line < 2; ++line) journal.erase(journal.rfind('\n', journal.size() - 2) + 1);
  std::ofstream(out + "/journal.txt") << journal;
}

TEST(ReplayPacketTest, ResumesFromFinishedEpisodes) {
  const std::string out = NewDirectory("out");
  const std::string command = std::string(kTiny) + "--out " + out;
  const ProgramResult first = RunRhumb(command);
  ASSERT_EQ(first.exit_code, 0) << first.stderr_text;
  ForgetLastEpisode(out);
  const ProgramResult anew = RunRhumb(command);
  EXPECT_EQ(anew.exit_code, 1);
  EXPECT_THAT(anew.stderr_text, AllOf(HasSubstr("7 finished episodes"), HasSubstr("--resume")));

  const ProgramResult resumed = RunRhumb(command + " --resume");
  ASSERT_EQ(resumed.exit_code, 0) << resumed.stderr_text;
  EXPECT_THAT(resumed.stderr_text, HasSubstr("7 finished episodes are taken over"));
  EXPECT_EQ(WithoutWallTimes(first.stdout_text), WithoutWallTimes(resumed.stdout_text));

  const ProgramResult other = RunRhumb(command + " --resume --load 0.4");
  EXPECT_EQ(other.exit_code, 2);  // --load twice is a usage error
  const ProgramResult changed =
      RunRhumb("replay --config " + out + "/scenario.toml --load 0.4 --resume --out " + out);
  EXPECT_EQ(changed.exit_code, 1);
  EXPECT_THAT(changed.stderr_text, HasSubstr("of another replay"));
}

TEST(ReplayPacketTest, ResumesWhereEveryPolicyPlaysOneEpisode) {
  const std::string out = NewDirectory("out");
  const std::string command = std::string(kTiny) + "--continuous --out " + out;
  const ProgramResult first = RunRhumb(command);
  ASSERT_EQ(first.exit_code, 0) << first.stderr_text;
  ForgetLastEpisode(out);

  const ProgramResult resumed = RunRhumb(command + " --resume");
  ASSERT_EQ(resumed.exit_code, 0) << resumed.stderr_text;
  EXPECT_THAT(resumed.stderr_text, HasSubstr("intervals of finished episodes are taken over"));
  EXPECT_EQ(WithoutWallTimes(first.stdout_text), WithoutWallTimes(resumed.stdout_text));
}

TEST(ReplayPacketTest, FailsWhenNoEpisodeCanBePlayed) {
  ::setenv("RHUMB_NS3_WORKER", "/bin/false", 1);
  const ProgramResult result = RunRhumb(std::string(kTiny) + "--jobs 1");
  ::unsetenv("RHUMB_NS3_WORKER");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.stdout_text, IsEmpty());
  EXPECT_THAT(result.stderr_text, HasSubstr("every episode was lost"));
}

}  // namespace
}  // namespace rhumb
