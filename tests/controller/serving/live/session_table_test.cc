#include "controller/serving/live/session_table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace rhumb {
namespace {

Caller CallerNamed(const std::string& name) {
  return {name, Role::kViewer, "token:" + name, HashToken(name), ""};
}
const SteadyTime kStart = SteadyTime() + absl::Hours(1);

TEST(SessionTableTest, ASecretStandsForItsCaller) {
  SessionTable sessions;
  const std::string vera = sessions.Open(CallerNamed("vera"), kStart);
  const std::string otto = sessions.Open(CallerNamed("otto"), kStart);
  EXPECT_NE(vera, otto);
  EXPECT_EQ(sessions.Find(vera, kStart)->name, "vera");
  EXPECT_EQ(sessions.Find(otto, kStart)->name, "otto");
  EXPECT_FALSE(sessions.Find("", kStart));
  EXPECT_FALSE(sessions.Find(vera + "x", kStart));
}

TEST(SessionTableTest, EveryUseRenewsItAndSilenceEndsIt) {
  SessionTable sessions;
  const std::string secret = sessions.Open(CallerNamed("vera"), kStart);
  SteadyTime now = kStart;
  for (int i = 0; i < 5; ++i) {
    now += SessionTable::kLifetime - absl::Seconds(1);
    EXPECT_TRUE(sessions.Find(secret, now));
  }
  EXPECT_FALSE(sessions.Find(secret, now + SessionTable::kLifetime + absl::Seconds(1)));
  EXPECT_FALSE(sessions.Find(secret, now));
}

TEST(SessionTableTest, LoggingOutEndsOneSessionOnly) {
  SessionTable sessions;
  const std::string one = sessions.Open(CallerNamed("vera"), kStart);
  const std::string other = sessions.Open(CallerNamed("vera"), kStart);
  sessions.Close(one);
  EXPECT_FALSE(sessions.Find(one, kStart));
  EXPECT_TRUE(sessions.Find(other, kStart));
}

TEST(SessionTableTest, OnePeerCannotTakeThePlacesOfOthers) {
  SessionTable sessions;
  const std::string vera = sessions.Open(CallerNamed("vera"), kStart);
  const std::string first = sessions.Open(CallerNamed("otto"), kStart);
  for (size_t i = 0; i < SessionTable::kMostOfPeer; ++i) {
    sessions.Open(CallerNamed("otto"), kStart + absl::Seconds(1));
  }
  EXPECT_EQ(sessions.size(), SessionTable::kMostOfPeer + 1);
  EXPECT_FALSE(sessions.Find(first, kStart + absl::Seconds(2)));
  EXPECT_TRUE(sessions.Find(vera, kStart + absl::Seconds(2)));
}

}  // namespace
}  // namespace rhumb
