#include "agents/neural/large_shares.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace rhumb::neural {

void KeepLargeShares(const PathGraph& graph, int max_paths, float min_share,
                     absl::Span<float> shares) {
  std::vector<int> order;
  for (int pair = 0; pair < graph.num_pairs(); ++pair) {
    const int begin = graph.path_begin[pair], end = graph.path_begin[pair + 1];
    order.resize(end - begin);
    std::iota(order.begin(), order.end(), begin);
    std::stable_sort(order.begin(), order.end(),
                     [&](int a, int b) { return shares[a] > shares[b]; });
    // From the largest on: a path stays as long as it carries enough of what stays with it.
    float kept = 0;
    size_t paths = 0;
    while (paths < order.size() && paths < static_cast<size_t>(max_paths)) {
      const float share = shares[order[paths]];
      if (paths > 0 && share < min_share * (kept + share)) break;
      kept += share;
      ++paths;
    }
    for (size_t i = 0; i < order.size(); ++i) {
      shares[order[i]] = i < paths ? shares[order[i]] / kept : 0;
    }
  }
}

}  // namespace rhumb::neural
