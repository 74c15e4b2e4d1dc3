#include "controller/serving/server/health_board.h"

namespace rhumb {

bool HealthBoard::Set(const std::string& service, bool serving) {
  absl::MutexLock lock(&mutex_);
  const auto [it, fresh] = serving_.try_emplace(service, serving);
  if (!fresh && it->second == serving) return false;
  it->second = serving;
  return true;
}

std::optional<bool> HealthBoard::Get(const std::string& service) const {
  absl::MutexLock lock(&mutex_);
  const auto it = serving_.find(service);
  if (it == serving_.end()) return std::nullopt;
  const bool of_leader =
      service == kControllerHealth || service == kSouthHealth || service == kNorthHealth;
  return it->second && !draining_ && !(stands_by_ && of_leader);
}

void HealthBoard::StandBy(bool stands_by) {
  absl::MutexLock lock(&mutex_);
  stands_by_ = stands_by;
}

void HealthBoard::Drain() {
  absl::MutexLock lock(&mutex_);
  draining_ = true;
}

}  // namespace rhumb
