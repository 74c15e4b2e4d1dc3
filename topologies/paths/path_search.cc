#include "topologies/paths/path_search.h"

#include <algorithm>
#include <functional>
#include <limits>

namespace rhumb {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

SearchGraph::SearchGraph(const Topology& topology, Direction direction) {
  const bool forward = direction == Direction::kForward;
  begin_.reserve(topology.num_nodes() + 1);
  arcs_.reserve(topology.num_links());
  for (NodeId v = 0; v < topology.num_nodes(); ++v) {
    begin_.push_back(static_cast<int>(arcs_.size()));
    for (LinkId l : forward ? topology.out_links(v) : topology.in_links(v)) {
      arcs_.push_back({forward ? topology.link(l).destination : topology.link(l).source, l});
    }
  }
  begin_.push_back(static_cast<int>(arcs_.size()));
  tail_.reserve(topology.num_links());
  for (const Link& link : topology.links()) {
    tail_.push_back(forward ? link.source : link.destination);
  }
}

PathSearch::PathSearch(const SearchGraph& graph)
    : graph_(&graph),
      distance_(graph.num_nodes()),
      arrival_(graph.num_nodes()),
      reached_in_(graph.num_nodes(), 0),
      settled_in_(graph.num_nodes(), 0),
      blocked_(graph.num_nodes(), 0) {}

bool PathSearch::Find(absl::Span<const double> weights, NodeId source, NodeId destination,
                      Path* path, absl::Span<const double> bound) {
  if (bound.empty()) {
    Run(weights, source, destination, [](NodeId) { return 0.0; });
  } else {
    Run(weights, source, destination, [bound](NodeId v) { return bound[v]; });
  }
  return PathTo(destination, path);
}

void PathSearch::Settle(absl::Span<const double> weights, NodeId source) {
  Run(weights, source, -1, [](NodeId) { return 0.0; });
}

double PathSearch::distance(NodeId node) const {
  return reached(node) ? distance_[node] : kInfinity;
}

bool PathSearch::PathTo(NodeId node, Path* path) const {
  path->clear();
  if (!reached(node) || node == source_) return false;
  for (NodeId v = node; v != source_; v = graph_->tail(arrival_[v])) path->push_back(arrival_[v]);
  std::reverse(path->begin(), path->end());
  return true;
}

template <typename Bound>
void PathSearch::Run(absl::Span<const double> weights, NodeId source, NodeId destination,
                     Bound bound) {
  if (++round_ == 0) {  // the counter wrapped around
    std::fill(reached_in_.begin(), reached_in_.end(), 0);
    std::fill(settled_in_.begin(), settled_in_.end(), 0);
    round_ = 1;
  }
  source_ = source;
  distance_[source] = 0;
  reached_in_[source] = round_;
  heap_.clear();
  heap_.push_back({bound(source), source});
  // Nothing that is at least as far as a way to the destination already found can lead to a shorter
  // one.
  double limit = kInfinity;
  while (!heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
    const NodeId node = heap_.back().node;
    heap_.pop_back();
    if (node == destination) return;
    if (settled_in_[node] == round_) continue;  // was waiting on a longer way, too
    settled_in_[node] = round_;
    for (const SearchGraph::Arc& arc : graph_->out(node)) {
      const double through = distance_[node] + weights[arc.link];
      if (reached(arc.head) && through >= distance_[arc.head]) continue;
      const double key = through + bound(arc.head);
      if (!(key < limit) || blocked_[arc.head] || settled_in_[arc.head] == round_) continue;
      if (arc.head == destination) limit = through;
      reached_in_[arc.head] = round_;
      distance_[arc.head] = through;
      arrival_[arc.head] = arc.link;
      heap_.push_back({key, arc.head});
      std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
    }
  }
}

}  // namespace rhumb
