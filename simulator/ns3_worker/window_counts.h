// SPDX-License-Identifier: GPL-2.0-only
// What is counted of packets, flows and demands over the measured window of an interval, and the
// figures made of it.
//
// Flows that arrive inside the window belong to it until they end, which may be after it: an
// interval goes on, without new arrivals, until they are through.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_WINDOW_COUNTS_H_
#define RHUMB_SIMULATOR_NS3_WORKER_WINDOW_COUNTS_H_

#include <cstdint>
#include <deque>
#include <vector>

#include "demand_table.h"
#include "statistics.h"
#include "worker.pb.h"

namespace rhumb_ns3 {

class WindowCounts {  // Wide: a method an event that planes and flows report, most of a line.
 public:
  // Demands without a path are not counted as unrouted when `routed_by_ns3`.
  WindowCounts(bool routed_by_ns3, const DemandTable* demands, std::deque<Flow>* flows)
      : routed_by_ns3_(routed_by_ns3), demands_(*demands), flows_(*flows) {}
  WindowCounts(const WindowCounts&) = delete;
  WindowCounts& operator=(const WindowCounts&) = delete;

  // Counts reroutes from here on.
  void BeginInterval() { rerouted_ = 0; }
  // Clears what was counted. `reported` are the demands that FillDemands lists, in their order.
  void Begin(std::vector<Demand*> reported);
  // Flows that arrive from now on are not counted.
  void End() { open_ = false; }

  void CountOffered(Demand* demand, uint64_t bytes) { demand->counters.offered_bytes += bytes; }
  // Packets; those of acknowledgements run in `reverse`. `wire_bytes` with all headers.
  void CountSent(Demand* demand, bool reverse) {
    ++statistics_.sent;
    if (!reverse) ++demand->counters.sent_packets;
  }
  void CountDelivered(Demand* demand, bool reverse, uint32_t wire_bytes, int64_t delay_ns);
  void CountLost(Demand* demand, bool reverse) {
    ++statistics_.lost;
    if (!reverse) ++demand->counters.lost_packets;
  }
  // Bytes that reached their application.
  void CountReceived(Demand* demand, uint32_t bytes) {
    demand->counters.delivered_bytes += bytes;
    goodput_bytes_ += bytes;
  }

  // Adds what the demand has offered without a path since it was last asked. To be called before
  // its rate or its paths change.
  void CountUnrouted(Demand* demand);
  // Whether traffic arrives from now on.
  void SetArriving(bool on);

  void FlowStarted(uint32_t flow);
  // Once a flow, when it is complete or has failed.
  void FlowEnded(const Flow& flow);
  void CountRerouted() { ++rerouted_; }

  // Flows of the window that have not ended.
  uint64_t num_pending() const { return num_pending_; }
  // While on, ns-3 is stopped when the last of them ends.
  void StopWhenDrained(bool on) { stop_when_drained_ = on; }

  // Fills what is measured of demands and packets over the window; call at its end. Then FillFlows
  // after the drain, where there are flows.
  void FillDemands(double window_s, rhumb::worker::Result* result);
  void FillFlows(rhumb::worker::FlowResult* result) const;

 private:
  const bool routed_by_ns3_;
  const DemandTable& demands_;
  std::deque<Flow>& flows_;
  std::vector<Demand*> reported_;
  std::vector<uint32_t> window_flows_;
  bool open_ = false;
  bool arriving_ = false;
  bool stop_when_drained_ = false;
  uint64_t num_pending_ = 0;
  uint64_t rerouted_ = 0;
  uint64_t goodput_bytes_ = 0;
  PacketStatistics statistics_;
};

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_WINDOW_COUNTS_H_
