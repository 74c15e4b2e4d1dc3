// SPDX-License-Identifier: GPL-2.0-only
#include "traffic.h"

#include <ns3/nstime.h>
#include <ns3/simulator.h>

#include <algorithm>
#include <cmath>

#include "flow_sizes.h"

namespace rhumb_ns3 {
namespace {

constexpr uint32_t kTcpHeaderBytes = 52;  // IPv4, TCP and the timestamp option
constexpr uint32_t kUdpHeaderBytes = 28;  // IPv4 and UDP

int64_t NowNs() { return ns3::Simulator::Now().GetTimeStep(); }

uint64_t Key(uint32_t source, uint32_t destination) { return uint64_t{source} << 32 | destination; }

}  // namespace

Traffic::Traffic(const rhumb::worker::Reset& reset, const std::vector<FifoLink>* links,
                 PathTable* paths, const ShortestDelays* delays)
    : sizes_(reset.flow_sizes()),
      has_flows_(HasFlows(reset.flow_sizes())),
      reset_tcp_share_(reset.tcp_share()),
      seed_(reset.seed()),
      num_nodes_(reset.num_nodes()),
      packet_bytes_(reset.segment_bytes() + kTcpHeaderBytes),
      payload_bytes_(packet_bytes_ - kUdpHeaderBytes),
      udp_flow_rate_bps_(reset.udp_flow_rate_bps()),
      mean_flow_bytes_(MeanFlowBytes(reset.flow_sizes())),
      routed_by_ns3_(reset.data_plane() == rhumb::worker::NS3_GLOBAL_ROUTING ||
                     reset.data_plane() == rhumb::worker::NS3_DEFAULTS),
      links_(*links),
      paths_(*paths),
      delays_(*delays) {}

Traffic::~Traffic() = default;

Demand* Traffic::FindDemand(uint32_t source, uint32_t destination) const {
  const auto it = demands_.find(Key(source, destination));
  return it == demands_.end() ? nullptr : it->second.get();
}

Demand* Traffic::GetDemand(uint32_t source, uint32_t destination) {
  std::unique_ptr<Demand>& demand = demands_[Key(source, destination)];
  if (demand == nullptr) {
    demand = std::make_unique<Demand>(source, destination, seed_);
    order_.push_back(demand.get());
  }
  return demand.get();
}

std::string Traffic::SetDemands(const rhumb::worker::Demands& demands) {
  if (demands.source_size() != demands.destination_size() ||
      demands.source_size() != demands.rate_bps_size()) {
    return "demands have unequal numbers of sources, destinations and rates";
  }
  for (int i = 0; i < demands.source_size(); ++i) {
    if (demands.source(i) >= num_nodes_ || demands.destination(i) >= num_nodes_ ||
        demands.source(i) == demands.destination(i) || !std::isfinite(demands.rate_bps(i)) ||
        demands.rate_bps(i) < 0) {
      return "demand " + std::to_string(i) + " has a bad node or rate";
    }
  }
  std::unordered_map<uint64_t, double> rates;
  for (int i = 0; i < demands.source_size(); ++i) {
    GetDemand(demands.source(i), demands.destination(i));
    rates[Key(demands.source(i), demands.destination(i))] += demands.rate_bps(i);
  }
  for (Demand* demand : order_) {
    const auto it = rates.find(Key(demand->source, demand->destination));
    SetRate(demand, it == rates.end() ? 0 : it->second);
  }
  return "";
}

void Traffic::CountUnrouted(Demand* demand) {
  const int64_t now_ns = NowNs();
  if (demand->paths.empty() && !routed_by_ns3_ && arrivals_on_) {
    demand->unrouted_bits +=
        demand->rate_bps * 1e-9 * static_cast<double>(now_ns - demand->unrouted_since_ns);
  }
  demand->unrouted_since_ns = now_ns;
}

void Traffic::SetRate(Demand* demand, double rate_bps) {
  if (rate_bps == demand->rate_bps) return;
  CountUnrouted(demand);
  if (arrivals_on_) {
    demand->work -=
        1e-9 * static_cast<double>(NowNs() - demand->work_since_ns) * demand->arrivals_per_s;
    demand->work = std::max(0.0, demand->work);
    demand->work_since_ns = NowNs();
    demand->next_arrival.Cancel();
  }
  demand->rate_bps = rate_bps;
  demand->arrivals_per_s = rate_bps / (8.0 * (has_flows_ ? mean_flow_bytes_ : packet_bytes_));
  if (arrivals_on_) ScheduleArrival(demand);
}

double Traffic::Gap(Demand* demand) {
  if (sizes_ != rhumb::worker::CONSTANT_BIT_RATE) return demand->arrivals.Exponential();
  return demand->started ? 1.0 : demand->arrivals.Uniform();  // a random phase, then regular
}

void Traffic::ScheduleArrival(Demand* demand) {
  if (demand->arrivals_per_s <= 0) return;
  if (!demand->started) {
    demand->work = Gap(demand);
    demand->started = true;
  }
  const double wait_ns = demand->work / demand->arrivals_per_s * 1e9;
  if (wait_ns > 9e18) return;
  demand->next_arrival = ns3::Simulator::Schedule(
      ns3::TimeStep(static_cast<uint64_t>(wait_ns + 0.5)), &Traffic::Arrive, this, demand);
}

void Traffic::SetArrivals(bool on) {
  if (on == arrivals_on_) return;
  const int64_t now_ns = NowNs();
  for (Demand* demand : order_) {
    CountUnrouted(demand);
    if (on) {
      demand->work_since_ns = now_ns;
      ScheduleArrival(demand);
    } else {
      demand->work =
          std::max(0.0, demand->work - 1e-9 * demand->arrivals_per_s *
                                           static_cast<double>(now_ns - demand->work_since_ns));
      demand->next_arrival.Cancel();
    }
  }
  arrivals_on_ = on;
}

void Traffic::Arrive(Demand* demand) {
  demand->work = Gap(demand);
  demand->work_since_ns = NowNs();
  ++demand->num_arrivals;
  if (has_flows_) {
    StartFlow(demand);
  } else {
    SendStreamPacket(demand);
  }
  ScheduleArrival(demand);
}

void Traffic::SendStreamPacket(Demand* demand) {
  uint32_t bytes = packet_bytes_;
  if (sizes_ == rhumb::worker::POISSON_PACKETS) {
    const double size = demand->arrivals.Exponential() * packet_bytes_;
    bytes = static_cast<uint32_t>(std::clamp(size + 0.5, 1.0, 60000.0));
  }
  demand->counters.offered_bytes += bytes;
  plane_->SendUdp(demand, NextStreamPath(demand), kNoFlow, bytes);
}

void Traffic::StartFlow(Demand* demand) {
  const uint32_t index = static_cast<uint32_t>(flows_.size());
  Flow& flow = flows_.emplace_back();
  flow.demand = demand;
  flow.bytes = FlowBytes(sizes_, demand->arrivals.Uniform());
  flow.tcp = demand->arrivals.Uniform() < reset_tcp_share_;
  flow.hash = ToUnit(Mix(demand->salt, Mix(demand->destination, demand->num_arrivals)));
  flow.start_ns = NowNs();
  const double delay_s = delays_.delay_s(demand->source, demand->destination);
  const double rate_bps = delays_.rate_bps(demand->source, demand->destination);
  const double bits = 8.0 * static_cast<double>(flow.bytes);
  flow.empty_s = flow.tcp ? 3 * delay_s + bits / rate_bps
                          : delay_s + bits / std::min(rate_bps, udp_flow_rate_bps_);
  demand->counters.offered_bytes += flow.bytes;
  PutOnPath(&flow);
  running_.push_back(index);
  if (in_window_) {
    flow.counted = true;
    window_flows_.push_back(index);
    ++num_pending_;
  }
  if (!flow.tcp) {
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
    ns3::Simulator::Schedule(ns3::TimeStep(static_cast<uint64_t>(gap_ns + 0.5)),
                             &Traffic::SendNextOfFlow, this, index);
  }
}

void Traffic::UdpReceived(Demand* demand, uint32_t index, uint32_t wire_bytes) {
  if (index == kNoFlow) {
    demand->counters.delivered_bytes += wire_bytes;
    goodput_bytes_ += wire_bytes;
    return;
  }
  const uint32_t payload = wire_bytes - kUdpHeaderBytes;
  demand->counters.delivered_bytes += payload;
  goodput_bytes_ += payload;
  Flow& flow = flows_[index];
  flow.received += payload;
  if (flow.received >= flow.bytes) Finish(&flow);
}

void Traffic::TcpReceived(uint32_t index, uint32_t bytes) {
  Flow& flow = flows_[index];
  flow.demand->counters.delivered_bytes += bytes;
  goodput_bytes_ += bytes;
  flow.received += bytes;
  if (flow.received >= flow.bytes) Finish(&flow);
}

void Traffic::Finish(Flow* flow) {
  if (!flow->running) return;
  flow->running = false;
  flow->complete = true;
  flow->end_ns = NowNs();
  if (flow->counted && --num_pending_ == 0 && stop_when_drained_) ns3::Simulator::Stop();
}

void Traffic::FlowFailed(uint32_t index) {
  Flow& flow = flows_[index];
  if (!flow.running) return;
  flow.running = false;
  flow.failed = true;
  if (flow.counted && --num_pending_ == 0 && stop_when_drained_) ns3::Simulator::Stop();
}

}  // namespace rhumb_ns3
