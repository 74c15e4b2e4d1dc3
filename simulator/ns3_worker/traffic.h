// SPDX-License-Identifier: GPL-2.0-only
// The traffic of an episode: joins what arrives, the paths it takes and what is counted of it, and
// runs flows from their arrival to their end.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_TRAFFIC_H_
#define RHUMB_SIMULATOR_NS3_WORKER_TRAFFIC_H_

#include <cstdint>
#include <deque>
#include <vector>

#include "arrivals.h"
#include "data_plane.h"
#include "demand_table.h"
#include "link.h"
#include "path_choice.h"
#include "paths.h"
#include "shortest_delays.h"
#include "window_counts.h"
#include "worker.pb.h"

namespace rhumb_ns3 {

class Traffic : private ArrivalSink {
 public:
  Traffic(const rhumb::worker::Reset& reset, const std::vector<FifoLink>* links, PathTable* paths,
          const ShortestDelays* delays);
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

  // Before anything arrives.
  void set_plane(DataPlane* plane) { plane_ = plane; }

  Arrivals& arrivals() { return arrivals_; }
  PathChoice& path_choice() { return path_choice_; }
  WindowCounts& counts() { return counts_; }

  // The window begins with the pairs of the plan in force.
  void BeginWindow() { counts_.Begin(path_choice_.plan_demands()); }
  // What is measured of flows; nothing where demands are streams of packets.
  void FillFlows(rhumb::worker::Result* result) const;

  // For data planes.
  Flow& flow(uint32_t index) { return flows_[index]; }
  // Null when there was never any traffic from one to the other.
  Demand* FindDemand(uint32_t source, uint32_t destination) const {
    return demands_.Find(source, destination);
  }
  void PacketLost(Demand* demand, bool reverse, uint32_t flow);
  // A UDP packet reached its application.
  void UdpReceived(Demand* demand, uint32_t flow, uint32_t wire_bytes);
  // Bytes of a TCP flow reached the application in order.
  void TcpReceived(uint32_t flow, uint32_t bytes);
  // Nothing when the flow has ended.
  void FlowFailed(uint32_t flow);

  bool tcp_used() const { return tcp_used_; }

 private:
  void PacketArrived(Demand* demand, uint32_t wire_bytes) override;
  void FlowArrived(Demand* demand, uint64_t bytes, bool tcp) override;
  void SendNextOfFlow(uint32_t index);
  // Bytes of a flow reached its application.
  void Received(Flow* flow, uint32_t bytes);

  const bool tcp_used_;
  const bool routed_by_ns3_;      // plans are ignored
  const uint32_t payload_bytes_;  // of a full UDP packet
  const double udp_flow_rate_bps_;
  const ShortestDelays& delays_;
  DataPlane* plane_ = nullptr;
  DemandTable demands_;
  std::deque<Flow> flows_;
  WindowCounts counts_;
  PathChoice path_choice_;
  Arrivals arrivals_;
};

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_TRAFFIC_H_
