#include "controller/serving/server/fan_out.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "tests/controller/serving/server/patience.h"

namespace rhumb {
namespace {

// Remembers the last announcement that it was woken after.
class Reader : public PlanReader {
 public:
  explicit Reader(const std::atomic<int>& announced) : announced_(announced) {}
  void Wake() override {
    absl::MutexLock lock(&mutex_);
    ++wakes_;
    seen_ = announced_.load();
  }
  void End(const absl::Status&) override {}

  void AwaitSeen(int announcement) {
    absl::MutexLock lock(&mutex_);
    const auto seen = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return seen_ >= announcement; };
    mutex_.Await(absl::Condition(&seen));
  }
  int wakes() const {
    absl::MutexLock lock(&mutex_);
    return wakes_;
  }

 private:
  const std::atomic<int>& announced_;
  mutable absl::Mutex mutex_;
  int wakes_ ABSL_GUARDED_BY(mutex_) = 0;
  int seen_ ABSL_GUARDED_BY(mutex_) = 0;
};

class FanOutTest : public ::testing::Test {
 protected:
  std::shared_ptr<Reader> AddReader(uint64_t id) {
    auto reader = std::make_shared<Reader>(announced_);
    fan_out_.Add(id, reader);
    return reader;
  }
  void Announce() {
    ++announced_;
    fan_out_.Announce();
  }

  std::atomic<int> announced_{0};
  NoMetrics metrics_;
  FanOut fan_out_{&metrics_};
};

TEST_F(FanOutTest, WakesEveryReaderAfterTheLastOfManyAnnouncements) {
  std::vector<std::shared_ptr<Reader>> readers;
  for (uint64_t id = 1; id <= 50; ++id) readers.push_back(AddReader(id));

  for (int i = 0; i < 500; ++i) Announce();

  for (const auto& reader : readers) reader->AwaitSeen(500);
}

TEST_F(FanOutTest, WakesAReaderOnceForOneAnnouncement) {
  std::vector<std::shared_ptr<Reader>> readers;
  for (uint64_t id = 1; id <= 50; ++id) readers.push_back(AddReader(id));

  for (int i = 1; i <= 20; ++i) {
    Announce();
    for (const auto& reader : readers) reader->AwaitSeen(i);
  }

  for (const auto& reader : readers) EXPECT_EQ(reader->wakes(), 20);
}

TEST_F(FanOutTest, HoldsNoReaderThatHasLeft) {
  const std::shared_ptr<Reader> stays = AddReader(1);
  std::weak_ptr<Reader> gone = AddReader(2);
  Announce();
  stays->AwaitSeen(1);

  fan_out_.Remove(2);
  // The thread that has woken it may be just about to let it go.
  EXPECT_TRUE(testing::Eventually([&] { return gone.expired(); }));
}

// A reader that is slow to be woken, a stream whose lock another thread holds, holds up itself.
TEST_F(FanOutTest, WakesOthersWhileOneReaderIsSlow) {
  class Slow : public PlanReader {
   public:
    void Wake() override {
      entered.Notify();
      go_on.WaitForNotification();
    }
    void End(const absl::Status&) override {}
    absl::Notification entered, go_on;
  };
  if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "needs two processors";
  const auto slow = std::make_shared<Slow>();
  fan_out_.Add(1, slow);
  std::vector<std::shared_ptr<Reader>> readers;
  for (uint64_t id = 2; id <= 50; ++id) readers.push_back(AddReader(id));

  Announce();
  slow->entered.WaitForNotification();
  for (const auto& reader : readers) reader->AwaitSeen(1);

  slow->go_on.Notify();
}

}  // namespace
}  // namespace rhumb
