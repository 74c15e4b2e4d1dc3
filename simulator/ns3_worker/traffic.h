// SPDX-License-Identifier: GPL-2.0-only
// Demands, their paths and their flows: makes packets and flows arrive, puts flows on paths, and
// counts what came of them.
//
// Arrivals of a demand depend on the seed, its two nodes and its rate alone. The paths of a plan,
// the number of other demands and everything the network does with the packets leave them as they
// are.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_TRAFFIC_H_
#define RHUMB_SIMULATOR_NS3_WORKER_TRAFFIC_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "data_plane.h"
#include "demand.h"
#include "link.h"
#include "paths.h"
#include "shortest_delays.h"
#include "statistics.h"
#include "worker.pb.h"

namespace rhumb_ns3 {

class Traffic {
 public:
  Traffic(const rhumb::worker::Reset& reset, const std::vector<FifoLink>* links, PathTable* paths,
          const ShortestDelays* delays);
  ~Traffic();
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

  void set_plane(DataPlane* plane) { plane_ = plane; }

  // Both give what is wrong with the message, or nothing; then nothing has changed.
  std::string SetPlan(const rhumb::worker::Plan& plan);
  std::string SetDemands(const rhumb::worker::Demands& demands);
  // To be called when usable flags of links have changed.
  void LinksChanged();

  void SetArrivals(bool on);
  // Counts reroutes from here on.
  void BeginInterval() { rerouted_ = 0; }
  // Clears what was counted; flows that arrive from now on belong to the window until EndWindow.
  void BeginWindow();
  void EndWindow();
  // Flows of the window that are still running.
  uint64_t num_pending() const { return num_pending_; }
  // Called once when the last pending flow ends while no flows arrive.
  void StopWhenDrained(bool on) { stop_when_drained_ = on; }

  // Fills what is measured of demands and packets over the window; call at its end. Then FillFlows
  // after the drain.
  void FillDemands(double window_s, rhumb::worker::Result* result);
  void FillFlows(rhumb::worker::Result* result) const;
  uint64_t goodput_bytes() const { return goodput_bytes_; }

  // For data planes.
  Flow& flow(uint32_t index) { return flows_[index]; }
  // Null when there was never any traffic from one to the other.
  Demand* FindDemand(uint32_t source, uint32_t destination) const;
  PacketStatistics& statistics() { return statistics_; }
  void CountSent(Demand* demand, bool reverse);
  void CountDelivered(Demand* demand, bool reverse, uint32_t wire_bytes, int64_t delay_ns);
  void CountLost(Demand* demand, bool reverse, uint32_t flow);
  // A UDP packet reached its application.
  void UdpReceived(Demand* demand, uint32_t flow, uint32_t wire_bytes);
  // Bytes of a TCP flow reached the application in order.
  void TcpReceived(uint32_t flow, uint32_t bytes);
  void FlowFailed(uint32_t flow);

  bool tcp_used() const { return has_flows_ && reset_tcp_share_ > 0; }

 private:
  Demand* GetDemand(uint32_t source, uint32_t destination);
  void UpdatePaths(Demand* demand);
  void PutOnPath(Flow* flow);
  PathId Pick(const Demand& demand, double hash) const;
  PathId PickReturn(const Flow& flow) const;
  bool Usable(PathId path) const;
  void RerouteFlows();
  PathId NextStreamPath(Demand* demand);
  void SetRate(Demand* demand, double rate_bps);
  void CountUnrouted(Demand* demand);
  double Gap(Demand* demand);
  void ScheduleArrival(Demand* demand);
  void Arrive(Demand* demand);
  void SendStreamPacket(Demand* demand);
  void StartFlow(Demand* demand);
  void SendNextOfFlow(uint32_t index);
  void Finish(Flow* flow);

  const rhumb::worker::FlowSizes sizes_;
  const bool has_flows_;
  const double reset_tcp_share_;
  const uint64_t seed_;
  const uint32_t num_nodes_;
  const uint32_t packet_bytes_;  // on the wire, of a full packet
  const uint32_t payload_bytes_;
  const double udp_flow_rate_bps_;
  const double mean_flow_bytes_;
  const bool routed_by_ns3_;  // plans are ignored
  const std::vector<FifoLink>& links_;
  PathTable& paths_;
  const ShortestDelays& delays_;
  DataPlane* plane_ = nullptr;

  std::unordered_map<uint64_t, std::unique_ptr<Demand>> demands_;
  std::vector<Demand*> order_;         // in which demands were created
  std::vector<Demand*> plan_demands_;  // pairs of the plan in force
  std::vector<Demand*> window_demands_;
  rhumb::worker::PathSet path_set_;
  std::vector<PathId> path_ids_;

  std::deque<Flow> flows_;
  std::vector<uint32_t> running_;
  std::vector<uint32_t> window_flows_;
  bool arrivals_on_ = false;
  bool in_window_ = false;
  bool stop_when_drained_ = false;
  uint64_t num_pending_ = 0;
  uint64_t rerouted_ = 0;
  uint64_t goodput_bytes_ = 0;
  PacketStatistics statistics_;
};

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_TRAFFIC_H_
