#include "simulator/fluid/tcp_connections.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rhumb::fluid {
namespace {

constexpr double kLeastAutomaticBuffer = 512 * 1024;
constexpr double kMostAutomaticBuffer = 8 * 1024 * 1024;
// The window field of a SYN is not scaled (RFC 7323).
constexpr double kFirstReceiveWindow = 65535;
constexpr double kRefillBytes = 64 * 1024;  // that a sender's buffer must have free
constexpr double kAcknowledgeS = 0.04;      // that an acknowledgement waits at most
constexpr double kConnectTimeoutS = 1;
constexpr uint16_t kConnectAttempts = 6;
constexpr double kNever = std::numeric_limits<double>::infinity();

}  // namespace

TcpConnections::TcpConnections(const FluidSimulatorOptions& options, uint32_t most_segments,
                               EventWheel* events, DemandTable* demands, TrainNetwork* network,
                               FlowTable* flows, PacketCounts* packets)
    : options_(options),
      most_segments_(most_segments),
      events_(*events),
      demands_(*demands),
      network_(*network),
      flows_(*flows),
      packets_(*packets) {}

void TcpConnections::SetLimits(double fastest, double longest_round_trip_s) {
  const double buffer = options_.socket_buffer_bytes > 0
                            ? options_.socket_buffer_bytes
                            : std::clamp(std::floor(2 * fastest * longest_round_trip_s),
                                         kLeastAutomaticBuffer, kMostAutomaticBuffer);
  limits_.segment_bytes = static_cast<uint32_t>(options_.segment_bytes);
  limits_.in_flight =
      std::max<uint32_t>(1, static_cast<uint32_t>(buffer / options_.segment_bytes + 0.5));
  limits_.refill = static_cast<uint32_t>(std::ceil(kRefillBytes / options_.segment_bytes));
}

void TcpConnections::Start(uint32_t index, double now_s) {
  Flow& flow = flows_[index];
  if (flow.path == kNone) {
    flows_.Finish(index, false, now_s);  // nowhere to go; the application gives up
    flows_.StopSending(&flow);
    flows_.Release(index);
    return;
  }
  TcpSender::Limits limits = limits_;
  limits.at_first = flow.bytes <= kFirstReceiveWindow
                        ? flow.segments
                        : static_cast<uint32_t>(kFirstReceiveWindow / flow.payload_bytes);
  limits.at_first = std::min(std::max<uint32_t>(1, limits.at_first), limits.in_flight);
  flow.sender.Start(flow.segments, limits);
  flow.receiver.Start(flow.segments);
  flows_.TakeMarks(&flow);
  Connect(index, now_s);
}

void TcpConnections::CountSmall(Demand* demand, double towards, double back, double delay_s) {
  demand->counters.sent_packets += towards;
  packets_.sent += towards + back;
  packets_.delivered += towards + back;
  packets_.delay_s += (towards + back) * delay_s;
}

void TcpConnections::Connect(uint32_t index, double now_s) {
  Flow& flow = flows_[index];
  const double there_s = network_.SendSmall(flow.path, 1, kHeaderBytes, now_s);
  const double back_s = network_.SendSmall(flow.return_path, 1, kHeaderBytes, now_s);
  ++flow.references;
  flow.connect_s = now_s;
  if (there_s < kNever && back_s < kNever) {
    CountSmall(&demands_[flow.demand], 1, 1, 0.5 * (there_s + back_s) - now_s);
    flow.attempts = 0;
    events_.Push(there_s + back_s - now_s, kConnect, index);
  } else {
    packets_.sent += 1;
    packets_.lost += 1;
    ++flow.attempts;
    events_.Push(now_s + std::ldexp(kConnectTimeoutS, flow.attempts - 1), kConnect, index);
  }
}

void TcpConnections::Connected(uint32_t index, double now_s) {
  Flow& flow = flows_[index];
  --flow.references;
  if (flow.attempts == 0) {
    flow.sender.Connected(now_s - flow.connect_s);
    SendAllowed(index, 0, now_s);
  } else if (flow.attempts < kConnectAttempts) {
    Connect(index, now_s);
  } else {
    flows_.Finish(index, false, now_s);
    flows_.StopSending(&flow);
    flows_.Release(index);
  }
}

void TcpConnections::SendAllowed(uint32_t index, double spread_s, double now_s) {
  TcpSender& sender = flows_[index].sender;
  uint8_t* const marks = flows_.marks(flows_[index]);
  uint32_t room = sender.Room();
  const uint32_t trains = (room + most_segments_ - 1) / most_segments_;
  const uint32_t most = trains > 0 ? (room + trains - 1) / trains : 0;
  runs_.clear();
  double total = 0;
  for (TcpSender::Run run; room > 0 && sender.Next(room, most, most_segments_, marks, &run);) {
    runs_.push_back(run);
    room -= run.segments;
    total += run.segments;
  }
  double before = 0;
  for (const TcpSender::Run& run : runs_) {
    const double middle = (before + 0.5 * run.segments) / total;
    // The first half of what answers acknowledgements left before the middle of these arrived.
    SendRun(index, run, spread_s * run.segments / total,
            now_s + std::max(0.0, (middle - 0.5) * spread_s), now_s);
    before += run.segments;
  }
  if (total > 0) sender.Sent(now_s);
  SetTimer(index);
}

void TcpConnections::SendRun(uint32_t index, const TcpSender::Run& run, double spread_s,
                             double sent_s, double now_s) {
  Flow& flow = flows_[index];
  demands_[flow.demand].counters.sent_packets += run.segments;
  packets_.sent += run.segments;
  Train train;
  train.first = run.first;
  train.segments = run.segments;
  train.resent = run.resent;
  train.spread_s = train.sent_spread_s = static_cast<float>(spread_s);
  train.segment_bytes = static_cast<float>(flow.payload_bytes + kHeaderBytes);
  if (run.first + run.segments == flow.segments) {
    train.tail_bytes = static_cast<float>(flow.tail_bytes + kHeaderBytes);
  }
  sent_s = flow.last_sent_s = std::max(sent_s, flow.last_sent_s);  // none overtakes another
  train.sent_s = sent_s;
  train.flow = index;
  train.demand = flow.demand;
  train.path = flow.path;
  ++flow.references;
  const uint32_t added = network_.Add(train);
  if (sent_s > now_s) {
    events_.Push(sent_s, kTrainEnters, added);
  } else {
    network_.Enter(added, now_s);
  }
}

void TcpConnections::SetTimer(uint32_t index) {
  Flow& flow = flows_[index];
  // Acknowledgements put it off all the time: the event of an earlier deadline looks again.
  if (flow.sender.deadline_s() >= flow.timer_s) return;
  flow.timer_s = flow.sender.deadline_s();
  ++flow.references;
  events_.Push(flow.timer_s, kTimer, index);
}

void TcpConnections::TimerFired(uint32_t index, double now_s) {
  Flow& flow = flows_[index];
  --flow.references;
  if (!flow.sending) {
    flows_.Release(index);
    return;
  }
  if (now_s != flow.timer_s) return;  // another one was set for earlier
  flow.timer_s = kNever;
  if (flow.sender.deadline_s() <= now_s) {
    flow.sender.TimedOut(now_s, flows_.marks(flow));
    SendAllowed(index, 0, now_s);
  }
  SetTimer(index);
}

void TcpConnections::SegmentsArrived(uint32_t train_index, double now_s) {
  Train& train = network_[train_index];
  const uint32_t index = train.flow;
  Flow& flow = flows_[index];
  Demand& demand = demands_[flow.demand];
  if (!flow.sending) {  // a copy of what has arrived already
    network_.Free(train_index);
    return;
  }
  const uint32_t before = flow.receiver.in_order();
  flow.receiver.Arrive(&train, flows_.marks(flow));
  double bytes = (flow.receiver.in_order() - before) * flow.payload_bytes;
  const bool complete = flow.receiver.complete();
  if (complete) bytes += flow.tail_bytes - flow.payload_bytes;
  packets_.Pass(bytes, &demand.counters);
  flow.acknowledge_s = kNever;
  if (flow.receiver.waiting()) {
    flow.waiting_sent_s = train.sent_s;
    flow.acknowledge_s = now_s + 0.5 * train.spread_s + kAcknowledgeS;
    if (!flow.acknowledge_set) {
      flow.acknowledge_set = true;
      ++flow.references;
      events_.Push(flow.acknowledge_s, kAcknowledge, index);
    }
  }
  if (complete) {
    flows_.Finish(index, true, now_s + 0.5 * train.spread_s);
    flows_.StopSending(&flow);
  }
  SendAcks(train_index, now_s);
}

void TcpConnections::AcknowledgeLate(uint32_t index, double now_s) {
  Flow& flow = flows_[index];
  if (flow.sending && flow.acknowledge_s > now_s && flow.acknowledge_s < kNever) {
    events_.Push(flow.acknowledge_s, kAcknowledge, index);  // put off meanwhile
    return;
  }
  flow.acknowledge_set = false;
  --flow.references;
  if (!flow.sending || flow.acknowledge_s > now_s) {
    flows_.Release(index);
    return;
  }
  flow.acknowledge_s = kNever;
  Train train;
  train.flow = index;
  train.demand = flow.demand;
  train.path = flow.path;
  train.sent_s = flow.waiting_sent_s;
  flow.receiver.AcknowledgeWaiting(&train);
  train.first = train.ack_before;
  train.segments = train.ack - train.ack_before;
  ++flow.references;
  SendAcks(network_.Add(train), now_s);
}

// Sends the acknowledgements that the receiver noted in a train, which goes back with them.
void TcpConnections::SendAcks(uint32_t train_index, double now_s) {
  const Train& train = network_[train_index];
  const Flow& flow = flows_[train.flow];
  if (train.acks == 0) {
    network_.Free(train_index);
    return;
  }
  const double back_s = network_.SendSmall(flow.return_path, train.acks, kHeaderBytes, now_s);
  packets_.sent += train.acks;
  if (back_s < kNever) {
    packets_.delivered += train.acks;
    packets_.delay_s += train.acks * (back_s - now_s);
  } else {
    packets_.lost += train.acks;
  }
  if (!flow.sending) CountSmall(&demands_[flow.demand], 2, 1, back_s < kNever ? back_s - now_s : 0);
  if (!flow.sending || back_s == kNever) {
    network_.Free(train_index);
  } else {
    events_.Push(back_s, kAcksArrive, train_index);
  }
}

void TcpConnections::AcksArrived(uint32_t train_index, double now_s) {
  const Train train = network_[train_index];
  Flow& flow = flows_[train.flow];
  if (flow.sending) {
    AckTrain acks;
    acks.first_s = now_s - 0.5 * train.spread_s;
    acks.last_s = now_s + 0.5 * train.spread_s;
    acks.acks = train.acks;
    acks.mean_round_trip_s = now_s - train.sent_s;
    flow.sender.Acknowledged(train, acks, flows_.marks(flow));
    SendAllowed(train.flow, train.spread_s, now_s);
  }
  network_.Free(train_index);
}

}  // namespace rhumb::fluid
