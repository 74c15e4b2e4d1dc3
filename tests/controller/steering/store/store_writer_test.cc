#include "controller/steering/store/store_writer.h"

#include <gtest/gtest.h>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "controller/steering/store/memory_store.h"
#include "tests/controller/steering/store/fake_stores.h"

namespace rhumb {
namespace {

using testing::RecordingStore;
using testing::StoreRecord;

LivePlanPtr Plan(uint64_t version) {
  auto plan = std::make_shared<LivePlan>(
      LivePlan{{}, {}, Topology::Create("one", {{"A", "", std::nullopt}}, {}).value(), ""});
  plan->header.set_plan_version(version);
  return plan;
}

StoreChange ChangeWith(uint64_t plan_version, bool promised) {
  StoreChange change;
  change.plans.push_back(Plan(plan_version));
  change.plans_promised = promised;
  return change;
}

class StoreWriterTest : public ::testing::Test {
 protected:
  StoreWriterTest()
      : writer_(
            std::make_unique<StoreWriter>(std::make_unique<RecordingStore>(&disk_), &metrics_)) {
    writer_->Load();
  }
  // Waits for the answer.
  void Write(StoreChange change) {
    absl::Notification answered;
    writer_->Write(std::move(change), [&](bool durable) {
      EXPECT_TRUE(durable);
      answered.Notify();
    });
    answered.WaitForNotification();
  }

  StoreRecord disk_;
  NoMetrics metrics_;
  std::unique_ptr<StoreWriter> writer_;
};

TEST_F(StoreWriterTest, APromisedPlanIsWrittenBeforeTheAnswerWithThoseBeforeIt) {
  writer_->Write(ChangeWith(1, false), nullptr);
  Write(ChangeWith(2, true));
  EXPECT_EQ(disk_.plans(), (std::vector<uint64_t>{1, 2}));
}

TEST_F(StoreWriterTest, EveryPlanIsWrittenOnceInOrderByTheEnd) {
  std::vector<uint64_t> all;
  for (uint64_t version = 1; version <= 20; ++version) {
    writer_->Write(ChangeWith(version, false), nullptr);
    if (version % 7 == 0) Write({});
    all.push_back(version);
  }
  writer_.reset();
  EXPECT_EQ(disk_.plans(), all);
}

TEST_F(StoreWriterTest, APlanThatNobodyWasPromisedIsWrittenInTime) {
  writer_->Write(ChangeWith(1, false), nullptr);
  // Every answer may bring it along; a second after it was made, one does.
  while (disk_.plans().empty()) Write({});
  EXPECT_EQ(disk_.plans(), std::vector<uint64_t>{1});
}

}  // namespace
}  // namespace rhumb
