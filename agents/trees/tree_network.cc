#include "agents/trees/tree_network.h"

#include <algorithm>
#include <cstring>

namespace rhumb::trees {
namespace {

// Orders by distance, then node, in one comparison: floats of at least 0 are ordered as their bits
// are.
uint64_t Entry(float distance, NodeId node) {
  uint32_t bits = 0;
  std::memcpy(&bits, &distance, sizeof(bits));
  return static_cast<uint64_t>(bits) << 32U | static_cast<uint32_t>(node);
}

// A heap of four children a node, least first: half as deep as one of two, and children lie side by
// side.
constexpr size_t kChildren = 4;

void Push(uint64_t entry, std::vector<uint64_t>* heap) {
  size_t at = heap->size();
  heap->push_back(entry);
  uint64_t* const all = heap->data();
  while (at > 0) {
    const size_t parent = (at - 1) / kChildren;
    if (all[parent] <= entry) break;
    all[at] = all[parent];
    at = parent;
  }
  all[at] = entry;
}

uint64_t Pop(std::vector<uint64_t>* heap) {
  uint64_t* const all = heap->data();
  const uint64_t least = all[0], last = heap->back();
  heap->pop_back();
  const size_t size = heap->size();
  if (size == 0) return least;
  size_t at = 0;
  for (size_t first = 1; first < size; first = kChildren * at + 1) {
    size_t child = first;
    for (size_t other = first + 1; other < std::min(first + kChildren, size); ++other) {
      child = all[other] < all[child] ? other : child;
    }
    if (last <= all[child]) break;
    all[at] = all[child];
    at = child;
  }
  all[at] = last;
  return least;
}

}  // namespace

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
  Push(Entry(0, destination), &heap_);
  distance_[destination] = 0;
  while (!heap_.empty()) {
    const auto node = static_cast<NodeId>(static_cast<uint32_t>(Pop(&heap_)));
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
      Push(Entry(there, arc.tail), &heap_);
    }
  }
  WalkDepthFirst(destination);
}

void TreeSearch::Walk(NodeId source, std::vector<LinkId>* path) const {
  path->clear();
  for (NodeId at = source; next_[at] >= 0; at = network_->head[path->back()]) {
    path->push_back(next_[at]);
  }
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
