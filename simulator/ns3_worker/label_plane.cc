// SPDX-License-Identifier: GPL-2.0-only
#include "label_plane.h"

#include <utility>

#include "simulated_time.h"

namespace rhumb_ns3 {

LabelPlane::LabelPlane(std::vector<FifoLink>* links, PathTable* paths, Traffic* traffic)
    : links_(*links), traffic_(*traffic), network_(links, paths, this) {}

void LabelPlane::Inject(TransitData data) {
  traffic_.counts().CountSent(data.demand, data.reverse);
  network_.Send(std::move(data));
}

void LabelPlane::SendUdp(Demand* demand, PathId path, uint32_t flow, uint32_t wire_bytes) {
  TransitData data;
  data.demand = demand;
  data.flow = flow;
  data.bytes = wire_bytes;
  data.path = path;
  Inject(std::move(data));
}

bool LabelPlane::StartTcp(uint32_t) { return false; }

void LabelPlane::Delivered(const TransitData& packet, int64_t delay_ns) {
  traffic_.counts().CountDelivered(packet.demand, packet.reverse, packet.bytes, delay_ns);
  PassUp(packet);
}

void LabelPlane::Lost(const TransitData& packet) {
  traffic_.PacketLost(packet.demand, packet.reverse, packet.flow);
}

void LabelPlane::PassUp(const TransitData& packet) {
  traffic_.UdpReceived(packet.demand, packet.flow, packet.bytes);
}

std::string LabelPlane::LinkChanged(uint32_t link, bool up, double capacity_bps) {
  const int64_t now_ns = NowNs();
  links_[link].SetUp(up, now_ns);
  if (capacity_bps != links_[link].rate_bps()) links_[link].SetRate(capacity_bps, now_ns);
  return "";
}

void LabelPlane::ClearCounters() {
  const int64_t now_ns = NowNs();
  for (FifoLink& link : links_) link.ClearCounters(now_ns);
}

LinkResult LabelPlane::Measure(uint32_t index) {
  FifoLink& link = links_[index];
  const int64_t now_ns = NowNs();
  const LinkCounters& counters = link.counters;
  LinkResult result;
  result.offered_bits = 8.0 * static_cast<double>(counters.arrived_bytes);
  result.carried_bits = link.CarriedBits(now_ns);
  result.capacity_bits = link.CapacityBits(now_ns);
  if (counters.arrived_packets > 0) {
    // Packets that a failure took from the wire may have arrived at it before the counters were
    // cleared.
    result.loss_ratio = std::min(1.0, static_cast<double>(counters.lost_packets) /
                                          static_cast<double>(counters.arrived_packets));
  }
  if (counters.accepted_packets > 0) {
    result.queueing_delay_s =
        1e-9 * counters.queueing_ns / static_cast<double>(counters.accepted_packets);
  }
  return result;
}

}  // namespace rhumb_ns3
