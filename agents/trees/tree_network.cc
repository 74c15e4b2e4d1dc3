#include "agents/trees/tree_network.h"

#include <algorithm>
#include <functional>

namespace rhumb::trees {

TreeNetwork::TreeNetwork(const Topology& topology) {
  const int links = topology.num_links();
  double sum = 0;
  for (const Link& link : topology.links()) sum += link.capacity_bps;
  mean_capacity_bps = links > 0 ? sum / links : 1.0;
  for (LinkId l = 0; l < links; ++l) {
    const Link& link = topology.link(l);
    tail.push_back(link.source);
    head.push_back(link.destination);
    ends.push_back({link.source, link.destination});
    capacity.push_back(static_cast<float>(link.capacity_bps / mean_capacity_bps));
    delay_s.push_back(static_cast<float>(absl::ToDoubleSeconds(link.propagation_delay)));
    usable.push_back(link.usable() ? 1 : 0);
  }
  in_begin.push_back(0);
  for (NodeId v = 0; v < topology.num_nodes(); ++v) {
    for (const LinkId l : topology.in_links(v)) {
      if (usable[l] != 0) in_arcs.push_back({tail[l], l});
    }
    in_begin.push_back(static_cast<int>(in_arcs.size()));
  }
}

TreeSearch::TreeSearch(const TreeNetwork& network)
    : network_(&network),
      distance_(network.num_nodes()),
      next_(network.num_nodes()),
      settled_(network.num_nodes()),
      child_(network.num_nodes()),
      sibling_(network.num_nodes()) {}

void TreeSearch::Run(absl::Span<const float> price, NodeId destination) {
  std::fill(distance_.begin(), distance_.end(), kUnreachable);
  std::fill(settled_.begin(), settled_.end(), 0);
  std::fill(next_.begin(), next_.end(), -1);
  order_.clear();
  heap_.clear();
  heap_.push_back({0, destination});
  distance_[destination] = 0;
  while (!heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
    const NodeId node = heap_.back().node;
    heap_.pop_back();
    if (settled_[node] != 0) continue;
    settled_[node] = 1;
    order_.push_back(node);
    const float here = distance_[node];
    for (int i = network_->in_begin[node]; i < network_->in_begin[node + 1]; ++i) {
      const TreeNetwork::Arc arc = network_->in_arcs[i];
      const float there = here + price[arc.link];
      if (there >= distance_[arc.tail]) continue;
      distance_[arc.tail] = there;
      next_[arc.tail] = arc.link;
      heap_.push_back({there, arc.tail});
      std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
    }
  }
  WalkDepthFirst(destination);
}

void TreeSearch::WalkDepthFirst(NodeId destination) {
  for (const NodeId node : order_) child_[node] = -1;
  for (size_t i = order_.size(); i-- > 1;) {
    const NodeId node = order_[i];
    const NodeId parent = network_->head[next_[node]];
    sibling_[node] = child_[parent];
    child_[parent] = node;
  }
  tree_.clear();
  stack_.clear();
  for (NodeId node = child_[destination];;) {
    if (node < 0) {
      if (stack_.empty()) break;
      node = sibling_[stack_.back()];
      stack_.pop_back();
      continue;
    }
    tree_.push_back(next_[node]);
    stack_.push_back(node);
    node = child_[node];
  }
}

}  // namespace rhumb::trees
