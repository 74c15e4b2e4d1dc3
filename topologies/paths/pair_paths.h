// Candidate paths of one pair of nodes, a function of that pair and the link states alone: no
// pair's paths depend on another's, which is what makes exact incremental updates possible.
#ifndef RHUMB_TOPOLOGIES_PATHS_PAIR_PATHS_H_
#define RHUMB_TOPOLOGIES_PATHS_PAIR_PATHS_H_

#include <vector>

#include "absl/types/span.h"
#include "topologies/path_set.h"
#include "topologies/paths/candidate_path_options.h"
#include "topologies/paths/path_search.h"
#include "topologies/topology.h"

namespace rhumb {

// What the searches of all pairs share. Link states are left out: they come with every call.
struct PathWeights {
  PathWeights(const Topology& topology, LinkMetric metric);

  SearchGraph forward, backward;
  std::vector<double> metric, delay,
      inverse_capacity;  // [links]; the first two with ties broken by fewest hops
};

struct PairPaths {
  std::vector<Path> paths;
  // Links of every path that a search came up with, kept or not, each once. While these are usable,
  // taking any other link away changes nothing.
  std::vector<LinkId> depends_on;
  // What the diverse searches came up with, one after the other.
  std::vector<Path> searches;
};

// One thread's working memory. It is fastest when consecutive pairs have the same destination.
class PairPathFinder {
 public:
  // Both must outlive the finder.
  PairPathFinder(const PathWeights& weights, const CandidatePathOptions& options);

  // `usable` has one entry a link. `with_more_links` may hold the result for the same pair while at
  // least these links were usable: searches that gave a path that is still whole need not be
  // repeated, and the result is the same.
  PairPaths Find(NodePair pair, absl::Span<const char> usable,
                 const PairPaths* with_more_links = nullptr);

 private:
  // A link length that is told apart between pairs, and a lower bound of the distance to the
  // destination over it.
  struct Length {
    std::vector<double> of_link;  // [links]
    std::vector<double> bound;    // [nodes]
  };

  void SetDestination(NodeId destination);
  void SetLengths(NodePair pair, absl::Span<const char> usable);
  void FindDiverse(NodePair pair, absl::Span<const char> usable, const PairPaths* with_more_links,
                   PairPaths* result);
  void FindShortest(NodePair pair, const Length& length, PairPaths* result);
  bool Enough(const PairPaths& result) const;
  // Enters the links of a path into depends_on.
  void Note(const Path& path, PairPaths* result);
  // Notes the path, and adds it unless it is there already or too long; true when it did.
  bool Offer(const Path& path, PairPaths* result);

  const PathWeights& weights_;
  const CandidatePathOptions& options_;
  PathSearch search_, backward_search_;
  NodeId destination_ = -1;
  Length metric_, delay_, inverse_capacity_, hops_;
  std::vector<char> noted_;  // [links], true for those in depends_on
  double max_delay_ = 0;
};

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_PATHS_PAIR_PATHS_H_
