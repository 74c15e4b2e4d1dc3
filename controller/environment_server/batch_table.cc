#include "controller/environment_server/batch_table.h"

#include "absl/strings/str_format.h"

namespace rhumb {

absl::StatusOr<std::unique_ptr<EnvironmentQuota::Places>> EnvironmentQuota::Take(
    const std::shared_ptr<EnvironmentQuota>& quota, const std::string& client, int count) {
  absl::MutexLock lock(&quota->mutex_);
  const BatchLimits& limits = quota->limits_;
  const auto found = quota->by_client_.find(client);
  const int own = found == quota->by_client_.end() ? 0 : found->second;
  if (own + count > limits.environments_per_client) {
    return absl::ResourceExhaustedError(absl::StrFormat(
        "environments: %d more for this client, which has %d; at most %d a client: close some, ask "
        "for fewer, or start the server with --max-environments-per-client",
        count, own, limits.environments_per_client));
  }
  if (quota->all_ + count > limits.environments) {
    return absl::ResourceExhaustedError(absl::StrFormat(
        "environments: %d more on a server that has %d; at most %d: try again when other clients "
        "are done, or start the server with --max-environments",
        count, quota->all_, limits.environments));
  }
  quota->by_client_[client] = own + count;
  quota->all_ += count;
  return std::make_unique<Places>(quota, client, count);
}

void EnvironmentQuota::Return(const std::string& client, int count) {
  absl::MutexLock lock(&mutex_);
  all_ -= count;
  const auto own = by_client_.find(client);
  if ((own->second -= count) == 0) by_client_.erase(own);
}

uint64_t BatchTable::Add(std::shared_ptr<EnvironmentBatch> batch, SteadyTime now) {
  absl::MutexLock lock(&mutex_);
  uint64_t id = 0;
  while (id == 0 || entries_.contains(id)) id = absl::Uniform<uint64_t>(random_);
  entries_[id] = {std::move(batch), now, false};
  return id;
}

absl::StatusOr<std::shared_ptr<EnvironmentBatch>> BatchTable::Take(uint64_t id) {
  absl::MutexLock lock(&mutex_);
  const auto entry = entries_.find(id);
  if (entry == entries_.end()) {
    return absl::NotFoundError(absl::StrFormat(
        "batch: there is none of the name %d (any more): it was closed, idle for %s, or never "
        "made; create another",
        id, absl::FormatDuration(idle_timeout_)));
  }
  if (entry->second.busy) {
    return absl::FailedPreconditionError(
        "batch: another call of it runs; wait for its answer, or make another batch");
  }
  entry->second.busy = true;
  return entry->second.batch;
}

void BatchTable::Release(uint64_t id, SteadyTime now) {
  absl::MutexLock lock(&mutex_);
  const auto entry = entries_.find(id);
  if (entry == entries_.end()) return;
  entry->second.busy = false;
  entry->second.last_use = now;
}

bool BatchTable::Close(uint64_t id) {
  std::shared_ptr<EnvironmentBatch> batch;  // ends its workers after the lock
  absl::MutexLock lock(&mutex_);
  const auto entry = entries_.find(id);
  if (entry == entries_.end()) return false;
  batch = std::move(entry->second.batch);
  entries_.erase(entry);
  return true;
}

int BatchTable::CloseIdle(SteadyTime now) {
  std::vector<std::shared_ptr<EnvironmentBatch>> idle;  // ends their workers after the lock
  absl::MutexLock lock(&mutex_);
  for (auto it = entries_.begin(); it != entries_.end();) {
    const auto next = std::next(it);
    if (!it->second.busy && now - it->second.last_use >= idle_timeout_) {
      idle.push_back(std::move(it->second.batch));
      entries_.erase(it);
    }
    it = next;
  }
  return static_cast<int>(idle.size());
}

}  // namespace rhumb
