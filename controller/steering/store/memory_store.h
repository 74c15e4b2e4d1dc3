// A store that forgets: for tests, demonstrations, and when no path is configured.
#ifndef RHUMB_CONTROLLER_STEERING_STORE_MEMORY_STORE_H_
#define RHUMB_CONTROLLER_STEERING_STORE_MEMORY_STORE_H_

#include <algorithm>
#include <deque>

#include "controller/steering/store/store.h"

namespace rhumb {

class MemoryStore : public Store {
 public:
  std::string kind() const override { return "memory"; }

  absl::StatusOr<StoredState> Load() override {
    StoredState state;
    state.epoch = NewEpoch();
    return state;
  }

  absl::Status Write(const std::vector<StoreChange>& changes) override {
    for (const StoreChange& change : changes) {
      for (const auto& record : change.audit) audit_.push_front(record);
    }
    audit_.resize(std::min<size_t>(audit_.size(), 1000));
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<rhumb::v1::AuditRecord>> Audit(int limit) override {
    const size_t count = std::min<size_t>(audit_.size(), limit);
    return std::vector<rhumb::v1::AuditRecord>(audit_.begin(), audit_.begin() + count);
  }

 private:
  std::deque<rhumb::v1::AuditRecord> audit_;  // the latest first
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_STORE_MEMORY_STORE_H_
