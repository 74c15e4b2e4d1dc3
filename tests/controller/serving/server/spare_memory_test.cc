#include "controller/serving/server/spare_memory.h"

#include <gtest/gtest.h>

namespace rhumb {
namespace {

// A process whose size is given, and whose free memory goes when it is asked for.
class SpareMemoryTest : public ::testing::Test {
 protected:
  void LookFor(int seconds) {
    for (int i = 0; i < 4 * seconds; ++i) {
      now_ = now_ + absl::Milliseconds(250);
      memory_.Look(now_);
    }
  }

  int64_t used_mb_ = 50, free_mb_ = 0;
  int asked_ = 0;
  SteadyTime now_ = SteadyTime() + absl::Hours(1);
  SpareMemory memory_{[this] { return (used_mb_ + free_mb_) << 20; },
                      [this] {
                        ++asked_;
                        free_mb_ = 0;
                      }};
};

TEST_F(SpareMemoryTest, AProcessWhoseSizeStandsStillIsLeftAlone) {
  LookFor(60);
  EXPECT_EQ(asked_, 0);
}

TEST_F(SpareMemoryTest, AsksTwiceASecondWhileItGrowsAndForAWhileAfterwards) {
  LookFor(1);
  used_mb_ += 20;
  LookFor(5);
  // The burst ends: nothing grows any more, and what it took is free.
  used_mb_ = 50, free_mb_ = 20;
  LookFor(5);
  EXPECT_EQ(free_mb_, 0);
  EXPECT_GE(asked_, 19);
  EXPECT_LE(asked_, 21);
  LookFor(60);
  EXPECT_LE(asked_, 21);
}

TEST(SpareMemoryOfThisProcessTest, CanBeAskedFor) {
  SpareMemory memory;
  memory.Look(SteadyNow());
}

}  // namespace
}  // namespace rhumb
