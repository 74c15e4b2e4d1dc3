// Candidate paths of which every connected pair can use one.
#ifndef RHUMB_AGENTS_NEURAL_USABLE_PATHS_H_
#define RHUMB_AGENTS_NEURAL_USABLE_PATHS_H_

#include <memory>

#include "topologies/path_set.h"
#include "topologies/topology.h"

namespace rhumb::neural {

// A candidate set that lags behind a failure, or covers only some pairs, may leave a connected pair
// without a usable path. Such pairs get the shortest path by delay, alone, after all others;
// `given` itself where there are none. O(path links), and one Dijkstra run a source that lacks a
// path.
std::shared_ptr<const PathSet> WithUsablePaths(const Topology& topology,
                                               const std::shared_ptr<const PathSet>& given);

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_USABLE_PATHS_H_
