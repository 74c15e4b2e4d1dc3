// The spatial half of generated traffic: which share of the total each pair of nodes has.
#ifndef RHUMB_TOPOLOGIES_GENERATORS_GRAVITY_H_
#define RHUMB_TOPOLOGIES_GENERATORS_GRAVITY_H_

#include <vector>

#include "absl/status/statusor.h"
#include "topologies/generators/traffic_generator.h"
#include "topologies/topology.h"

namespace rhumb {

// Fewest usable links from `source` to every node, -1 where there is no path. O(nodes + links).
std::vector<int> HopDistances(const Topology& topology, NodeId source);

struct GravityWeights {
  // [nodes, nodes], row = source. Sums to 1, 0 on the diagonal and for pairs without a usable path.
  std::vector<double> weight;
  // Sum over pairs of weight times hop distance.
  double mean_hops = 0;
};

// Weight of s>d proportional to out(s) * in(d) * pair(s, d), each a base (1, or the node's usable
// capacity) times a log-normal draw; then some pairs are emptied, and elephants raised to their
// share. FailedPrecondition when no pair has a usable path. O(nodes^2 + nodes * links).
absl::StatusOr<GravityWeights> DrawGravityWeights(const Topology& topology,
                                                  const TrafficGeneratorSpec& spec);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_GENERATORS_GRAVITY_H_
