// Stores that tests look into or let fail.
#ifndef RHUMB_TESTS_CONTROLLER_STEERING_STORE_FAKE_STORES_H_
#define RHUMB_TESTS_CONTROLLER_STEERING_STORE_FAKE_STORES_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
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
