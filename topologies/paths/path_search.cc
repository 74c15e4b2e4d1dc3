#include "topologies/paths/path_search.h"

#include <algorithm>
#include <functional>
#include <limits>

namespace rhumb {

SearchGraph::SearchGraph(const Topology& topology) {
  begin_.reserve(topology.num_nodes() + 1);
  arcs_.reserve(topology.num_links());
  for (NodeId v = 0; v < topology.num_nodes(); ++v) {
    begin_.push_back(static_cast<int>(arcs_.size()));
    for (LinkId l : topology.out_links(v)) arcs_.push_back({topology.link(l).destination, l});
  }
  begin_.push_back(static_cast<int>(arcs_.size()));
  for (const Link& link : topology.links()) {
    tail_.push_back(link.source);
    head_.push_back(link.destination);
  }
}

PathSearch::PathSearch(const SearchGraph& graph)
    : graph_(&graph),
      distance_(graph.num_nodes()),
      arrival_(graph.num_nodes()),
      reached_in_(graph.num_nodes(), 0),
      blocked_(graph.num_nodes(), 0) {}

bool PathSearch::Find(absl::Span<const double> weights, NodeId source, NodeId destination,
                      Path* path) {
  Run(weights, source, destination);
  return PathTo(destination, path);
}

void PathSearch::Settle(absl::Span<const double> weights, NodeId source) {
  Run(weights, source, -1);
}

double PathSearch::distance(NodeId node) const {
  return reached_in_[node] == round_ ? distance_[node] : std::numeric_limits<double>::infinity();
}

bool PathSearch::PathTo(NodeId node, Path* path) const {
  path->clear();
  if (reached_in_[node] != round_ || node == source_) return false;
  for (NodeId v = node; v != source_; v = graph_->tail(arrival_[v])) path->push_back(arrival_[v]);
  std::reverse(path->begin(), path->end());
  return true;
}

void PathSearch::Run(absl::Span<const double> weights, NodeId source, NodeId destination) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (++round_ == 0) {  // the counter wrapped around
    std::fill(reached_in_.begin(), reached_in_.end(), 0);
    round_ = 1;
  }
  source_ = source;
  distance_[source] = 0;
  arrival_[source] = -1;
  reached_in_[source] = round_;
  heap_.clear();
  heap_.emplace_back(0.0, source);
  while (!heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
    const auto [distance, node] = heap_.back();
    heap_.pop_back();
    if (distance > distance_[node]) continue;  // a longer way, found earlier
    if (node == destination) return;
    for (const SearchGraph::Arc& arc : graph_->out(node)) {
      const double through = distance + weights[arc.link];
      if (!(through < kInfinity) || blocked_[arc.head]) continue;
      if (reached_in_[arc.head] == round_ && !(through < distance_[arc.head])) continue;
      reached_in_[arc.head] = round_;
      distance_[arc.head] = through;
      arrival_[arc.head] = arc.link;
      heap_.emplace_back(through, arc.head);
      std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
    }
  }
}

}  // namespace rhumb
