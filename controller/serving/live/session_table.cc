#include "controller/serving/live/session_table.h"

#include <algorithm>
#include <utility>

namespace rhumb {

std::string SessionTable::Open(Caller caller, SteadyTime now) {
  std::string secret = NewToken();
  absl::MutexLock lock(&mutex_);
  ForgetSilent(now);
  const auto of_peer = std::count_if(sessions_.begin(), sessions_.end(), [&](const auto& entry) {
    return entry.second.caller.peer == caller.peer;
  });
  if (static_cast<size_t>(of_peer) >= kMostOfPeer) ForgetOne(caller.peer);
  if (sessions_.size() >= kMost) ForgetOne("");
  sessions_[HashToken(secret)] = {std::move(caller), now};
  return secret;
}

std::optional<Caller> SessionTable::Find(absl::string_view secret, SteadyTime now) {
  const TokenHash hash = HashToken(secret);
  absl::MutexLock lock(&mutex_);
  const auto found = sessions_.find(hash);
  if (found == sessions_.end()) return std::nullopt;
  if (now - found->second.used_at > kLifetime) {
    sessions_.erase(found);
    return std::nullopt;
  }
  found->second.used_at = now;
  return found->second.caller;
}

void SessionTable::Close(absl::string_view secret) {
  absl::MutexLock lock(&mutex_);
  sessions_.erase(HashToken(secret));
}

size_t SessionTable::size() const {
  absl::MutexLock lock(&mutex_);
  return sessions_.size();
}

void SessionTable::ForgetSilent(SteadyTime now) {
  for (auto at = sessions_.begin(); at != sessions_.end();) {
    at = now - at->second.used_at > kLifetime ? sessions_.erase(at) : std::next(at);
  }
}

void SessionTable::ForgetOne(const std::string& peer) {
  auto oldest = sessions_.end();
  for (auto at = sessions_.begin(); at != sessions_.end(); ++at) {
    if (!peer.empty() && at->second.caller.peer != peer) continue;
    if (oldest == sessions_.end() || at->second.used_at < oldest->second.used_at) oldest = at;
  }
  if (oldest != sessions_.end()) sessions_.erase(oldest);
}

}  // namespace rhumb
