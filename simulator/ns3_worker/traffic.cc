// SPDX-License-Identifier: GPL-2.0-only
#include "traffic.h"

#include <algorithm>

#include "flow_sizes.h"
#include "packet_sizes.h"
#include "simulated_time.h"

namespace rhumb_ns3 {
namespace {

bool RoutedByNs3(rhumb::worker::DataPlane plane) {
  return plane == rhumb::worker::NS3_GLOBAL_ROUTING || plane == rhumb::worker::NS3_DEFAULTS;
}

}  // namespace

Traffic::Traffic(const rhumb::worker::Reset& reset, const std::vector<FifoLink>* links,
                 PathTable* paths, const ShortestDelays* delays)
    : tcp_used_(HasFlows(reset.flow_sizes()) && reset.tcp_share() > 0),
      routed_by_ns3_(RoutedByNs3(reset.data_plane())),
      payload_bytes_(FullPacketBytes(reset) - kUdpHeaderBytes),
      udp_flow_rate_bps_(reset.udp_flow_rate_bps()),
      delays_(*delays),
      demands_(reset.seed()),
      counts_(routed_by_ns3_, &demands_, &flows_),
      path_choice_(reset, links, paths, &demands_, &flows_, &counts_),
      arrivals_(reset, &demands_, &counts_, this) {}

void Traffic::FillFlows(rhumb::worker::Result* result) const {
  if (arrivals_.flows()) counts_.FillFlows(result->mutable_flows());
}

void Traffic::PacketArrived(Demand* demand, uint32_t wire_bytes) {
  counts_.CountOffered(demand, wire_bytes);
  plane_->SendUdp(demand, path_choice_.NextStreamPath(demand), kNoFlow, wire_bytes);
}

void Traffic::FlowArrived(Demand* demand, uint64_t bytes, bool tcp) {
  const uint32_t index = static_cast<uint32_t>(flows_.size());
  Flow& flow = flows_.emplace_back();
  flow.demand = demand;
  flow.bytes = bytes;
  flow.tcp = tcp;
  flow.start_ns = NowNs();
  const double delay_s = delays_.delay_s(demand->source, demand->destination);
  const double rate_bps = delays_.rate_bps(demand->source, demand->destination);
  const double bits = 8.0 * static_cast<double>(bytes);
  flow.empty_s =
      tcp ? 3 * delay_s + bits / rate_bps : delay_s + bits / std::min(rate_bps, udp_flow_rate_bps_);
  counts_.CountOffered(demand, bytes);
  path_choice_.Place(index);
  counts_.FlowStarted(index);
  if (!tcp) {
    SendNextOfFlow(index);
  } else if (flow.path == kNoPath && !routed_by_ns3_) {
    FlowFailed(index);  // nowhere to go; the application gives up
  } else {
    plane_->StartTcp(index);
  }
}

void Traffic::SendNextOfFlow(uint32_t index) {
  Flow& flow = flows_[index];
  const uint32_t payload =
      static_cast<uint32_t>(std::min<uint64_t>(payload_bytes_, flow.bytes - flow.sent));
  flow.sent += payload;
  plane_->SendUdp(flow.demand, flow.path, index, payload + kUdpHeaderBytes);
  if (flow.sent < flow.bytes) {
    const double gap_ns = 8e9 * (payload + kUdpHeaderBytes) / udp_flow_rate_bps_;
    ns3::Simulator::Schedule(Nanoseconds(gap_ns), &Traffic::SendNextOfFlow, this, index);
  }
}

void Traffic::PacketLost(Demand* demand, bool reverse, uint32_t index) {
  counts_.CountLost(demand, reverse);
  if (index == kNoFlow || reverse) return;
  // A datagram is not sent again: its flow can no longer finish.
  if (!flows_[index].tcp) FlowFailed(index);
}

void Traffic::UdpReceived(Demand* demand, uint32_t index, uint32_t wire_bytes) {
  if (index == kNoFlow) {
    counts_.CountReceived(demand, wire_bytes);
  } else {
    Received(&flows_[index], wire_bytes - kUdpHeaderBytes);
  }
}

void Traffic::TcpReceived(uint32_t index, uint32_t bytes) { Received(&flows_[index], bytes); }

void Traffic::Received(Flow* flow, uint32_t bytes) {
  counts_.CountReceived(flow->demand, bytes);
  flow->received += bytes;
  if (flow->received < flow->bytes || !flow->running) return;
  flow->running = false;
  flow->complete = true;
  flow->end_ns = NowNs();
  counts_.FlowEnded(*flow);
}

void Traffic::FlowFailed(uint32_t index) {
  Flow& flow = flows_[index];
  if (!flow.running) return;
  flow.running = false;
  flow.failed = true;
  counts_.FlowEnded(flow);
}

}  // namespace rhumb_ns3
