// The paths over which a policy may split every demand.
//
// The choice decides how good any split can be. The default set is diverse and knows capacities but
// no traffic: see README.md for how close the optimum over it comes to the exact multi-commodity
// optimum.
#ifndef RHUMB_TOPOLOGIES_PATHS_CANDIDATE_PATHS_H_
#define RHUMB_TOPOLOGIES_PATHS_CANDIDATE_PATHS_H_

#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "topologies/path_set.h"
#include "topologies/topology.h"

namespace rhumb {

struct CandidatePathOptions {
  enum class Method {
    kDiverse,  // the default set
    kYen,      // the `max_paths` shortest by delay
  };

  Method method = Method::kDiverse;
  int max_paths = 8;  // a pair; at least 1
  // No path is longer, in propagation delay, than this many times the pair's smallest delay. At
  // least 1.
  double max_stretch = std::numeric_limits<double>::infinity();
  int threads = 0;  // 0: one a processor. The result does not depend on it.
};

// Computes candidate paths and keeps them up to date while links fail, drain and return.
//
// Every pair that was asked for is in the set, in the order asked; a pair that cannot be reached
// has no paths. Only usable links are used. The first path of a pair is the shortest by delay.
// Owned by one thread; the published set is immutable and may be read by any.
class CandidatePaths {
 public:
  // `pairs` empty: all ordered pairs of nodes, by source, then destination. InvalidArgument for an
  // unknown node, a pair of one node with itself, a repeated pair, or an option out of range.
  static absl::StatusOr<CandidatePaths> Compute(const Topology& topology,
                                                std::vector<NodePair> pairs,
                                                const CandidatePathOptions& options);

  // Follows a change of link states. InvalidArgument when `snapshot` has another structure; nothing
  // changes then.
  absl::Status Update(const Topology& snapshot);

  // The set for the last snapshot. Never null.
  const std::shared_ptr<const PathSet>& paths() const { return paths_; }
  const CandidatePathOptions& options() const { return options_; }

 private:
  CandidatePaths(Topology topology, std::vector<NodePair> pairs, CandidatePathOptions options)
      : topology_(std::move(topology)), pairs_(std::move(pairs)), options_(options) {}

  Topology topology_;
  std::vector<NodePair> pairs_;
  CandidatePathOptions options_;
  std::shared_ptr<const PathSet> paths_;
};

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_PATHS_CANDIDATE_PATHS_H_
