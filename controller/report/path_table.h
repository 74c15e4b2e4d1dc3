// Every path that a report speaks of, once.
#ifndef RHUMB_CONTROLLER_REPORT_PATH_TABLE_H_
#define RHUMB_CONTROLLER_REPORT_PATH_TABLE_H_

#include <mutex>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "topologies/path_set.h"

namespace rhumb {

// Shared by the threads of a replay.
class PathTable {
 public:
  // The number of a path: the same for the same links.
  int Number(absl::Span<const LinkId> links) {
    Path path(links.begin(), links.end());
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto [found, added] = numbers_.try_emplace(path, static_cast<int>(paths_.size()));
    if (added) paths_.push_back(std::move(path));
    return found->second;
  }
  // By number. Not while others add.
  const std::vector<Path>& paths() const { return paths_; }

 private:
  std::mutex mutex_;
  absl::flat_hash_map<Path, int> numbers_;
  std::vector<Path> paths_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPORT_PATH_TABLE_H_
