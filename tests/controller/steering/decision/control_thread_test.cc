#include "controller/steering/decision/control_thread.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <optional>

#include "agents/registry/policy_registry.h"
#include "controller/steering/store/memory_store.h"
#include "tests/controller/steering/store/fake_stores.h"
#include "tests/networks.h"
#include "topologies/formats/proto_conversion.h"

namespace rhumb {
namespace {

using SetTopologyAnswer = absl::StatusOr<rhumb::v1::SetTopologyResponse>;

class ControlThreadTest : public ::testing::Test {
 protected:
  void Start(std::unique_ptr<Store> store, int queue_capacity = 4096) {
    ControlOptions options;
    options.first_promise = first_promise_;
    options.core.policy = "shortest-path";
    options.queue_capacity = queue_capacity;
    options.copy = copy_;
    ControlThread::Listeners listeners;
    listeners.publish = [this](LivePlanPtr plan) {
      ++published_;
      absl::MutexLock lock(&mutex_);
      latest_ = std::move(plan);
    };
    control_.emplace(options, MakePolicy, std::move(store), listeners, &metrics_);
  }
  SetTopologyAnswer Declare() {
    auto answer = std::make_shared<std::promise<SetTopologyAnswer>>();
    control_->Call<rhumb::v1::SetTopologyResponse>(
        [](ControllerCore& core) {
          rhumb::v1::SetTopologyRequest request;
          *request.mutable_topology() = ToProto(testing::Diamond());
          return core.south().SetTopology(request, "test");
        },
        [answer](SetTopologyAnswer result) { answer->set_value(std::move(result)); });
    return answer->get_future().get();
  }

  uint64_t Epoch() {
    std::promise<uint64_t> epoch;
    control_->Post(
        [&](ControllerCore& core) { epoch.set_value(core.north().GetStatus().epoch()); });
    return epoch.get_future().get();
  }

  rhumb::v1::PlanHeader Latest() {
    absl::MutexLock lock(&mutex_);
    return latest_ == nullptr ? rhumb::v1::PlanHeader() : latest_->header;
  }

  bool copy_ = false;
  absl::Duration first_promise_ = absl::Seconds(60);
  absl::Mutex mutex_;
  LivePlanPtr latest_;
  NoMetrics metrics_;
  std::atomic<int> published_ = 0;
  std::optional<ControlThread> control_;
};

TEST_F(ControlThreadTest, AnswersOnceTheChangeIsStoredWithThePlanAlreadyOut) {
  Start(std::make_unique<MemoryStore>());
  const auto answer = Declare();
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_TRUE(answer->durable());
  EXPECT_GE(published_, 1);
}

TEST_F(ControlThreadTest, SteersOnWhenTheDiskFailsAndSaysSo) {
  Start(std::make_unique<testing::FullDiskStore>(std::make_shared<std::atomic<bool>>(true)));
  const auto answer = Declare();
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_FALSE(answer->durable());
  EXPECT_GE(published_, 1);
  EXPECT_FALSE(control_->store().Health().healthy());
}

TEST_F(ControlThreadTest, VersionsThatTheStoreDoesNotKeepAreOfAnotherEpoch) {
  const auto full = std::make_shared<std::atomic<bool>>(true);
  auto store = std::make_unique<testing::KeepingStore>(full);
  const std::shared_ptr<testing::KeepingStore::Kept> kept = store->kept();
  Start(std::move(store));
  ASSERT_TRUE(Declare().ok());
  EXPECT_NE(Epoch(), testing::KeepingStore::kEpoch);
  // Once there is room, the epoch is stored with the promises that belong to it.
  *full = false;
  ASSERT_TRUE(Declare().ok());
  const uint64_t epoch = Epoch();
  control_.reset();
  EXPECT_EQ(kept->epoch, epoch);
  EXPECT_GT(kept->floor.plan, 0);
}

TEST_F(ControlThreadTest, ADiskThatHangsHoldsTheStartUpNoLongerThanTheBound) {
  first_promise_ = absl::Milliseconds(10);
  const auto go_on = std::make_shared<absl::Notification>();
  Start(std::make_unique<testing::HangingStore>(go_on));
  EXPECT_NE(Epoch(), testing::KeepingStore::kEpoch);
  EXPECT_FALSE(go_on->HasBeenNotified());
  go_on->Notify();
}

// Killed right after the start, the next run would give the same versions to other plans.
TEST_F(ControlThreadTest, VersionsArePromisedBeforeAnybodyCanSeeOne) {
  const auto gone_on = std::make_shared<absl::Notification>();
  auto store = std::make_unique<testing::BusyStore>(gone_on);
  const testing::BusyStore& disk = *store;
  Start(std::move(store));
  const uint64_t promised = disk.promised_plan();
  gone_on->Notify();
  EXPECT_GT(promised, 0u);
}

// What a leader of term 5 keeps of a network with a plan.
class SharedStore : public MemoryStore {
 public:
  absl::StatusOr<StoredState> Load() override {
    StoredState state;
    state.epoch = 7;
    state.term = 5;
    state.term_scope = 8;
    state.reported = ToProto(testing::Diamond());
    rhumb::v1::LivePlan plan;
    plan.mutable_header()->set_epoch(6);
    plan.mutable_header()->set_plan_version(3);
    state.plans = {plan};
    state.floor.plan = 1'000'000;
    return state;
  }
};

TEST_F(ControlThreadTest, ALeadGoesOnFromThePlanInForceUnderItsOwnEpochAndTerm) {
  Start(std::make_unique<SharedStore>());
  EXPECT_GE(published_, 2);
  EXPECT_EQ(Latest().epoch(), 7u);
  EXPECT_EQ(Latest().term(), 5u);
  EXPECT_EQ(Latest().term_scope(), 8u);
  EXPECT_GT(Latest().plan_version(), 1'000'000u);
  EXPECT_TRUE(control_->first_promise_kept());
}

TEST_F(ControlThreadTest, ACopyAnswersQuestionsAndDecidesNothing) {
  copy_ = true;
  Start(std::make_unique<SharedStore>());
  std::promise<rhumb::v1::ControllerStatus> status;
  control_->Post([&](ControllerCore& core) { status.set_value(core.north().GetStatus()); });
  const rhumb::v1::ControllerStatus known = status.get_future().get();
  EXPECT_EQ(known.nodes(), 4u);
  EXPECT_EQ(known.plan().plan_version(), 3u);
  EXPECT_EQ(known.plan().epoch(), 6u);
  EXPECT_EQ(published_, 1);
}

TEST_F(ControlThreadTest, WhatWaitsAtTheEndIsStillDone) {
  Start(std::make_unique<MemoryStore>());
  std::promise<void> started, go_on;
  control_->Post([&](ControllerCore&) {
    started.set_value();
    go_on.get_future().wait();
  });
  started.get_future().wait();
  std::atomic<int> done = 0;
  for (int i = 0; i < 100; ++i) control_->Post([&](ControllerCore&) { ++done; });
  go_on.set_value();
  control_.reset();
  EXPECT_EQ(done, 100);
}

TEST_F(ControlThreadTest, CallsBeyondTheQueueAreRefusedAtOnce) {
  Start(std::make_unique<MemoryStore>(), 1);
  std::promise<void> started, go_on;
  control_->Post([&](ControllerCore&) {
    started.set_value();
    go_on.get_future().wait();
  });
  started.get_future().wait();
  control_->Post([](ControllerCore&) {});  // fills the queue
  EXPECT_EQ(Declare().status().code(), absl::StatusCode::kResourceExhausted);
  go_on.set_value();
  control_.reset();
}

}  // namespace
}  // namespace rhumb
