#include "controller/cli/frame/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "absl/strings/str_cat.h"
#include "controller/cli/frame/nearest_word.h"
#include "controller/terminal/usage_error.h"

namespace rhumb {
namespace {

using ::testing::AllOf;
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

TEST(CommandLineTest, SuggestsTheNearestCommandAndOption) {
  EXPECT_EQ(RunGreet({"grete"}, absl::OkStatus()).err,
            "rhumb: there is no command \"grete\"; did you mean greet?\nTry: rhumb --help\n");
  EXPECT_EQ(RunGreet({"greet", "--nmae=Ada"}, absl::OkStatus()).err,
            "rhumb greet: there is no option --nmae; did you mean --name?\nTry: rhumb greet "
            "--help\n");
  EXPECT_EQ(RunGreet({"greet", "--name", "Ada", "twice"}, absl::OkStatus()).err,
            "rhumb greet: there is no place for the argument \"twice\"\nTry: rhumb greet --help\n");
}

TEST(CommandLineTest, NamesTheCommandWhoseOptionIsMissing) {
  EXPECT_THAT(RunGreet({"greet"}, absl::OkStatus()).err,
              AllOf(HasSubstr("rhumb greet: --name is required"), HasSubstr("rhumb greet --help")));
}

TEST(CommandLineTest, TellsItsVersionInBothSpellings) {
  EXPECT_THAT(RunGreet({"-V"}, absl::OkStatus()).out, HasSubstr("rhumb "));
  EXPECT_EQ(RunGreet({"-V"}, absl::OkStatus()).out, RunGreet({"--version"}, absl::OkStatus()).out);
}

TEST(NearestWordTest, TakesAWordThatBeginsSoOrIsTwoEditsAway) {
  const std::vector<std::string> words = {"describe", "validate", "list"};
  EXPECT_EQ(NearestWord("desc", words), "describe");
  EXPECT_EQ(NearestWord("descrbie", words), "describe");
  EXPECT_EQ(NearestWord("lsit", words), "list");
  EXPECT_EQ(NearestWord("valdite", words), "validate");
  EXPECT_EQ(NearestWord("x", words), std::nullopt);
  EXPECT_EQ(NearestWord("draw", words), std::nullopt);
  EXPECT_EQ(NearestWord("", words), std::nullopt);
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
