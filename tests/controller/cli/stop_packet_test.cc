// A replay in ns-3 that is stopped in the middle of an episode.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/controller/cli/running_program.h"

namespace rhumb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::ProgramResult;
using testing::ReadFile;
using testing::RunningRhumb;
using testing::TemporaryPath;

// Processes whose parent is `parent`.
std::vector<std::string> ChildrenOf(pid_t parent) {
  std::vector<std::string> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string stat = ReadFile(entry.path() / "stat");
    const size_t end = stat.rfind(')');
    if (end == std::string::npos) continue;
    std::istringstream fields(stat.substr(end + 1));
    std::string state;
    pid_t of = 0;
    fields >> state >> of;
    if (of == parent) children.push_back(entry.path());
  }
  return children;
}

int Lines(const std::string& path) {
  const std::string text = ReadFile(path);
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

TEST(StopPacketTest, FinishedEpisodesAreKeptWorkersEndAndResumeGoesOn) {
  const std::string out = TemporaryPath("packets");
  std::filesystem::remove_all(out);
  const std::vector<std::string> command = {
      "replay",    "--topology", "nsfnet",     "--traffic",    "gravity:seed=1,count=3",
      "--load",    "0.5",        "--policies", "ecmp",         "--simulator",
      "ns3",       "--seeds",    "3",          "--warm-up",    "100ms",
      "--measure", "300ms",      "--drain",    "200ms",        "--scale",
      "0.002",     "--jobs",     "1",          "--no-optimum", "--out",
      out};
  std::vector<std::string> workers;
  {
    RunningRhumb replay(command);
    // The first line says what is replayed.
    ASSERT_TRUE(replay.Await([&] { return Lines(out + "/journal.txt") >= 2; })) << replay.Errors();
    workers = ChildrenOf(replay.pid());
    replay.Signal(SIGTERM);
    const ProgramResult result = replay.Wait();
    EXPECT_EQ(result.exit_code, 128 + SIGTERM) << result.stderr_text;
    EXPECT_THAT(result.stderr_text, AllOf(HasSubstr("rhumb replay: stopped; finished episodes"),
                                          HasSubstr(out), HasSubstr("--resume")));
  }
  const int kept = Lines(out + "/journal.txt") - 1;
  std::vector<std::string> again = command;
  again.push_back("--resume");
  RunningRhumb resumed(again);
  const ProgramResult result = resumed.Wait();
  EXPECT_EQ(result.exit_code, 0) << result.stderr_text;
  EXPECT_THAT(result.stderr_text,
              HasSubstr(std::to_string(kept) + " finished episodes are taken over"));
  for (const std::string& worker : workers) {
    EXPECT_EQ(ReadFile(worker + "/comm").find("rhumb-ns3"), std::string::npos) << worker;
  }
}

}  // namespace
}  // namespace rhumb
