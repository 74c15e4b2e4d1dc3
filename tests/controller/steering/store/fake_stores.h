// Stores that tests look into or let fail.
#ifndef RHUMB_TESTS_CONTROLLER_STEERING_STORE_FAKE_STORES_H_
#define RHUMB_TESTS_CONTROLLER_STEERING_STORE_FAKE_STORES_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "controller/steering/store/memory_store.h"

namespace rhumb::testing {

// On a disk that fills up and is cleared again, as `full` says.
class FullDiskStore : public MemoryStore {
 public:
  explicit FullDiskStore(std::shared_ptr<std::atomic<bool>> full) : full_(std::move(full)) {}
  absl::Status Write(const std::vector<StoreChange>& changes) override {
    if (*full_) return absl::UnavailableError("disk full");
    return MemoryStore::Write(changes);
  }

 private:
  std::shared_ptr<std::atomic<bool>> full_;
};

// Has an epoch of an earlier run, and shows what it was given while the disk was not `full`.
class KeepingStore : public FullDiskStore {
 public:
  static constexpr uint64_t kEpoch = 7;
  struct Kept {
    uint64_t epoch = kEpoch;
    VersionFloor floor;
  };
  explicit KeepingStore(std::shared_ptr<std::atomic<bool>> full) : FullDiskStore(std::move(full)) {}
  const std::shared_ptr<Kept>& kept() const { return kept_; }

  absl::StatusOr<StoredState> Load() override {
    StoredState state;
    state.epoch = kEpoch;
    return state;
  }
  absl::Status Write(const std::vector<StoreChange>& changes) override {
    if (auto status = FullDiskStore::Write(changes); !status.ok()) return status;
    for (const StoreChange& change : changes) {
      if (change.epoch) kept_->epoch = *change.epoch;
      if (change.floor) kept_->floor = *change.floor;
    }
    return absl::OkStatus();
  }

 private:
  const std::shared_ptr<Kept> kept_ = std::make_shared<Kept>();
};

// On a disk that does not answer until it is told to.
class HangingStore : public KeepingStore {
 public:
  explicit HangingStore(std::shared_ptr<absl::Notification> go_on)
      : KeepingStore(std::make_shared<std::atomic<bool>>(false)), go_on_(std::move(go_on)) {}
  absl::Status Write(const std::vector<StoreChange>& changes) override {
    go_on_->WaitForNotification();
    return KeepingStore::Write(changes);
  }

 private:
  const std::shared_ptr<absl::Notification> go_on_;
};

// On a disk that is busy: a write is done no sooner than somebody went on without it, or a moment
// later.
class BusyStore : public MemoryStore {
 public:
  explicit BusyStore(std::shared_ptr<absl::Notification> gone_on) : gone_on_(std::move(gone_on)) {}
  absl::Status Write(const std::vector<StoreChange>& changes) override {
    gone_on_->WaitForNotificationWithTimeout(absl::Milliseconds(50));
    for (const StoreChange& change : changes) {
      if (change.floor) promised_plan_ = change.floor->plan;
    }
    return MemoryStore::Write(changes);
  }
  // The highest version of a plan that is promised.
  uint64_t promised_plan() const { return promised_plan_; }

 private:
  const std::shared_ptr<absl::Notification> gone_on_;
  std::atomic<uint64_t> promised_plan_ = 0;
};

// What reached a RecordingStore; outlives it.
class StoreRecord {
 public:
  void Add(const std::vector<StoreChange>& changes) {
    absl::MutexLock lock(&mutex_);
    for (const StoreChange& change : changes) {
      for (const LivePlanPtr& plan : change.plans) plans_.push_back(plan->version());
    }
  }
  // Versions, in the order of their writing.
  std::vector<uint64_t> plans() const {
    absl::MutexLock lock(&mutex_);
    return plans_;
  }

 private:
  mutable absl::Mutex mutex_;
  std::vector<uint64_t> plans_ ABSL_GUARDED_BY(mutex_);
};

class RecordingStore : public MemoryStore {
 public:
  explicit RecordingStore(StoreRecord* record) : record_(*record) {}
  absl::Status Write(const std::vector<StoreChange>& changes) override {
    record_.Add(changes);
    return MemoryStore::Write(changes);
  }

 private:
  StoreRecord& record_;
};

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_CONTROLLER_STEERING_STORE_FAKE_STORES_H_
