#include "simulator/fluid/transport.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rhumb::fluid {
namespace {

constexpr double kTcpHeaderBytes = 52;  // IPv4, TCP and the timestamp option
constexpr double kUdpHeaderBytes = 28;  // IPv4 and UDP
constexpr double kLeastSocketBuffer = 512 * 1024;
constexpr double kMostSocketBuffer = 8 * 1024 * 1024;
// The window field of a SYN is not scaled (RFC 7323).
constexpr double kFirstReceiveWindow = 65535;
constexpr double kRefillBytes = 64 * 1024;  // that a sender's buffer must have free
constexpr double kAcknowledgeS = 0.04;      // that an acknowledgement waits at most
constexpr double kConnectTimeoutS = 1;
constexpr uint16_t kConnectAttempts = 6;
constexpr double kDatagramTrainS = 0.004;  // most time that a train of datagrams takes
constexpr double kNever = std::numeric_limits<double>::infinity();

}  // namespace

Transport::Transport(const FluidSimulatorOptions& options, EventWheel* events, DemandTable* demands,
                     TrainNetwork* network)
    : options_(options),
      events_(*events),
      demands_(*demands),
      network_(*network),
      packet_bytes_(options.segment_bytes + kTcpHeaderBytes),
      most_segments_(
          std::max<uint32_t>(1, static_cast<uint32_t>(options.train_bytes / packet_bytes_))) {}

void Transport::Clear(double fastest, double longest_round_trip_s) {
  const double buffer = options_.socket_buffer_bytes > 0
                            ? options_.socket_buffer_bytes
                            : std::clamp(std::floor(2 * fastest * longest_round_trip_s),
                                         kLeastSocketBuffer, kMostSocketBuffer);
  limits_.segment_bytes = static_cast<uint32_t>(options_.segment_bytes);
  limits_.in_flight =
      std::max<uint32_t>(1, static_cast<uint32_t>(buffer / options_.segment_bytes + 0.5));
  limits_.refill = static_cast<uint32_t>(std::ceil(kRefillBytes / options_.segment_bytes));
  flows_.clear();
  free_.clear();
  running_.clear();
  measured_.clear();
  marks_.Clear();
  packets_.Clear();
  num_pending_ = 0;
  in_window_ = false;
}

void Transport::BeginWindow() {
  for (const uint32_t index : measured_) {
    flows_[index].counted = false;
    Release(index);
  }
  measured_.clear();
  num_pending_ = 0;
  packets_.Clear();
  in_window_ = true;
}

void Transport::Handle(const Event& event, double now_s) {
  switch (event.kind) {
    case kTrainHop:
      return network_.Hop(event.index, now_s);
    case kTrainEnters:
      return network_.Enter(event.index, now_s);
    case kAcksArrive:
      return AcksArrived(event.index, now_s);
    case kConnect:
      return Connected(event.index, now_s);
    case kTimer:
      return TimerFired(event.index, now_s);
    case kAcknowledge:
      return AcknowledgeLate(event.index, now_s);
    case kDatagrams:
      return SendDatagrams(event.index, now_s);
    default:
      return;
  }
}

uint32_t Transport::NewFlow() {
  uint32_t index;
  if (free_.empty()) {
    index = static_cast<uint32_t>(flows_.size());
    flows_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
    flows_[index] = Flow();
  }
  flows_[index].place = static_cast<uint32_t>(running_.size());
  running_.push_back(index);
  return index;
}

void Transport::StartFlow(uint32_t demand, double bytes, bool tcp, double hash, double empty_s,
                          double now_s) {
  const uint32_t index = NewFlow();
  Flow& flow = flows_[index];
  flow.demand = demand;
  flow.tcp = tcp;
  flow.bytes = bytes;
  flow.hash = hash;
  flow.start_s = now_s;
  flow.empty_s = empty_s;
  flow.payload_bytes = tcp ? options_.segment_bytes : packet_bytes_ - kUdpHeaderBytes;
  flow.segments =
      std::max<uint32_t>(1, static_cast<uint32_t>(std::ceil(bytes / flow.payload_bytes)));
  flow.tail_bytes = bytes - (flow.segments - 1) * flow.payload_bytes;
  demands_[demand].counters.offered_bytes += bytes;
  PutOnPath(&flow);
  if (in_window_) {
    flow.counted = true;
    measured_.push_back(index);
    ++num_pending_;
  }
  if (!tcp) {
    SendDatagrams(index, now_s);
  } else if (flow.path == kNone) {
    Finish(index, false, now_s);  // nowhere to go; the application gives up
    StopSending(&flow);
    Release(index);
  } else {
    TcpSender::Limits limits = limits_;
    limits.at_first = bytes <= kFirstReceiveWindow
                          ? flow.segments
                          : static_cast<uint32_t>(kFirstReceiveWindow / flow.payload_bytes);
    limits.at_first = std::min(std::max<uint32_t>(1, limits.at_first), limits.in_flight);
    flow.sender.Start(flow.segments, limits);
    flow.receiver.Start(flow.segments);
    flow.marks = marks_.Take(flow.segments);
    Connect(index, now_s);
  }
}

void Transport::PutOnPath(Flow* flow) {
  flow->path = demands_.Pick(demands_[flow->demand], flow->hash);
  if (flow->tcp) flow->return_path = PickReturn(*flow);
}

// Acknowledgements are traffic of the opposite pair. Where the plan does not route it, they take
// the links beside those of the flow's path.
uint32_t Transport::PickReturn(const Flow& flow) {
  const Demand& demand = demands_[flow.demand];
  const uint32_t opposite = demands_.Find(demand.destination, demand.source);
  if (opposite != kNone && !demands_[opposite].paths.empty()) {
    return demands_.Pick(demands_[opposite], flow.hash);
  }
  if (flow.path == kNone) return kNone;
  const std::vector<FluidLink>& links = network_.links();
  PathTable& paths = demands_.paths();
  way_back_.clear();
  for (const uint32_t* link = paths.end(flow.path); link-- != paths.begin(flow.path);) {
    const auto found = std::find_if(links.begin(), links.end(), [&](const FluidLink& other) {
      return other.source == links[*link].destination && other.destination == links[*link].source &&
             other.usable;
    });
    if (found == links.end()) return kNone;
    way_back_.push_back(static_cast<uint32_t>(found - links.begin()));
  }
  return paths.Intern(way_back_.begin(), way_back_.end());
}

uint64_t Transport::RerouteFlows() {
  uint64_t moved = 0;
  for (const uint32_t index : running_) {
    Flow& flow = flows_[index];
    const std::vector<uint32_t>& paths = demands_[flow.demand].paths;
    if (std::find(paths.begin(), paths.end(), flow.path) == paths.end()) {
      const uint32_t before = flow.path;
      PutOnPath(&flow);
      moved += flow.path != before && flow.path != kNone && before != kNone;
    } else if (flow.tcp && (flow.return_path == kNone ||
                            !demands_.Usable(flow.return_path, network_.links()))) {
      flow.return_path = PickReturn(flow);
    }
  }
  return moved;
}

void Transport::Finish(uint32_t index, bool complete, double end_s) {
  Flow& flow = flows_[index];
  if (!flow.running) return;
  flow.running = false;
  flow.complete = complete;
  flow.failed = !complete;
  flow.end_s = end_s;
  if (flow.counted) --num_pending_;
}

void Transport::StopSending(Flow* flow) {
  if (!flow->sending) return;
  flow->sending = false;
  const uint32_t last = running_.back();
  running_[flow->place] = last;
  flows_[last].place = flow->place;
  running_.pop_back();
  if (flow->marks != kNone) marks_.GiveBack(flow->marks, flow->segments);
  flow->marks = kNone;
}

void Transport::Release(uint32_t index) {
  const Flow& flow = flows_[index];
  if (flow.sending || flow.counted || flow.references > 0) return;
  free_.push_back(index);
}

void Transport::Freed(const Train& train) {
  if (train.flow == kNone) return;
  --flows_[train.flow].references;
  Release(train.flow);
}

// Connections.

void Transport::CountSmall(Demand* demand, double towards, double back, double delay_s) {
  demand->counters.sent_packets += towards;
  packets_.sent += towards + back;
  packets_.delivered += towards + back;
  packets_.delay_s += (towards + back) * delay_s;
}

void Transport::Connect(uint32_t index, double now_s) {
  Flow& flow = flows_[index];
  const double there_s = network_.SendSmall(flow.path, 1, kTcpHeaderBytes, now_s);
  const double back_s = network_.SendSmall(flow.return_path, 1, kTcpHeaderBytes, now_s);
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

void Transport::Connected(uint32_t index, double now_s) {
  Flow& flow = flows_[index];
  --flow.references;
  if (flow.attempts == 0) {
    flow.sender.Connected(now_s - flow.connect_s);
    SendAllowed(index, 0, now_s);
  } else if (flow.attempts < kConnectAttempts) {
    Connect(index, now_s);
  } else {
    Finish(index, false, now_s);
    StopSending(&flow);
    Release(index);
  }
}

void Transport::SendAllowed(uint32_t index, double spread_s, double now_s) {
  TcpSender& sender = flows_[index].sender;
  uint8_t* const marks = marks_[flows_[index].marks];
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

void Transport::SendRun(uint32_t index, const TcpSender::Run& run, double spread_s, double sent_s,
                        double now_s) {
  Flow& flow = flows_[index];
  demands_[flow.demand].counters.sent_packets += run.segments;
  packets_.sent += run.segments;
  Train train;
  train.first = run.first;
  train.segments = run.segments;
  train.resent = run.resent;
  train.spread_s = train.sent_spread_s = static_cast<float>(spread_s);
  train.segment_bytes = static_cast<float>(flow.payload_bytes + kTcpHeaderBytes);
  if (run.first + run.segments == flow.segments) {
    train.tail_bytes = static_cast<float>(flow.tail_bytes + kTcpHeaderBytes);
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

void Transport::SetTimer(uint32_t index) {
  Flow& flow = flows_[index];
  // Acknowledgements put it off all the time: the event of an earlier deadline looks again.
  if (flow.sender.deadline_s() >= flow.timer_s) return;
  flow.timer_s = flow.sender.deadline_s();
  ++flow.references;
  events_.Push(flow.timer_s, kTimer, index);
}

void Transport::TimerFired(uint32_t index, double now_s) {
  Flow& flow = flows_[index];
  --flow.references;
  if (!flow.sending) {
    Release(index);
    return;
  }
  if (now_s != flow.timer_s) return;  // another one was set for earlier
  flow.timer_s = kNever;
  if (flow.sender.deadline_s() <= now_s) {
    flow.sender.TimedOut(now_s, marks_[flow.marks]);
    SendAllowed(index, 0, now_s);
  }
  SetTimer(index);
}

// Trains.

void Transport::Dropped(const Train& train, uint32_t segments) {
  packets_.lost += segments;
  demands_[train.demand].counters.lost_packets += segments;
  if (train.flow == kNone) return;
  Flow& flow = flows_[train.flow];
  if (!flow.tcp) {
    Finish(train.flow, false, flow.start_s);  // a datagram is not sent again
  }
}

void Transport::Pass(Demand* demand, double bytes) {
  demand->counters.delivered_bytes += bytes;
  packets_.goodput_bytes += bytes;
}

void Transport::Delivered(uint32_t index, double now_s) {
  const Train& train = network_[index];
  Demand& demand = demands_[train.demand];
  const double segments = train.segments;
  const double delay_s = now_s - train.sent_s;
  packets_.delivered += segments;
  packets_.delay_s += segments * delay_s;
  packets_.delay.Add(delay_s, segments);
  const double bytes = train.bytes();
  demand.counters.delivered_wire_bytes += bytes;
  demand.counters.delay_s_bytes += delay_s * bytes;
  if (train.flow == kNone) {
    Pass(&demand, bytes);
    network_.Free(index);
  } else if (flows_[train.flow].tcp) {
    SegmentsArrived(train.flow, index, now_s);
  } else {
    DatagramsArrived(train.flow, train, now_s);
    network_.Free(index);
  }
}

void Transport::SegmentsArrived(uint32_t index, uint32_t train_index, double now_s) {
  Flow& flow = flows_[index];
  Train& train = network_[train_index];
  Demand& demand = demands_[flow.demand];
  if (!flow.sending) {  // a copy of what has arrived already
    network_.Free(train_index);
    return;
  }
  const uint32_t before = flow.receiver.in_order();
  flow.receiver.Arrive(&train, marks_[flow.marks]);
  double bytes = (flow.receiver.in_order() - before) * flow.payload_bytes;
  const bool complete = flow.receiver.complete();
  if (complete) bytes += flow.tail_bytes - flow.payload_bytes;
  Pass(&demand, bytes);
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
    Finish(index, true, now_s + 0.5 * train.spread_s);
    StopSending(&flow);
  }
  SendAcks(train_index, now_s);
}

void Transport::AcknowledgeLate(uint32_t index, double now_s) {
  Flow& flow = flows_[index];
  if (flow.sending && flow.acknowledge_s > now_s && flow.acknowledge_s < kNever) {
    events_.Push(flow.acknowledge_s, kAcknowledge, index);  // put off meanwhile
    return;
  }
  flow.acknowledge_set = false;
  --flow.references;
  if (!flow.sending || flow.acknowledge_s > now_s) {
    Release(index);
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
void Transport::SendAcks(uint32_t train_index, double now_s) {
  const Train& train = network_[train_index];
  const Flow& flow = flows_[train.flow];
  if (train.acks == 0) {
    network_.Free(train_index);
    return;
  }
  const double back_s = network_.SendSmall(flow.return_path, train.acks, kTcpHeaderBytes, now_s);
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

void Transport::AcksArrived(uint32_t train_index, double now_s) {
  const Train train = network_[train_index];
  Flow& flow = flows_[train.flow];
  if (flow.sending) {
    AckTrain acks;
    acks.first_s = now_s - 0.5 * train.spread_s;
    acks.last_s = now_s + 0.5 * train.spread_s;
    acks.acks = train.acks;
    acks.mean_round_trip_s = now_s - train.sent_s;
    flow.sender.Acknowledged(train, acks, marks_[flow.marks]);
    SendAllowed(train.flow, train.spread_s, now_s);
  }
  network_.Free(train_index);
}

// Datagrams.

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

void Transport::SendDatagrams(uint32_t index, double now_s) {
  Flow& flow = flows_[index];
  if (flow.sent > 0) --flow.references;  // of the event that led here
  const double wire_bytes = flow.payload_bytes + kUdpHeaderBytes;
  const double gap_s = 8 * wire_bytes / options_.udp_flow_rate_bps;
  const uint32_t most = std::max<uint32_t>(
      1, std::min(most_segments_, static_cast<uint32_t>(kDatagramTrainS / gap_s)));
  Train train;
  train.segments = std::min(most, flow.segments - flow.sent);
  flow.sent += train.segments;
  train.spread_s = train.sent_spread_s = static_cast<float>((train.segments - 1) * gap_s);
  train.segment_bytes = static_cast<float>(wire_bytes);
  const bool more = flow.sent < flow.segments;
  if (!more) train.tail_bytes = static_cast<float>(flow.tail_bytes + kUdpHeaderBytes);
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
    StopSending(&flow);
  }
  const uint32_t added = network_.Add(train);
  if (train.segments > 1) {
    events_.Push(train.sent_s, kTrainEnters, added);
  } else {
    network_.Enter(added, now_s);
  }
}

void Transport::DatagramsArrived(uint32_t index, const Train& train, double now_s) {
  Flow& flow = flows_[index];
  Pass(&demands_[flow.demand], train.bytes() - train.segments * kUdpHeaderBytes);
  flow.received += train.segments;
  if (flow.received == flow.segments) Finish(index, true, now_s + 0.5 * train.spread_s);
}

}  // namespace rhumb::fluid
