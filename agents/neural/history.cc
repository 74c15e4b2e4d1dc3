#include "agents/neural/history.h"

#include <algorithm>

#include "agents/neural/network_shape.h"

namespace rhumb::neural {

void FillHistory(const PathGraph& graph,
                 absl::Span<const std::shared_ptr<const TrafficMatrix>> past,
                 absl::Span<float> history) {
  const double scale = 1 / graph.mean_capacity_bps;
  for (int h = 0; h < kHistory; ++h) {
    const size_t back = std::min(static_cast<size_t>(h), past.size() - 1);
    const TrafficMatrix& matrix = *past[past.size() - 1 - back];
    for (int d = 0; d < graph.num_pairs(); ++d) {
      history[static_cast<size_t>(d) * kHistory + h] = static_cast<float>(
          scale * matrix.rate_bps(graph.pairs[d].source, graph.pairs[d].destination));
    }
  }
}

}  // namespace rhumb::neural
