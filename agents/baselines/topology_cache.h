// What a policy keeps for as long as the network stays as it is.
#ifndef RHUMB_AGENTS_BASELINES_TOPOLOGY_CACHE_H_
#define RHUMB_AGENTS_BASELINES_TOPOLOGY_CACHE_H_

#include <optional>
#include <utility>

#include "topologies/topology.h"

namespace rhumb {

// Versions alone do not tell snapshots apart (two changes of one snapshot have the same version),
// so links are compared: O(links) a look-up.
template <typename T>
class TopologyCache {
 public:
  // What was stored for the same network; null otherwise.
  T* Find(const Topology& topology) {
    if (!entry_ || !SameNetwork(entry_->first, topology)) return nullptr;
    return &entry_->second;
  }

  T* Store(const Topology& topology, T value) {
    entry_.emplace(topology, std::move(value));
    return &entry_->second;
  }

 private:
  static bool SameNetwork(const Topology& a, const Topology& b) {
    if (a.version() != b.version() || !a.SameStructure(b) || !Difference(a, b).empty()) {
      return false;
    }
    for (LinkId l = 0; l < a.num_links(); ++l) {
      if (a.link(l).propagation_delay != b.link(l).propagation_delay) return false;
    }
    return true;
  }

  std::optional<std::pair<Topology, T>> entry_;
};

}  // namespace rhumb

#endif  // RHUMB_AGENTS_BASELINES_TOPOLOGY_CACHE_H_
