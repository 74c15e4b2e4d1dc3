#include "simulator/fluid/datagrams.h"

#include <algorithm>

namespace rhumb::fluid {
namespace {

constexpr double kTrainS = 0.004;  // most time that a train takes

}  // namespace

Datagrams::Datagrams(const FluidSimulatorOptions& options, uint32_t most_segments,
                     EventWheel* events, DemandTable* demands, TrainNetwork* network,
                     FlowTable* flows, PacketCounts* packets)
    : options_(options),
      most_segments_(most_segments),
      events_(*events),
      demands_(*demands),
      network_(*network),
      flows_(*flows),
      packets_(*packets) {}

void Datagrams::Send(uint32_t index, double now_s) {
  Flow& flow = flows_[index];
  if (flow.sent > 0) --flow.references;  // of the event that led here
  const double wire_bytes = flow.payload_bytes + kHeaderBytes;
  const double gap_s = 8 * wire_bytes / options_.udp_flow_rate_bps;
  const uint32_t most =
      std::max<uint32_t>(1, std::min(most_segments_, static_cast<uint32_t>(kTrainS / gap_s)));
  Train train;
  train.segments = std::min(most, flow.segments - flow.sent);
  flow.sent += train.segments;
  train.spread_s = train.sent_spread_s = static_cast<float>((train.segments - 1) * gap_s);
  train.segment_bytes = static_cast<float>(wire_bytes);
  const bool more = flow.sent < flow.segments;
  if (!more) train.tail_bytes = static_cast<float>(flow.tail_bytes + kHeaderBytes);
  train.sent_s = now_s + 0.5 * train.spread_s;
  train.flow = index;
  train.demand = flow.demand;
  train.path = flow.path;
  demands_[flow.demand].counters.sent_packets += train.segments;
  packets_.sent += train.segments;
  const double next_s = now_s + train.segments * gap_s;
  ++flow.references;
  if (more) {
    ++flow.references;
    events_.Push(next_s, kDatagrams, index);
  } else {
    flows_.StopSending(&flow);
  }
  const uint32_t added = network_.Add(train);
  if (train.segments > 1) {
    events_.Push(train.sent_s, kTrainEnters, added);
  } else {
    network_.Enter(added, now_s);
  }
}

void Datagrams::Arrived(const Train& train, double now_s) {
  const uint32_t index = train.flow;
  Flow& flow = flows_[index];
  packets_.Pass(train.bytes() - train.segments * kHeaderBytes, &demands_[flow.demand].counters);
  flow.received += train.segments;
  if (flow.received == flow.segments) flows_.Finish(index, true, now_s + 0.5 * train.spread_s);
}

}  // namespace rhumb::fluid
