#include "simulator/fluid/shortest_delays.h"

#include <algorithm>
#include <functional>
#include <limits>

namespace rhumb::fluid {
namespace {

constexpr double kUnreached = std::numeric_limits<double>::infinity();

}  // namespace

void ShortestDelays::Compute(const Topology& topology) {
  new_key_.clear();
  for (const Link& link : topology.links()) {
    new_key_.push_back({link.source, link.destination,
                        absl::ToDoubleSeconds(link.propagation_delay), link.capacity_bps,
                        link.usable()});
  }
  if (num_nodes_ == static_cast<uint32_t>(topology.num_nodes()) && new_key_ == key_) return;
  std::swap(key_, new_key_);
  num_nodes_ = static_cast<uint32_t>(topology.num_nodes());
  delay_s_.assign(size_t{num_nodes_} * num_nodes_, kUnreached);
  capacity_bps_.assign(size_t{num_nodes_} * num_nodes_, 0);
  for (NodeId source = 0; source < topology.num_nodes(); ++source) Search(topology, source);
  double sum_s = 0;
  uint64_t count = 0;
  longest_round_trip_s_ = 0;
  for (size_t i = 0; i < delay_s_.size(); ++i) {
    if (i % (num_nodes_ + 1) == 0 || delay_s_[i] == kUnreached) continue;
    sum_s += 2 * delay_s_[i];
    longest_round_trip_s_ = std::max(longest_round_trip_s_, 2 * delay_s_[i]);
    ++count;
  }
  mean_round_trip_s_ = count > 0 ? sum_s / static_cast<double>(count) : 0;
}

void ShortestDelays::Search(const Topology& topology, NodeId source) {
  double* delay = &delay_s_[size_t{static_cast<uint32_t>(source)} * num_nodes_];
  double* capacity = &capacity_bps_[size_t{static_cast<uint32_t>(source)} * num_nodes_];
  delay[source] = 0;
  capacity[source] = kUnreached;
  open_.clear();
  open_.emplace_back(0, source);
  while (!open_.empty()) {
    std::pop_heap(open_.begin(), open_.end(), std::greater<>());
    const auto [reached_s, node] = open_.back();
    open_.pop_back();
    if (reached_s > delay[node]) continue;
    for (const LinkId id : topology.out_links(node)) {
      const LinkKey& link = key_[id];
      if (!link.usable || reached_s + link.delay_s >= delay[link.destination]) continue;
      delay[link.destination] = reached_s + link.delay_s;
      capacity[link.destination] = std::min(capacity[node], link.capacity_bps);
      open_.emplace_back(delay[link.destination], link.destination);
      std::push_heap(open_.begin(), open_.end(), std::greater<>());
    }
  }
}

}  // namespace rhumb::fluid
