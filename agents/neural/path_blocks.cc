#include "agents/neural/path_blocks.h"

#include <algorithm>
#include <numeric>

namespace rhumb::neural {
namespace {

// A block has fewer paths than this without its last pair.
constexpr int kBlockPaths = 64;

}  // namespace

PathBlocks MakePathBlocks(const PathGraph& graph) {
  PathBlocks blocks;
  blocks.begin = {0};
  blocks.by_hops.resize(graph.num_paths());
  std::iota(blocks.by_hops.begin(), blocks.by_hops.end(), 0);
  const auto hops = [&](int p) { return graph.link_begin[p + 1] - graph.link_begin[p]; };
  for (int first = 0; first < graph.num_pairs();) {
    const int begin = graph.path_begin[first];
    int last = first + 1;
    while (last < graph.num_pairs() && graph.path_begin[last] - begin < kBlockPaths) ++last;
    const int end = graph.path_begin[last];
    std::stable_sort(blocks.by_hops.begin() + begin, blocks.by_hops.begin() + end,
                     [&](int a, int b) { return hops(a) < hops(b); });
    blocks.most_paths = std::max(blocks.most_paths, end - begin);
    blocks.begin.push_back(last);
    first = last;
  }
  return blocks;
}

}  // namespace rhumb::neural
