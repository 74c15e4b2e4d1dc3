// SPDX-License-Identifier: GPL-2.0-only
#include "arrivals.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "flow_sizes.h"
#include "packet_sizes.h"
#include "simulated_time.h"

namespace rhumb_ns3 {

Arrivals::Arrivals(const rhumb::worker::Reset& reset, DemandTable* demands, WindowCounts* counts,
                   ArrivalSink* sink)
    : sizes_(reset.flow_sizes()),
      flows_(HasFlows(reset.flow_sizes())),
      tcp_share_(reset.tcp_share()),
      num_nodes_(reset.num_nodes()),
      packet_bytes_(FullPacketBytes(reset)),
      bytes_per_arrival_(flows_ ? MeanFlowBytes(reset.flow_sizes()) : packet_bytes_),
      demands_(*demands),
      counts_(*counts),
      sink_(*sink) {}

std::string Arrivals::SetDemands(const rhumb::worker::Demands& demands) {
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
  std::unordered_map<const Demand*, double> rates;
  for (int i = 0; i < demands.source_size(); ++i) {
    rates[demands_.Get(demands.source(i), demands.destination(i))] += demands.rate_bps(i);
  }
  for (Demand* demand : demands_.in_order()) {
    const auto it = rates.find(demand);
    SetRate(demand, it == rates.end() ? 0 : it->second);
  }
  return "";
}

void Arrivals::SetRate(Demand* demand, double rate_bps) {
  if (rate_bps == demand->rate_bps) return;
  counts_.CountUnrouted(demand);
  if (on_) {
    demand->work -=
        1e-9 * static_cast<double>(NowNs() - demand->work_since_ns) * demand->arrivals_per_s;
    demand->work = std::max(0.0, demand->work);
    demand->work_since_ns = NowNs();
    demand->next_arrival.Cancel();
  }
  demand->rate_bps = rate_bps;
  demand->arrivals_per_s = rate_bps / (8.0 * bytes_per_arrival_);
  if (on_) Schedule(demand);
}

void Arrivals::Set(bool on) {
  if (on == on_) return;
  counts_.SetArriving(on);
  const int64_t now_ns = NowNs();
  for (Demand* demand : demands_.in_order()) {
    if (on) {
      demand->work_since_ns = now_ns;
      Schedule(demand);
    } else {
      demand->work =
          std::max(0.0, demand->work - 1e-9 * demand->arrivals_per_s *
                                           static_cast<double>(now_ns - demand->work_since_ns));
      demand->next_arrival.Cancel();
    }
  }
  on_ = on;
}

double Arrivals::Gap(Demand* demand) {
  if (sizes_ != rhumb::worker::CONSTANT_BIT_RATE) return demand->arrivals.Exponential();
  return demand->started ? 1.0 : demand->arrivals.Uniform();  // a random phase, then regular
}

void Arrivals::Schedule(Demand* demand) {
  if (demand->arrivals_per_s <= 0) return;
  if (!demand->started) {
    demand->work = Gap(demand);
    demand->started = true;
  }
  const double wait_ns = demand->work / demand->arrivals_per_s * 1e9;
  if (wait_ns > 9e18) return;
  demand->next_arrival =
      ns3::Simulator::Schedule(Nanoseconds(wait_ns), &Arrivals::Arrive, this, demand);
}

void Arrivals::Arrive(Demand* demand) {
  demand->work = Gap(demand);
  demand->work_since_ns = NowNs();
  ++demand->num_arrivals;
  if (flows_) {
    const uint64_t bytes = FlowBytes(sizes_, demand->arrivals.Uniform());
    const bool tcp = demand->arrivals.Uniform() < tcp_share_;
    sink_.FlowArrived(demand, bytes, tcp);
  } else {
    sink_.PacketArrived(demand, StreamPacketBytes(demand));
  }
  Schedule(demand);
}

uint32_t Arrivals::StreamPacketBytes(Demand* demand) {
  if (sizes_ != rhumb::worker::POISSON_PACKETS) return packet_bytes_;
  const double size = demand->arrivals.Exponential() * packet_bytes_;
  return static_cast<uint32_t>(std::clamp(size + 0.5, 1.0, 60000.0));
}

}  // namespace rhumb_ns3
