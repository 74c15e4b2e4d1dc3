#include "controller/serving/server/connection_table.h"

namespace rhumb {

std::vector<std::string> ConnectionTable::Add(const std::string& peer) {
  absl::MutexLock lock(&mutex_);
  // The system gives a port again once the connection that had it is over, perhaps before that was
  // noticed here.
  if (const auto before = open_.find(peer); before != open_.end()) Erase(before);
  strangers_.push_back(peer);
  open_.emplace(peer, Entry{true, std::prev(strangers_.end())});
  std::vector<std::string> closed;
  while (static_cast<int>(strangers_.size()) > limits_.stranger_connections ||
         (static_cast<int>(open_.size()) > limits_.connections && !strangers_.empty())) {
    closed.push_back(strangers_.front());
    Erase(open_.find(strangers_.front()));
  }
  return closed;
}

void ConnectionTable::Know(absl::string_view peer) {
  absl::MutexLock lock(&mutex_);
  const auto entry = open_.find(peer);
  if (entry == open_.end() || !entry->second.stranger) return;
  strangers_.erase(entry->second.place);
  entry->second.stranger = false;
}

void ConnectionTable::Remove(absl::string_view peer) {
  absl::MutexLock lock(&mutex_);
  if (const auto entry = open_.find(peer); entry != open_.end()) Erase(entry);
}

int ConnectionTable::size() const {
  absl::MutexLock lock(&mutex_);
  return static_cast<int>(open_.size());
}

void ConnectionTable::Erase(absl::flat_hash_map<std::string, Entry>::iterator entry) {
  if (entry->second.stranger) strangers_.erase(entry->second.place);
  open_.erase(entry);
}

}  // namespace rhumb
