// In which order the kernels visit paths.
//
// Paths come in blocks of whole pairs, small enough for what is known of them to stay in the
// first-level cache. Within a block the short ones come first: a loop over the links of a path then
// ends where the one before ended, which a processor foresees.
#ifndef RHUMB_AGENTS_NEURAL_PATH_BLOCKS_H_
#define RHUMB_AGENTS_NEURAL_PATH_BLOCKS_H_

#include <vector>

#include "absl/types/span.h"

namespace rhumb::neural {

struct PathBlocks {
  std::vector<int> begin;    // [blocks + 1] pair: block b has pairs begin[b] up to begin[b + 1]
  std::vector<int> by_hops;  // [paths] those of each block in its place, the shortest first
  int most_paths = 0;        // of a block

  int num_blocks() const { return static_cast<int>(begin.size()) - 1; }
};

// Of compressed rows as PathGraph has them: path_begin [pairs + 1], link_begin [paths + 1].
// O(paths log).
PathBlocks MakePathBlocks(absl::Span<const int> path_begin, absl::Span<const int> link_begin);

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_PATH_BLOCKS_H_
