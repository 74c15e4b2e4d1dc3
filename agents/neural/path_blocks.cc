#include "agents/neural/path_blocks.h"

#include <algorithm>
#include <numeric>

namespace rhumb::neural {
namespace {

// A block has fewer paths than this without its last pair.
constexpr int kBlockPaths = 64;

}  // namespace

PathBlocks MakePathBlocks(absl::Span<const int> path_begin, absl::Span<const int> link_begin) {
  const int pairs = static_cast<int>(path_begin.size()) - 1;
  PathBlocks blocks;
  blocks.begin = {0};
  blocks.by_hops.resize(link_begin.size() - 1);
  std::iota(blocks.by_hops.begin(), blocks.by_hops.end(), 0);
  const auto hops = [&](int p) { return link_begin[p + 1] - link_begin[p]; };
  for (int first = 0; first < pairs;) {
    const int begin = path_begin[first];
    int last = first + 1;
    while (last < pairs && path_begin[last] - begin < kBlockPaths) ++last;
    const int end = path_begin[last];
    std::stable_sort(blocks.by_hops.begin() + begin, blocks.by_hops.begin() + end,
                     [&](int a, int b) { return hops(a) < hops(b); });
    blocks.most_paths = std::max(blocks.most_paths, end - begin);
    blocks.begin.push_back(last);
    first = last;
  }
  return blocks;
}

}  // namespace rhumb::neural
