// Where column generation gets its paths from: the whole network, or a list of candidates.
#ifndef RHUMB_AGENTS_BASELINES_LP_PATH_PRICING_H_
#define RHUMB_AGENTS_BASELINES_LP_PATH_PRICING_H_

#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "topologies/path_set.h"
#include "topologies/paths/path_search.h"
#include "topologies/topology.h"

namespace rhumb {

// Answers shortest-path questions under prices that change. Used by one thread. Ask for all
// destinations of one source together: the network-wide search runs once a source.
class PathPricing {
 public:
  virtual ~PathPricing() = default;

  // At least 0 a link, infinite for links that must not be used. Kept until the next call; not
  // copied.
  virtual void SetPrices(absl::Span<const double> prices) = 0;
  // Price of the cheapest path; infinite when there is none.
  virtual double Price(NodeId source, NodeId destination) = 0;
  // That path, from the last call of Price for the same pair.
  virtual void GetPath(NodeId source, NodeId destination, Path* path) = 0;
};

// All paths of the topology: Dijkstra.
std::unique_ptr<PathPricing> PriceAllPaths(const Topology& topology);

// The paths of a set only.
std::unique_ptr<PathPricing> PriceListedPaths(std::shared_ptr<const PathSet> paths);

}  // namespace rhumb

#endif  // RHUMB_AGENTS_BASELINES_LP_PATH_PRICING_H_
