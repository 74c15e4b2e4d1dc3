// How candidate paths are chosen; see candidate_paths.h.
#ifndef RHUMB_TOPOLOGIES_PATHS_CANDIDATE_PATH_OPTIONS_H_
#define RHUMB_TOPOLOGIES_PATHS_CANDIDATE_PATH_OPTIONS_H_

#include <limits>

#include "topologies/paths/shortest_paths.h"

namespace rhumb {

struct CandidatePathOptions {
  enum class Method {
    // The shortest path by `metric`, then successive shortest paths by inverse capacity and by hops
    // in turn, where
    // every use of a link makes it three times as long for the rest of the pair's paths.
    kDiverse,
    // The `max_paths` shortest by `metric`.
    kYen,
  };

  Method method = Method::kDiverse;
  int max_paths = 8;  // a pair; at least 1
  LinkMetric metric = LinkMetric::kDelay;
  // No path's propagation delay exceeds this many times that of the pair's path of least delay. At
  // least 1.
  double max_stretch = std::numeric_limits<double>::infinity();
  int threads = 0;  // 0: one a processor. The result does not depend on it.
};

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_PATHS_CANDIDATE_PATH_OPTIONS_H_
