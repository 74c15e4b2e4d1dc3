#include "simulator/fluid/transport.h"

#include <algorithm>
#include <cmath>

namespace rhumb::fluid {
namespace {

uint32_t MostSegments(const FluidSimulatorOptions& options) {
  const double packet_bytes = options.segment_bytes + TcpConnections::kHeaderBytes;
  return std::max<uint32_t>(1, static_cast<uint32_t>(options.train_bytes / packet_bytes));
}

}  // namespace

Transport::Transport(const FluidSimulatorOptions& options, EventWheel* events, DemandTable* demands,
                     TrainNetwork* network)
    : segment_bytes_(options.segment_bytes),
      demands_(*demands),
      network_(*network),
      flows_(demands, network),
      tcp_(options, MostSegments(options), events, demands, network, &flows_, &packets_),
      udp_(options, MostSegments(options), events, demands, network, &flows_, &packets_) {}

void Transport::Clear(double fastest, double longest_round_trip_s) {
  tcp_.SetLimits(fastest, longest_round_trip_s);
  flows_.Clear();
  packets_.Clear();
}

void Transport::BeginWindow() {
  flows_.BeginWindow();
  packets_.Clear();
}

void Transport::StartFlow(uint32_t demand, double bytes, bool tcp, double hash, double empty_s,
                          double now_s) {
  const uint32_t index = flows_.Add();
  Flow& flow = flows_[index];
  flow.demand = demand;
  flow.tcp = tcp;
  flow.bytes = bytes;
  flow.hash = hash;
  flow.start_s = now_s;
  flow.empty_s = empty_s;
  // Packets of both kinds are of one size on the wire.
  flow.payload_bytes =
      tcp ? segment_bytes_
          : segment_bytes_ + TcpConnections::kHeaderBytes - Datagrams::kHeaderBytes;
  flow.segments =
      std::max<uint32_t>(1, static_cast<uint32_t>(std::ceil(bytes / flow.payload_bytes)));
  flow.tail_bytes = bytes - (flow.segments - 1) * flow.payload_bytes;
  demands_[demand].counters.offered_bytes += bytes;
  flows_.PutOnPath(&flow);
  if (tcp) {
    tcp_.Start(index, now_s);
  } else {
    udp_.Send(index, now_s);
  }
}

void Transport::SendPacket(uint32_t demand, uint32_t path, double bytes, double now_s) {
  Train train;
  train.segments = 1;
  train.segment_bytes = static_cast<float>(bytes);
  train.sent_s = now_s;
  train.demand = demand;
  train.path = path;
  demands_[demand].counters.offered_bytes += bytes;
  demands_[demand].counters.sent_packets += 1;
  packets_.sent += 1;
  network_.Enter(network_.Add(train), now_s);
}

void Transport::Handle(const Event& event, double now_s) {
  switch (event.kind) {
    case kTrainHop:
      return network_.Hop(event.index, now_s);
    case kTrainEnters:
      return network_.Enter(event.index, now_s);
    case kAcksArrive:
      return tcp_.AcksArrived(event.index, now_s);
    case kConnect:
      return tcp_.Connected(event.index, now_s);
    case kTimer:
      return tcp_.TimerFired(event.index, now_s);
    case kAcknowledge:
      return tcp_.AcknowledgeLate(event.index, now_s);
    case kDatagrams:
      return udp_.Send(event.index, now_s);
    default:
      return;
  }
}

void Transport::Delivered(uint32_t index, double now_s) {
  const Train& train = network_[index];
  Demand& demand = demands_[train.demand];
  const double segments = train.segments;
  const double delay_s = now_s - train.sent_s;
  packets_.delivered += segments;
  packets_.delay_s += segments * delay_s;
  packets_.delay.Add(delay_s, train.segments);
  const double bytes = train.bytes();
  demand.counters.delivered_wire_bytes += bytes;
  demand.counters.delay_s_bytes += delay_s * bytes;
  if (train.flow == kNone) {
    packets_.Pass(bytes, &demand.counters);
    network_.Free(index);
  } else if (flows_[train.flow].tcp) {
    tcp_.SegmentsArrived(index, now_s);
  } else {
    udp_.Arrived(train, now_s);
    network_.Free(index);
  }
}

void Transport::Dropped(const Train& train, uint32_t segments) {
  packets_.lost += segments;
  demands_[train.demand].counters.lost_packets += segments;
  if (train.flow == kNone) return;
  Flow& flow = flows_[train.flow];
  if (!flow.tcp) {
    flows_.Finish(train.flow, false, flow.start_s);  // a datagram is not sent again
  }
}

void Transport::Freed(const Train& train) {
  if (train.flow == kNone) return;
  --flows_[train.flow].references;
  flows_.Release(train.flow);
}

}  // namespace rhumb::fluid
