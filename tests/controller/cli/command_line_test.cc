#include "controller/cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "absl/strings/str_cat.h"
#include "controller/terminal/usage_error.h"

namespace rhumb {
namespace {

using ::testing::HasSubstr;

struct Outcome {
  int exit_code;
  std::string out;
  std::string err;
};

// A program with one subcommand `greet --name N` that ends with `status`.
Outcome RunGreet(std::vector<const char*> arguments, absl::Status status) {
  Command greet{"greet", "greets", "rhumb greet --name Ada", [&](CLI::App& app) -> RunCommand {
                  auto name = std::make_shared<std::string>();
                  app.add_option("--name", *name)->required();
                  return [name, &status] {
                    std::cout << "hello " << *name;
                    return status;
                  };
                }};
  arguments.insert(arguments.begin(), "rhumb");
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  const int code = RunProgram(static_cast<int>(arguments.size()), arguments.data(), {greet});
  return {code, ::testing::internal::GetCapturedStdout(), ::testing::internal::GetCapturedStderr()};
}

TEST(CommandLineTest, RunsTheChosenSubcommand) {
  const Outcome outcome = RunGreet({"greet", "--name", "Grace"}, absl::OkStatus());
  EXPECT_EQ(outcome.exit_code, kDone);
  EXPECT_EQ(outcome.out, "hello Grace");
}

TEST(CommandLineTest, ReportsAFailureOnStderrWithExitCode1) {
  const Outcome outcome =
      RunGreet({"greet", "--name", "x"}, absl::NotFoundError("a.csv:3: no node X; add it"));
  EXPECT_EQ(outcome.exit_code, kFailed);
  EXPECT_THAT(outcome.err, HasSubstr("rhumb greet: a.csv:3: no node X; add it"));
}

TEST(CommandLineTest, ExitsWith2ForUsageErrorsFoundLate) {
  const Outcome outcome = RunGreet({"greet", "--name", "x"}, UsageError("--load must be positive"));
  EXPECT_EQ(outcome.exit_code, kUsage);
  EXPECT_THAT(outcome.err, HasSubstr("rhumb greet --help"));
}

TEST(CommandLineTest, ExitsWith2ForUnknownOptionsAndSubcommandsAndForNone) {
  EXPECT_EQ(RunGreet({"greet", "--nmae", "x"}, absl::OkStatus()).exit_code, kUsage);
  EXPECT_EQ(RunGreet({"wave"}, absl::OkStatus()).exit_code, kUsage);
  EXPECT_EQ(RunGreet({"greet"}, absl::OkStatus()).exit_code, kUsage);
  EXPECT_EQ(RunGreet({}, absl::OkStatus()).exit_code, kUsage);
}

TEST(CommandLineTest, NamesAnUnknownCommandAndThoseThatThereAre) {
  const Outcome outcome = RunGreet({"wave", "--name", "x"}, absl::OkStatus());
  EXPECT_THAT(outcome.err, HasSubstr("no command \"wave\"; there are greet"));
}

TEST(CommandLineTest, ShowsTheExampleInHelp) {
  for (const auto& arguments : {std::vector<const char*>{"--help"}, {"greet", "--help"}}) {
    const Outcome outcome = RunGreet(arguments, absl::OkStatus());
    EXPECT_EQ(outcome.exit_code, kDone);
    EXPECT_THAT(outcome.out, HasSubstr("rhumb greet --name Ada"));
  }
}

TEST(CommandLineTest, TurnsAnExceptionIntoAFailure) {
  Command bad{"bad", "", "rhumb bad", [](CLI::App&) -> RunCommand {
                return []() -> absl::Status { throw std::runtime_error("boom"); };
              }};
  const char* arguments[] = {"rhumb", "bad"};
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(RunProgram(2, arguments, {bad}), kFailed);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("boom"));
}

}  // namespace
}  // namespace rhumb
