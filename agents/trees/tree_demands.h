// Demands of a whole network, by destination.
#ifndef RHUMB_AGENTS_TREES_TREE_DEMANDS_H_
#define RHUMB_AGENTS_TREES_TREE_DEMANDS_H_

#include <vector>

#include "absl/types/span.h"
#include "topologies/topology.h"

namespace rhumb::trees {

// In units of the mean capacity: [nodes][nodes], the source last.
class TreeDemands {
 public:
  explicit TreeDemands(int num_nodes)
      : num_nodes_(num_nodes), rates_(static_cast<size_t>(num_nodes) * num_nodes, 0.0F) {}
  absl::Span<const float> towards(NodeId destination) const {
    return absl::MakeConstSpan(rates_).subspan(static_cast<size_t>(destination) * num_nodes_,
                                               num_nodes_);
  }
  float* row(NodeId destination) {
    return rates_.data() + static_cast<size_t>(destination) * num_nodes_;
  }

 private:
  int num_nodes_;
  std::vector<float> rates_;
};

}  // namespace rhumb::trees

#endif  // RHUMB_AGENTS_TREES_TREE_DEMANDS_H_
