// Demands, where their flows may go, and when the next one arrives.
#ifndef RHUMB_SIMULATOR_FLUID_DEMAND_TABLE_H_
#define RHUMB_SIMULATOR_FLUID_DEMAND_TABLE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "simulator/fluid/fluid_link.h"
#include "simulator/fluid/path_table.h"
#include "simulator/fluid/train.h"
#include "simulator/traffic_model/arrival_clock.h"
#include "topologies/routing_plan.h"

namespace rhumb::fluid {

// Since they were last cleared. "Bytes" are those of applications for flows, bytes on the wire for
// packet streams.
struct DemandCounters {
  double offered_bytes = 0;
  double delivered_bytes = 0;
  double sent_packets = 0;  // data packets that entered the network
  double lost_packets = 0;
  double delivered_wire_bytes = 0;
  double delay_s_bytes = 0;  // one-way delay times bytes, summed over delivered packets
  double unrouted_bits = 0;
};

struct Demand {
  uint32_t source = 0;
  uint32_t destination = 0;
  double rate_bps = 0;
  traffic_model::ArrivalClock clock{0, 0, 0, false};
  int64_t next_arrival_ns = traffic_model::ArrivalClock::kNever;

  // Of the plan as it was given: a range of its paths. Empty when it has no such pair.
  uint32_t plan_begin = 0;
  uint32_t plan_end = 0;
  // Where new flows go: usable paths and the running sum of their ratios, the last one being 1.
  std::vector<uint32_t> paths;
  std::vector<double> cumulative;
  std::vector<double> credit;  // [paths], for packet streams that are dealt out in turn

  double unrouted_since_s = 0;
  DemandCounters counters;
};

// Demands keep their numbers and their memory while an episode runs; memory is also kept between
// episodes.
class DemandTable {
 public:
  // Forgets all demands. `regular`: packets come at equal gaps.
  void Clear(uint32_t num_nodes, uint64_t seed, bool regular);

  uint32_t size() const { return num_demands_; }
  Demand& operator[](uint32_t index) { return demands_[index]; }
  const Demand& operator[](uint32_t index) const { return demands_[index]; }
  // kNone when there was never any traffic and no path from one to the other.
  uint32_t Find(uint32_t source, uint32_t destination) const {
    return by_pair_[size_t{source} * num_nodes_ + destination];
  }
  uint32_t FindOrAdd(uint32_t source, uint32_t destination);

  // Puts a valid plan in force.
  void SetPlan(const RoutingPlan& plan, const std::vector<FluidLink>& links);
  // Recomputes where new flows go, after a change of usable links.
  void UpdatePaths(const std::vector<FluidLink>& links);
  // The demands of the plan's pairs, in its order.
  absl::Span<const uint32_t> plan_demands() const { return plan_demands_; }

  PathTable& paths() { return paths_; }
  bool Usable(uint32_t path, const std::vector<FluidLink>& links) const;
  // Where a flow with this hash in [0, 1) goes; kNone without a path.
  uint32_t Pick(const Demand& demand, double hash) const;
  // Deals out packets by smooth weighted round robin, so that a constant stream is split exactly.
  uint32_t PickInTurn(Demand* demand);

 private:
  void UpdatePaths(Demand* demand, const std::vector<FluidLink>& links);

  uint32_t num_nodes_ = 0;
  uint64_t seed_ = 0;
  bool regular_ = false;
  std::vector<Demand> demands_;  // the first num_demands_ are in use
  uint32_t num_demands_ = 0;
  std::vector<uint32_t> by_pair_;  // [nodes, nodes]
  std::vector<uint32_t> plan_demands_;
  PathTable paths_;
  std::shared_ptr<const PathSet> interned_;
  bool plan_given_ = false;          // since Clear
  std::vector<uint32_t> path_ids_;   // [paths of the plan]
  std::vector<double> ratios_;       // [paths of the plan]
  std::vector<uint32_t> new_paths_;  // scratch
};

}  // namespace rhumb::fluid

#endif  // RHUMB_SIMULATOR_FLUID_DEMAND_TABLE_H_
