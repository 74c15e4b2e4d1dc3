#include "agents/neural/forced_load.h"

#include <algorithm>

#include "agents/neural/inference_kernel.h"

namespace rhumb::neural {

void ForcedLoad::SetGraph(const PathGraph& graph) {
  capacity_ = graph.capacity;
  load_.assign(graph.num_links(), {});
  begin_.assign(1, 0);
  links_.clear();
  std::vector<int> crossings(graph.num_links(), 0);  // by paths of the pair
  for (int d = 0; d < graph.num_pairs(); ++d) {
    const int first = graph.path_begin[d], end = graph.path_begin[d + 1];
    const int links_end = graph.link_begin[end];
    for (int i = graph.link_begin[first]; i < links_end; ++i) ++crossings[graph.links[i]];
    // Paths have no loops, so each counts a link once.
    for (int i = graph.link_begin[first]; i < graph.link_begin[first + 1]; ++i) {
      if (crossings[graph.links[i]] == end - first) links_.push_back(graph.links[i]);
    }
    for (int i = graph.link_begin[first]; i < links_end; ++i) crossings[graph.links[i]] = 0;
    begin_.push_back(static_cast<int>(links_.size()));
  }
}

std::array<float, kScenarios> ForcedLoad::LeastMlu(absl::Span<const float> demands) {
  std::fill(load_.begin(), load_.end(), std::array<float, kScenarios>{});
  for (size_t d = 0; d + 1 < begin_.size(); ++d) {
    const float* demand = demands.data() + d * kPathDemandRow;
    for (int i = begin_[d]; i < begin_[d + 1]; ++i) {
      for (int s = 0; s < kScenarios; ++s) load_[links_[i]][s] += demand[s];
    }
  }
  std::array<float, kScenarios> least{};
  for (size_t l = 0; l < load_.size(); ++l) {
    for (int s = 0; s < kScenarios; ++s) least[s] = std::max(least[s], load_[l][s] / capacity_[l]);
  }
  return least;
}

}  // namespace rhumb::neural
