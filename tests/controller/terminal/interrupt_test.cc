#include "controller/terminal/interrupt.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace rhumb {
namespace {

constexpr std::chrono::hours kLong(1);

// Ends the death test's child where it never gets when all is well.
[[noreturn]] void WorkForever() {
  while (true) pause();
}

class InterruptTest : public ::testing::Test {
 protected:
  void SetUp() override { ::testing::FLAGS_gtest_death_test_style = "threadsafe"; }
};
using InterruptDeathTest = InterruptTest;

TEST_F(InterruptDeathTest, ASignalEndsWorkThatKeepsNothingAndSaysSo) {
  EXPECT_EXIT(
      {
        const InterruptWatch watch("rhumb test");
        std::raise(SIGTERM);
        WorkForever();
      },
      ::testing::ExitedWithCode(128 + SIGTERM), "^rhumb test: stopped; nothing was kept\n$");
}

TEST_F(InterruptDeathTest, WorkThatDoesNotNoticeIsEndedWithItsLastWords) {
  EXPECT_EXIT(
      {
        const InterruptWatch watch("rhumb test");
        const StopGuard guard([] { return std::string("stopped; two of three are kept"); },
                              std::chrono::milliseconds(1));
        std::raise(SIGINT);
        WorkForever();
      },
      ::testing::ExitedWithCode(128 + SIGINT), "^rhumb test: stopped; two of three are kept\n$");
}

TEST_F(InterruptDeathTest, WorkThatNoticesEndsByItselfAndKnowsTheSignal) {
  EXPECT_EXIT(
      {
        InterruptWatch watch("rhumb test");
        {
          const StopGuard guard([] { return std::string("not asked"); }, kLong);
          std::raise(SIGTERM);
          while (!*guard.flag()) continue;
        }
        std::_Exit(watch.Finish());
      },
      ::testing::ExitedWithCode(SIGTERM), "^$");
}

TEST_F(InterruptDeathTest, ASecondSignalEndsAtOnce) {
  EXPECT_EXIT(
      {
        const InterruptWatch watch("rhumb test");
        const StopGuard guard([] { return std::string("not asked"); }, kLong);
        std::raise(SIGINT);
        std::raise(SIGINT);
        WorkForever();
      },
      ::testing::KilledBySignal(SIGINT), "^$");
}

TEST_F(InterruptDeathTest, ASignalThatWasIgnoredStaysIgnored) {
  EXPECT_EXIT(
      {
        std::signal(SIGINT, SIG_IGN);
        InterruptWatch watch("rhumb test");
        std::raise(SIGINT);
        std::_Exit(watch.Finish());
      },
      ::testing::ExitedWithCode(0), "^$");
}

TEST_F(InterruptTest, AfterTheWorkSignalsActAsBefore) {
  InterruptWatch watch("rhumb test");
  EXPECT_EQ(watch.Finish(), 0);
  struct sigaction now = {};
  sigaction(SIGTERM, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_DFL);
}

TEST_F(InterruptTest, TheFlagIsDownAgainForTheNextCommand) {
  {
    InterruptWatch watch("rhumb test");
    const StopGuard guard([] { return std::string(); }, kLong);
    std::raise(SIGTERM);
    EXPECT_TRUE(*guard.flag());
    EXPECT_EQ(watch.Finish(), SIGTERM);
  }
  InterruptWatch watch("rhumb test");
  const StopGuard guard([] { return std::string(); });
  EXPECT_FALSE(*guard.flag());
}

}  // namespace
}  // namespace rhumb
