#include "controller/steering/store/version_promises.h"

#include <gtest/gtest.h>

#include <utility>

namespace rhumb {
namespace {

// As the controller does with every request.
StoreChange Take(StoreChange* change) { return std::exchange(*change, {}); }

TEST(VersionPromisesTest, NoVersionIsUsedThatTheStoreWasNotPromisedBeforeOrWithIt) {
  StoreChange change;
  VersionPromises versions(&change);
  VersionSource plan = versions.plan();
  uint64_t stored = 0;
  int writes = 0;
  for (int i = 0; i < 3'000'000; ++i) {
    const uint64_t version = plan.Next();
    ASSERT_EQ(version, i + 1);
    if (const StoreChange written = Take(&change); written.floor) {
      stored = written.floor->plan;
      ++writes;
    }
    ASSERT_GE(stored, version);
  }
  EXPECT_LE(writes, 5);  // blocks, not one a version
}

TEST(VersionPromisesTest, NextBlockIsPromisedWhileEnoughOfTheLastIsLeftForItsWrite) {
  StoreChange change;
  VersionPromises versions(&change);
  VersionSource traffic = versions.traffic();
  uint64_t stored = Take(&change).floor->traffic;
  for (int i = 0; i < 2'500'000; ++i) {
    const uint64_t version = traffic.Next();
    if (change.floor) {
      ASSERT_LT(version, stored);
      stored = Take(&change).floor->traffic;
    }
  }
}

TEST(VersionPromisesTest, VersionsAreOverdrawnBeforeOneIsUsedThatTheStoreHasNotKept) {
  StoreChange change;
  VersionPromises versions(&change);
  VersionSource plan = versions.plan();
  const uint64_t kept = Take(&change).floor->plan;
  EXPECT_FALSE(versions.overdrawn());
  EXPECT_TRUE(versions.settled());
  while (!versions.overdrawn()) ASSERT_LT(plan.Next(), kept);
  EXPECT_FALSE(versions.settled());
  versions.Kept(*Take(&change).floor);
  EXPECT_FALSE(versions.overdrawn());
  EXPECT_TRUE(versions.settled());
}

TEST(VersionPromisesTest, RestartGoesOnAboveAllThatWasPromised) {
  StoreChange change;
  VersionPromises versions(&change);
  versions.StartAbove({41, 7, 100});
  EXPECT_EQ(versions.topology().latest(), 41);
  EXPECT_EQ(versions.topology().Next(), 42);
  EXPECT_EQ(versions.traffic().Next(), 8);
  EXPECT_EQ(versions.plan().Next(), 101);
  ASSERT_TRUE(change.floor.has_value());
  EXPECT_GE(change.floor->topology, 42);
  EXPECT_GE(change.floor->traffic, 8);
  EXPECT_GE(change.floor->plan, 101);
}

TEST(VersionPromisesTest, SourcesOfOneKindDrawFromTheSameRow) {
  StoreChange change;
  VersionPromises versions(&change);
  VersionSource one = versions.plan(), other = versions.plan();
  EXPECT_EQ(one.Next(), 1);
  EXPECT_EQ(other.Next(), 2);
  EXPECT_EQ(one.latest(), 2);
  EXPECT_EQ(versions.topology().latest(), 0);
}

}  // namespace
}  // namespace rhumb
