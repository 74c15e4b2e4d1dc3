// SPDX-License-Identifier: GPL-2.0-only
// All paths that an episode has used, by number. A path keeps its number for the whole episode, so
// a flow stays on its path when a new plan brings a new path set that contains the same links.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_PATHS_H_
#define RHUMB_SIMULATOR_NS3_WORKER_PATHS_H_

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "random.h"

namespace rhumb_ns3 {

using PathId = uint32_t;
constexpr PathId kNoPath = UINT32_MAX;

class PathTable {
 public:
  PathId Intern(const uint32_t* links, size_t count) {
    uint64_t hash = count;
    for (size_t i = 0; i < count; ++i) hash = Mix(hash, links[i]);
    for (auto [it, end] = ids_.equal_range(hash); it != end; ++it) {
      if (Equals(it->second, links, count)) return it->second;
    }
    const PathId id = static_cast<PathId>(begin_.size() - 1);
    links_.insert(links_.end(), links, links + count);
    begin_.push_back(static_cast<uint32_t>(links_.size()));
    ids_.emplace(hash, id);
    return id;
  }

  size_t size() const { return begin_.size() - 1; }
  uint32_t length(PathId path) const { return begin_[path + 1] - begin_[path]; }
  const uint32_t* begin(PathId path) const { return links_.data() + begin_[path]; }
  const uint32_t* end(PathId path) const { return links_.data() + begin_[path + 1]; }
  uint32_t link(PathId path, uint32_t hop) const { return links_[begin_[path] + hop]; }

 private:
  bool Equals(PathId id, const uint32_t* links, size_t count) const {
    if (length(id) != count) return false;
    for (size_t i = 0; i < count; ++i) {
      if (link(id, static_cast<uint32_t>(i)) != links[i]) return false;
    }
    return true;
  }

  std::vector<uint32_t> begin_{0};
  std::vector<uint32_t> links_;
  std::unordered_multimap<uint64_t, PathId> ids_;
};

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_PATHS_H_
