// `rhumb serve` and `rhumb token` as a user runs them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/controller/cli/program.h"

namespace rhumb::testing {
namespace {

using ::testing::HasSubstr;

std::string WriteConfig(const std::string& text) {
  const std::string path = TemporaryPath("config.toml");
  std::ofstream(path) << text;
  return path;
}

TEST(ServeCommandTest, ChecksAConfigurationAndNamesEveryProblem) {
  const auto good =
      RunRhumb("serve --check-config --config " + WriteConfig("[decision]\npolicy = \"ecmp\"\n"));
  EXPECT_EQ(good.exit_code, 0) << good.stderr_text;
  const auto bad = RunRhumb("serve --check-config --config " +
                            WriteConfig("[server]\nlisten = \"x\"\n[guard]\nhysteresis = 7.0\n"));
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.stderr_text, HasSubstr("server.listen"));
  EXPECT_THAT(bad.stderr_text, HasSubstr("guard.hysteresis"));
}

TEST(ServeCommandTest, PrintsAConfigurationThatItAccepts) {
  const auto printed = RunRhumb("serve --print-config");
  ASSERT_EQ(printed.exit_code, 0) << printed.stderr_text;
  const auto again = RunRhumb("serve --print-config --config " + WriteConfig(printed.stdout_text));
  EXPECT_EQ(again.stdout_text, printed.stdout_text);
}

TEST(ServeCommandTest, ServesWithTheAgentAndEndsWellOnSigterm) {
  const std::string ports = TemporaryPath("ports");
  std::remove(ports.c_str());
  const std::string config =
      WriteConfig(absl::StrCat("[server]\nlisten = \"127.0.0.1:0\"\nports_file = \"", ports,
                               "\"\n[metrics]\nlisten = \"127.0.0.1:0\"\n[http]\nlisten = "
                               "\"127.0.0.1:0\"\n[log]\nlevel = \"off\"\n"));
  const pid_t child = fork();
  if (child == 0) {
    execl(RHUMB_PROGRAM, RHUMB_PROGRAM, "serve", "--config", config.c_str(), nullptr);
    _exit(127);
  }
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  while (access(ports.c_str(), R_OK) != 0 && absl::Now() < deadline) {
    ASSERT_EQ(waitpid(child, nullptr, WNOHANG), 0) << "it ended";
    absl::SleepFor(absl::Milliseconds(5));
  }
  EXPECT_THAT(ReadFile(ports), HasSubstr("grpc "));
  EXPECT_THAT(ReadFile(ports), HasSubstr("metrics "));
  EXPECT_THAT(ReadFile(ports), HasSubstr("http "));
  kill(child, SIGHUP);  // reads tokens again; none here
  kill(child, SIGTERM);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(TokenCommandTest, PrintsATokenOnceAndListsNames) {
  const std::string file = TemporaryPath("tokens");
  std::remove(file.c_str());
  const auto added = RunRhumb("token add --name alice --role operator --file " + file);
  ASSERT_EQ(added.exit_code, 0) << added.stderr_text;
  EXPECT_THAT(added.stdout_text, ::testing::StartsWith("rhumb_"));
  EXPECT_EQ(added.stderr_text.find(added.stdout_text.substr(0, 20)), std::string::npos);
  EXPECT_EQ(RunRhumb("token list --file " + file).stdout_text, "operator  alice\n");
  EXPECT_EQ(RunRhumb("token add --name alice --file " + file).exit_code, 1);
  EXPECT_EQ(RunRhumb("token add --name bob --role king --file " + file).exit_code, 2);
  EXPECT_EQ(RunRhumb("token remove --name alice --file " + file).exit_code, 0);
  EXPECT_EQ(RunRhumb("token list --file " + file).stdout_text, "");
}

}  // namespace
}  // namespace rhumb::testing
