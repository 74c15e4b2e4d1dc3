#include "topologies/paths/igp_trees.h"

#include <algorithm>
#include <utility>

namespace rhumb {
namespace {

struct Change {
  NodeId source, destination;
  LinkId link;
  double before, after;  // infinite: not usable
};

// Whether a link of another weight can be seen in the tree: one that became longer when a shortest
// path uses it, one that became shorter when it now leads somewhere as fast as what is there.
bool Touches(const Change& change, const ShortestPathTree& tree) {
  const bool from_root = tree.direction() == ShortestPathTree::Direction::kFromRoot;
  const NodeId near = from_root ? change.source : change.destination;
  const NodeId far = from_root ? change.destination : change.source;
  if (!tree.reaches(near)) return false;
  if (change.after > change.before) {
    const absl::Span<const LinkId> dag = tree.dag_links(far);
    return std::find(dag.begin(), dag.end(), change.link) != dag.end();
  }
  return tree.distance(near) + change.after <= tree.distance(far) * (1 + kEqualCostTolerance);
}

}  // namespace

void IgpTrees::SetTopology(const Topology& topology) {
  if (topology_ && topology_->links().data() == topology.links().data()) return;
  std::vector<double> weights = LinkWeights(topology, LinkMetric::kIgp);
  if (topology_ && topology_->SameStructure(topology)) {
    std::vector<Change> changes;
    for (LinkId l = 0; l < topology.num_links(); ++l) {
      if (weights[l] == weights_[l]) continue;
      const Link& link = topology.link(l);
      changes.push_back({link.source, link.destination, l, weights_[l], weights[l]});
    }
    for (Trees* trees : {&from_, &to_}) {
      for (auto& tree : *trees) {
        const bool touched =
            tree != nullptr && std::any_of(changes.begin(), changes.end(),
                                           [&](const Change& c) { return Touches(c, *tree); });
        if (touched) tree = nullptr;
      }
    }
  } else {
    const int kept = topology.num_nodes() <= kMostKept ? topology.num_nodes() : 0;
    from_.assign(kept, nullptr);
    to_.assign(kept, nullptr);
  }
  weights_ = std::move(weights);
  topology_ = topology;
}

std::shared_ptr<const ShortestPathTree> IgpTrees::Get(NodeId root, Trees* trees,
                                                      ShortestPathTree::Direction direction) {
  if (!trees->empty() && (*trees)[root] != nullptr) return (*trees)[root];
  auto tree = std::make_shared<const ShortestPathTree>(*topology_, weights_, root, direction);
  if (!trees->empty()) (*trees)[root] = tree;
  return tree;
}

}  // namespace rhumb
