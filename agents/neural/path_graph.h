// Links, candidate paths and pairs as the flat arrays that the network computes on.
//
// Built once per topology version and path set and then reused for every decision. Paths over dead
// or drained links and pairs without any usable path are left out, which is how the network masks
// them: they cannot receive a ratio.
#ifndef RHUMB_AGENTS_NEURAL_PATH_GRAPH_H_
#define RHUMB_AGENTS_NEURAL_PATH_GRAPH_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "agents/neural/path_blocks.h"
#include "topologies/path_set.h"
#include "topologies/topology.h"

namespace rhumb::neural {

struct PathGraph {
  // Compressed rows: the links of path p are links[link_begin[p]] up to links[link_begin[p + 1]],
  // the paths of pair d are path_begin[d] up to path_begin[d + 1].
  std::vector<int> path_begin;        // [pairs + 1]
  std::vector<int> link_begin;        // [paths + 1]
  std::vector<int> links;             // [path links]
  std::vector<int> pair_of_path;      // [paths]
  std::vector<float> capacity;        // [links], over the mean capacity of the graph
  std::vector<float> log_capacity;    // [links], log of that, halved
  std::vector<float> bottleneck;      // [paths], smallest capacity along the path, in the same unit
  std::vector<float> extra_hops;      // [paths], x / (1 + x), see PathScalar
  std::vector<float> start_capacity;  // [paths], log(bottleneck / largest bottleneck of the pair)
  std::vector<float> delay;           // [paths], see BuildPathGraph
  std::vector<float> extra_delay;     // [paths], x / (1 + x), see PathScalar
  // [paths], x / (1 + x), x = delay beyond that of the pair's fastest over the mean of the pairs'
  // fastest.
  std::vector<float> detour;
  PathBlocks blocks;  // of all pairs and paths

  // Where rows came from.
  std::vector<NodePair> pairs;   // [pairs]
  std::vector<int> path_of_set;  // [paths] index in the path set
  double mean_capacity_bps = 1;

  // A training batch is several graphs side by side; graph g has links graph_link_begin[g] up to [g
  // + 1].
  std::vector<int> graph_link_begin{0};  // [graphs + 1]
  std::vector<int> graph_of_pair;        // [pairs]

  int num_links() const { return static_cast<int>(capacity.size()); }
  int num_paths() const { return static_cast<int>(pair_of_path.size()); }
  int num_pairs() const { return static_cast<int>(pairs.size()); }
  int num_graphs() const { return static_cast<int>(graph_link_begin.size()) - 1; }
};

// `carries_traffic`, when given, has one entry a pair of `paths`; pairs where it is false are left
// out. O(path links).
//
// The delay of a path is the propagation delay of its links plus a hundredth of the mean link delay
// a hop, as the LPs count it, in units of the mean link delay. Where no link has a delay it is the
// number of hops.
PathGraph BuildPathGraph(const Topology& topology, const PathSet& paths,
                         absl::Span<const uint8_t> carries_traffic = {});

// Side by side, in order: the block-diagonal graph of a training batch.
PathGraph Concatenate(absl::Span<const PathGraph* const> graphs);

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_PATH_GRAPH_H_
