// The paths over which a policy may split every demand.
//
// The choice decides how good any split can be. The default set is diverse and knows capacities but
// no traffic: see topologies/RESULTS.md for how close the optimum over it comes to the exact
// multi-commodity optimum.
#ifndef RHUMB_TOPOLOGIES_PATHS_CANDIDATE_PATHS_H_
#define RHUMB_TOPOLOGIES_PATHS_CANDIDATE_PATHS_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "topologies/path_set.h"
#include "topologies/paths/candidate_path_options.h"
#include "topologies/topology.h"

namespace rhumb {

struct PairPaths;
struct PathWeights;

// Computes candidate paths and keeps them up to date while links fail, drain and return.
//
// Every pair that was asked for is in the set, in the order asked; a pair that cannot be reached
// has no paths. Only usable links are used. The first path of a pair is the shortest by
// `options.metric`: by fewest hops among equal lengths, then by a hash of pair and link ids, which
// spreads pairs over equal paths (unless max_stretch rules it out). The set is a function of the
// snapshot, the pairs and the options, whatever came before and whatever the number of threads.
//
// Movable, copyable; owned by one thread. The published set is immutable and may be read by any.
class CandidatePaths {
 public:
  // `pairs` empty: all ordered pairs of nodes, by source, then destination. InvalidArgument for an
  // unknown node, a pair of one node with itself, a repeated pair, or an option out of range. About
  // max_paths + 2 goal-directed shortest-path searches a pair; RESULTS.md has measured times.
  static absl::StatusOr<CandidatePaths> Compute(const Topology& topology,
                                                std::vector<NodePair> pairs,
                                                const CandidatePathOptions& options);

  // Follows a change of link states to exactly the set that Compute would give for `snapshot`. Only
  // pairs whose paths can have changed are searched: after a failure or drain those that used the
  // link, after its return those that use it when all is well. All pairs are searched when a
  // capacity or the metric changed, or when a link becomes usable that was not so at Compute.
  // InvalidArgument when `snapshot` has another structure; nothing changes then.
  absl::Status Update(const Topology& snapshot);

  // The set for the last snapshot. Never null. Update leaves sets that were handed out earlier as
  // they are.
  const std::shared_ptr<const PathSet>& paths() const { return paths_; }
  const CandidatePathOptions& options() const { return options_; }
  // Pairs that the last Compute or Update searched.
  int num_searched_pairs() const { return num_searched_pairs_; }

 private:
  using Results = std::vector<std::shared_ptr<const PairPaths>>;  // [pairs]

  CandidatePaths(std::vector<NodePair> pairs, const CandidatePathOptions& options)
      : pairs_(std::move(pairs)), options_(options) {}

  void ComputeAll(const Topology& topology);
  void Search(const std::vector<int>& pairs, absl::Span<const char> usable);
  void Publish();
  // Marks the pairs whose entry in `results` depends on a link that is in `lost`. [pairs]
  std::vector<char> Touched(const Results& results, absl::Span<const char> lost) const;

  std::vector<NodePair> pairs_;
  CandidatePathOptions options_;
  std::vector<int> by_destination_;  // pair indices, grouped by destination
  // The topology on which all was well: results for it are kept, and links return to it.
  std::shared_ptr<const Topology> reference_;
  std::shared_ptr<const PathWeights> weights_;
  Results reference_results_;
  // The present.
  std::vector<char> usable_;  // [links]
  Results results_;
  std::shared_ptr<const PathSet> paths_;
  int num_searched_pairs_ = 0;
};

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_PATHS_CANDIDATE_PATHS_H_
