// SPDX-License-Identifier: GPL-2.0-only
// All demands that an episode has had, by their two nodes. A demand stays where it is in memory
// until the episode ends, so packets and events may point to it.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_DEMAND_TABLE_H_
#define RHUMB_SIMULATOR_NS3_WORKER_DEMAND_TABLE_H_

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "demand.h"

namespace rhumb_ns3 {

class DemandTable {
 public:
  explicit DemandTable(uint64_t seed) : seed_(seed) {}

  // Null when there was never any traffic from one to the other.
  Demand* Find(uint32_t source, uint32_t destination) const {
    const auto it = demands_.find(Key(source, destination));
    return it == demands_.end() ? nullptr : it->second.get();
  }

  // Made when it is asked for the first time.
  Demand* Get(uint32_t source, uint32_t destination) {
    std::unique_ptr<Demand>& demand = demands_[Key(source, destination)];
    if (demand == nullptr) {
      demand = std::make_unique<Demand>(source, destination, seed_);
      in_order_.push_back(demand.get());
    }
    return demand.get();
  }

  // In the order in which they were made.
  const std::vector<Demand*>& in_order() const { return in_order_; }

 private:
  static uint64_t Key(uint32_t source, uint32_t destination) {
    return uint64_t{source} << 32 | destination;
  }

  const uint64_t seed_;
  std::unordered_map<uint64_t, std::unique_ptr<Demand>> demands_;
  std::vector<Demand*> in_order_;
};

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_DEMAND_TABLE_H_
