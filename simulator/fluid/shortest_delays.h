// Paths of least delay over the links that are usable when an episode starts. They say what "on the
// empty network" means for the slowdown of a flow and how deep a buffer of one round trip is.
#ifndef RHUMB_SIMULATOR_FLUID_SHORTEST_DELAYS_H_
#define RHUMB_SIMULATOR_FLUID_SHORTEST_DELAYS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "topologies/topology.h"

namespace rhumb::fluid {

class ShortestDelays {
 public:
  // O(nodes * links * log nodes); nothing when only capacities that do not matter have changed
  // since the last call: the same links, usable or not, with the same delays and capacities.
  void Compute(const Topology& topology);

  // Infinite when there is no path.
  double delay_s(uint32_t source, uint32_t destination) const {
    return delay_s_[size_t{source} * num_nodes_ + destination];
  }
  // Smallest capacity on that path; infinite from a node to itself.
  double capacity_bps(uint32_t source, uint32_t destination) const {
    return capacity_bps_[size_t{source} * num_nodes_ + destination];
  }
  // Over connected pairs; 0 when there are none.
  double mean_round_trip_s() const { return mean_round_trip_s_; }
  double longest_round_trip_s() const { return longest_round_trip_s_; }

 private:
  struct LinkKey {
    NodeId source, destination;
    double delay_s, capacity_bps;
    bool usable;
    friend bool operator==(const LinkKey& a, const LinkKey& b) {
      return a.source == b.source && a.destination == b.destination && a.delay_s == b.delay_s &&
             a.capacity_bps == b.capacity_bps && a.usable == b.usable;
    }
  };
  void Search(const Topology& topology, NodeId source);

  uint32_t num_nodes_ = 0;
  std::vector<LinkKey> key_, new_key_;
  std::vector<double> delay_s_;       // [nodes, nodes]
  std::vector<double> capacity_bps_;  // [nodes, nodes]
  double mean_round_trip_s_ = 0;
  double longest_round_trip_s_ = 0;
  std::vector<std::pair<double, NodeId>> open_;
};

}  // namespace rhumb::fluid

#endif  // RHUMB_SIMULATOR_FLUID_SHORTEST_DELAYS_H_
