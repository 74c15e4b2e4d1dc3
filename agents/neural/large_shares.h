// Fewer paths for a split that is not made for the MLU.
#ifndef RHUMB_AGENTS_NEURAL_LARGE_SHARES_H_
#define RHUMB_AGENTS_NEURAL_LARGE_SHARES_H_

#include "absl/types/span.h"
#include "agents/neural/path_graph.h"

namespace rhumb::neural {

// Leaves every pair its largest shares, `max_paths` of them at most and none below `min_share` of
// what is left, but for the largest itself; those that stay grow in proportion. `shares` [paths]
// sum to 1 for every pair, before and after; of equal ones the first stays. O(paths * max_paths).
void KeepLargeShares(const PathGraph& graph, int max_paths, float min_share,
                     absl::Span<float> shares);

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_LARGE_SHARES_H_
