// All paths that an episode has used, by number. A path keeps its number when a new plan brings a
// new path set that contains the same links, so a flow stays on its path.
#ifndef RHUMB_SIMULATOR_FLUID_PATH_TABLE_H_
#define RHUMB_SIMULATOR_FLUID_PATH_TABLE_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "simulator/fluid/train.h"
#include "simulator/traffic_model/random.h"

namespace rhumb::fluid {

// Keeps its memory when it is cleared.
class PathTable {
 public:
  void Clear() {
    begin_.assign(1, 0);
    links_.clear();
    std::fill(buckets_.begin(), buckets_.end(), kNone);
  }

  // The number of a path over these links.
  template <typename Iterator>
  uint32_t Intern(Iterator first, Iterator last) {
    if (2 * begin_.size() > buckets_.size()) Grow();
    const uint32_t begin = begin_.back();
    links_.insert(links_.end(), first, last);
    const uint32_t end = static_cast<uint32_t>(links_.size());
    size_t bucket = Hash(begin, end) & (buckets_.size() - 1);
    while (buckets_[bucket] != kNone) {
      const uint32_t path = buckets_[bucket];
      if (length(path) == end - begin &&
          std::equal(links_.begin() + begin, links_.end(), links_.begin() + begin_[path])) {
        links_.resize(begin);
        return path;
      }
      bucket = (bucket + 1) & (buckets_.size() - 1);
    }
    const uint32_t path = static_cast<uint32_t>(begin_.size() - 1);
    buckets_[bucket] = path;
    begin_.push_back(end);
    return path;
  }

  uint32_t length(uint32_t path) const { return begin_[path + 1] - begin_[path]; }
  const uint32_t* begin(uint32_t path) const { return links_.data() + begin_[path]; }
  const uint32_t* end(uint32_t path) const { return links_.data() + begin_[path + 1]; }
  uint32_t link(uint32_t path, uint32_t hop) const { return links_[begin_[path] + hop]; }

 private:
  uint64_t Hash(uint32_t begin, uint32_t end) const {
    uint64_t hash = end - begin;
    for (uint32_t i = begin; i < end; ++i) hash = traffic_model::Mix(hash ^ links_[i]);
    return hash;
  }
  void Grow() {
    buckets_.assign(std::max<size_t>(1024, 2 * buckets_.size()), kNone);
    for (uint32_t path = 0; path + 1 < begin_.size(); ++path) {
      size_t bucket = Hash(begin_[path], begin_[path + 1]) & (buckets_.size() - 1);
      while (buckets_[bucket] != kNone) bucket = (bucket + 1) & (buckets_.size() - 1);
      buckets_[bucket] = path;
    }
  }

  std::vector<uint32_t> begin_{0};
  std::vector<uint32_t> links_;
  std::vector<uint32_t> buckets_;  // a power of 2, at most half full
};

}  // namespace rhumb::fluid

#endif  // RHUMB_SIMULATOR_FLUID_PATH_TABLE_H_
