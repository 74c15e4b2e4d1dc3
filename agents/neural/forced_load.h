// A lower bound of the MLU that needs no search: what every candidate path of a pair crosses, the
// pair must load, however it is split. Where a network hangs on a few such links (a tree, a stub, a
// bridge) the bound is the optimum, and a decision can stop as soon as it gets there.
#ifndef RHUMB_AGENTS_NEURAL_FORCED_LOAD_H_
#define RHUMB_AGENTS_NEURAL_FORCED_LOAD_H_

#include <array>
#include <vector>

#include "absl/types/span.h"
#include "agents/neural/network_shape.h"
#include "agents/neural/path_graph.h"

namespace rhumb::neural {

// Owned by one thread. All memory is taken in SetGraph.
class ForcedLoad {
 public:
  // O(path links).
  void SetGraph(const PathGraph& graph);

  // The largest utilization of a link by forced traffic alone under each scenario. `demands` is
  // [pairs][kPathDemandRow], the scenarios first. O(forced links of all pairs).
  std::array<float, kScenarios> LeastMlu(absl::Span<const float> demands);

 private:
  // Compressed rows: the links that all paths of pair d cross are links_[begin_[d]] up to
  // links_[begin_[d + 1]].
  std::vector<int> begin_, links_;
  std::vector<float> capacity_;
  std::vector<std::array<float, kScenarios>> load_;  // [links]
};

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_FORCED_LOAD_H_
