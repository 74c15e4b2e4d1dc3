// SPDX-License-Identifier: GPL-2.0-only
// Paths of least delay over the links that are usable when an episode starts. They say what "on the
// empty network" means for the slowdown of a flow and how deep a buffer of one round trip is.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_SHORTEST_DELAYS_H_
#define RHUMB_SIMULATOR_NS3_WORKER_SHORTEST_DELAYS_H_

#include <cstdint>
#include <limits>
#include <queue>
#include <utility>
#include <vector>

#include "worker.pb.h"

namespace rhumb_ns3 {

class ShortestDelays {
 public:
  // O(nodes * links * log nodes).
  explicit ShortestDelays(const rhumb::worker::Reset& reset)
      : num_nodes_(reset.num_nodes()),
        delay_s_(size_t{num_nodes_} * num_nodes_, std::numeric_limits<double>::infinity()),
        rate_bps_(size_t{num_nodes_} * num_nodes_, 0) {
    std::vector<std::vector<int>> out(num_nodes_);
    for (int i = 0; i < reset.link_source_size(); ++i) {
      if (reset.usable(i)) out[reset.link_source(i)].push_back(i);
    }
    for (uint32_t source = 0; source < num_nodes_; ++source) Search(reset, out, source);
  }

  // Infinite when there is no path.
  double delay_s(uint32_t source, uint32_t destination) const {
    return delay_s_[size_t{source} * num_nodes_ + destination];
  }
  // Smallest capacity on that path.
  double rate_bps(uint32_t source, uint32_t destination) const {
    return rate_bps_[size_t{source} * num_nodes_ + destination];
  }

  struct RoundTrips {
    double mean_s = 0;
    double max_s = 0;
  };
  // Over connected pairs.
  RoundTrips round_trips() const {
    RoundTrips result;
    uint64_t count = 0;
    for (size_t i = 0; i < delay_s_.size(); ++i) {
      if (i % (num_nodes_ + 1) == 0 || delay_s_[i] == std::numeric_limits<double>::infinity()) {
        continue;
      }
      result.mean_s += 2 * delay_s_[i];
      result.max_s = std::max(result.max_s, 2 * delay_s_[i]);
      ++count;
    }
    if (count > 0) result.mean_s /= static_cast<double>(count);
    return result;
  }

 private:
  void Search(const rhumb::worker::Reset& reset, const std::vector<std::vector<int>>& out,
              uint32_t source) {
    double* delay = &delay_s_[size_t{source} * num_nodes_];
    double* rate = &rate_bps_[size_t{source} * num_nodes_];
    using Entry = std::pair<double, uint32_t>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
    delay[source] = 0;
    rate[source] = std::numeric_limits<double>::infinity();
    open.emplace(0, source);
    while (!open.empty()) {
      const auto [d, node] = open.top();
      open.pop();
      if (d > delay[node]) continue;
      for (const int link : out[node]) {
        const uint32_t next = reset.link_destination(link);
        const double reached = d + reset.delay_s(link);
        if (reached < delay[next]) {
          delay[next] = reached;
          rate[next] = std::min(rate[node], reset.capacity_bps(link));
          open.emplace(reached, next);
        }
      }
    }
  }

  const uint32_t num_nodes_;
  std::vector<double> delay_s_;
  std::vector<double> rate_bps_;
};

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_SHORTEST_DELAYS_H_
