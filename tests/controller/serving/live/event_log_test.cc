#include "controller/serving/live/event_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace rhumb {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

LiveEvent State(const std::string& kind, const std::string& data) { return {kind, data, true}; }
LiveEvent Happened(const std::string& data) { return {"note", data}; }

TEST(EventLogTest, WhoHasHeardNothingIsToldToBeginAnew) {
  EventLog log("e", 3);
  log.Append({State("loads", "1"), Happened("a"), State("loads", "2")});
  const auto message = log.After(0);
  EXPECT_THAT(*message.bytes, ::testing::StartsWith("id: e-0\nevent: hello\n"));
  EXPECT_THAT(*message.bytes, HasSubstr("event: loads\ndata: 2\n\n"));
  EXPECT_THAT(*message.bytes, HasSubstr("event: note\ndata: a\n\n"));
  EXPECT_THAT(*message.bytes, Not(HasSubstr("data: 1\n")));
  EXPECT_EQ(log.After(message.heard).bytes, nullptr);
}

TEST(EventLogTest, BeforeAnythingHappenedHelloIsSaidOnce) {
  EventLog log("e", 3);
  const auto message = log.After(0);
  EXPECT_THAT(*message.bytes, HasSubstr("hello"));
  EXPECT_EQ(log.After(message.heard).bytes, nullptr);
}

TEST(EventLogTest, WhoIsBehindHearsTheLatestStateAndAllThatHappenedInOrder) {
  EventLog log("e", 10);
  log.Append({State("loads", "1")});
  const uint64_t heard = log.After(0).heard;
  log.Append({Happened("a"), State("loads", "2")});
  log.Append({Happened("b"), State("loads", "3")});
  const auto message = log.After(heard);
  EXPECT_EQ(*message.bytes,
            "id: e-3\nevent: note\ndata: a\n\nid: e-5\nevent: note\ndata: b\n\n"
            "id: e-6\nevent: loads\ndata: 3\n\n");
}

TEST(EventLogTest, WhoMissedWhatIsNotKeptBeginsAnew) {
  EventLog log("e", 2);
  log.Append({Happened("a")});
  const uint64_t heard = log.After(0).heard;
  log.Append({Happened("b"), Happened("c")});
  EXPECT_THAT(*log.After(heard).bytes, Not(HasSubstr("hello")));
  log.Append({Happened("d")});
  EXPECT_THAT(*log.After(heard).bytes, HasSubstr("hello"));
}

TEST(EventLogTest, ViewersThatHeardTheSameShareTheBytes) {
  EventLog log("e", 2);
  log.Append({State("loads", "1")});
  EXPECT_EQ(log.After(0).bytes, log.After(0).bytes);
}

TEST(EventLogTest, OnlyItsOwnNamesOfEventsAreResumed) {
  EventLog log("e", 2);
  log.Append({State("loads", "1")});
  EXPECT_EQ(log.Resume("e-2"), 2u);
  for (const char* foreign : {"", "e", "e-", "e-3", "f-2", "e-2x", "-2", "e--2", "2"}) {
    EXPECT_EQ(log.Resume(foreign), 0u) << foreign;
  }
}

}  // namespace
}  // namespace rhumb
