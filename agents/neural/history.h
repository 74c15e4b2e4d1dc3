// Past matrices as the network's input.
#ifndef RHUMB_AGENTS_NEURAL_HISTORY_H_
#define RHUMB_AGENTS_NEURAL_HISTORY_H_

#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "agents/neural/path_graph.h"
#include "topologies/traffic_matrix.h"

namespace rhumb::neural {

// Fills `history` [pairs of the graph][kHistory], the latest of `past` (not empty, the latest last)
// first; a shorter past is padded with its oldest matrix. Rates are in units of the graph's mean
// capacity, so that utilizations come out as they are.
void FillHistory(const PathGraph& graph,
                 absl::Span<const std::shared_ptr<const TrafficMatrix>> past,
                 absl::Span<float> history);

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_HISTORY_H_
