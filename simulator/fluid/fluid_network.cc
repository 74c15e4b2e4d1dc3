#include "simulator/fluid/fluid_network.h"

#include <algorithm>
#include <cmath>

namespace rhumb::fluid {
namespace {

using traffic_model::ArrivalClock;
using traffic_model::FlowSizes;

constexpr double kTcpHeaderBytes = 52;  // IPv4, TCP and the timestamp option
constexpr double kLeastBufferS = 0.020;
constexpr double kLeastBufferPackets = 25;

FlowSizes ToModel(TrafficModel::FlowSizes sizes) {
  switch (sizes) {
    case TrafficModel::FlowSizes::kMiceElephants:
      return FlowSizes::kMiceElephants;
    case TrafficModel::FlowSizes::kWebSearch:
      return FlowSizes::kWebSearch;
    case TrafficModel::FlowSizes::kBoundedPareto:
      return FlowSizes::kBoundedPareto;
    case TrafficModel::FlowSizes::kConstantBitRate:
      return FlowSizes::kConstantBitRate;
    case TrafficModel::FlowSizes::kPoissonPackets:
      return FlowSizes::kPoissonPackets;
    case TrafficModel::FlowSizes::kLongTail:
      return FlowSizes::kLongTail;
  }
  return FlowSizes::kMiceElephants;
}

double ToSeconds(int64_t ns) { return 1e-9 * static_cast<double>(ns); }

}  // namespace

FluidNetwork::FluidNetwork(const FluidSimulatorOptions& options)
    : options_(options),
      packet_bytes_(options.segment_bytes + kTcpHeaderBytes),
      trains_(&events_, &demands_.paths()),
      transport_(options, &events_, &demands_, &trains_) {
  trains_.set_end(&transport_);
}

void FluidNetwork::Start(const Episode& episode) {
  const Topology& topology = episode.topology;
  traffic_ = episode.traffic;
  sizes_ = ToModel(traffic_.flow_sizes);
  has_flows_ = traffic_model::HasFlows(sizes_);
  mean_flow_bytes_ = traffic_model::MeanFlowBytes(sizes_);
  scale_ = episode.scale;
  delays_.Compute(topology);
  demands_.Clear(topology.num_nodes(), episode.seed, sizes_ == FlowSizes::kConstantBitRate);
  events_.Clear();
  trains_.Clear();

  const double buffer_s = options_.buffer > absl::ZeroDuration()
                              ? absl::ToDoubleSeconds(options_.buffer)
                              : std::max(kLeastBufferS, delays_.mean_round_trip_s());
  double fastest = 0;
  for (const Link& link : topology.links()) {
    const double rate = link.capacity_bps * scale_ / 8;
    fastest = std::max(fastest, rate);
    FluidLink& added = trains_.links().emplace_back(
        link.source, link.destination, rate, absl::ToDoubleSeconds(link.propagation_delay),
        std::max(std::floor(rate * buffer_s), kLeastBufferPackets * packet_bytes_), packet_bytes_);
    added.usable = link.usable();
    added.SetUp(link.operational_state == OperationalState::kUp, 0);
  }
  transport_.Clear(fastest, delays_.longest_round_trip_s());
  window_demands_.clear();
  now_ns_ = 0;
  now_s_ = 0;
  arrivals_on_ = false;
  rerouted_ = num_events_ = 0;
}

void FluidNetwork::SetPlan(const RoutingPlan& plan) {
  // What has been without a path until now is counted before paths change.
  const uint32_t before = demands_.size();
  for (uint32_t i = 0; i < before; ++i) CountUnrouted(&demands_[i]);
  demands_.SetPlan(plan, trains_.links());
  for (uint32_t i = before; i < demands_.size(); ++i) {
    demands_[i].unrouted_since_s = now_s_;
    demands_[i].clock.Run(arrivals_on_, now_ns_);
  }
  rerouted_ += transport_.flows().Reroute();
}

void FluidNetwork::SetDemands(const TrafficMatrix& matrix) {
  const NodeId nodes = matrix.num_nodes();
  for (NodeId source = 0; source < nodes; ++source) {
    for (NodeId destination = 0; destination < nodes; ++destination) {
      const double rate_bps = matrix.rate_bps(source, destination) * scale_;
      uint32_t index = demands_.Find(source, destination);
      if (index == kNone) {
        if (rate_bps <= 0) continue;
        index = demands_.FindOrAdd(source, destination);
        demands_[index].unrouted_since_s = now_s_;
        demands_[index].clock.Run(arrivals_on_, now_ns_);
      }
      Demand& demand = demands_[index];
      if (rate_bps == demand.rate_bps) continue;
      CountUnrouted(&demand);
      demand.rate_bps = rate_bps;
      demand.clock.SetRate(rate_bps / (8 * (has_flows_ ? mean_flow_bytes_ : packet_bytes_)),
                           now_ns_);
      ScheduleArrival(index, now_ns_);
    }
  }
}

void FluidNetwork::SetLinks(const Topology& topology, const TopologyDelta& delta) {
  if (delta.empty()) return;
  for (const LinkChange& change : delta) {
    const Link& link = topology.link(change.link);
    FluidLink& changed = trains_.links()[change.link];
    changed.usable = link.usable();
    changed.SetRate(link.capacity_bps * scale_ / 8, now_s_);
    changed.SetUp(link.operational_state == OperationalState::kUp, now_s_);
  }
  for (uint32_t i = 0; i < demands_.size(); ++i) CountUnrouted(&demands_[i]);
  demands_.UpdatePaths(trains_.links());
  rerouted_ += transport_.flows().Reroute();
}

void FluidNetwork::CountUnrouted(Demand* demand) {
  if (demand->paths.empty() && arrivals_on_) {
    demand->counters.unrouted_bits += demand->rate_bps * (now_s_ - demand->unrouted_since_s);
  }
  demand->unrouted_since_s = now_s_;
}

void FluidNetwork::SetArrivals(bool on) {
  if (on == arrivals_on_) return;
  for (uint32_t i = 0; i < demands_.size(); ++i) {
    CountUnrouted(&demands_[i]);
    demands_[i].clock.Run(on, now_ns_);
    ScheduleArrival(i, now_ns_);
  }
  arrivals_on_ = on;
}

void FluidNetwork::BeginWindow() {
  transport_.BeginWindow();
  for (uint32_t i = 0; i < demands_.size(); ++i) {
    demands_[i].counters = DemandCounters();
    demands_[i].unrouted_since_s = now_s_;
  }
  for (FluidLink& link : trains_.links()) link.ClearCounters(now_s_);
  window_demands_.assign(demands_.plan_demands().begin(), demands_.plan_demands().end());
}

void FluidNetwork::EndWindow(double window_s, Measurements* measured,
                             Distributions* distributions) {
  for (uint32_t i = 0; i < demands_.size(); ++i) CountUnrouted(&demands_[i]);
  MeasureWindow(window_s, now_s_, scale_, transport_.packets(), demands_, window_demands_,
                &trains_.links(), measured);
  distributions->packet_delays = transport_.packets().delay;
  transport_.flows().EndWindow();
}

std::optional<FlowCompletion> FluidNetwork::Flows(Distributions* distributions) {
  if (!has_flows_) return std::nullopt;
  FlowCompletion flows = MeasureFlows(transport_.flows().all(), transport_.flows().measured(),
                                      now_s_, &times_s_, distributions);
  flows.rerouted = rerouted_;
  return flows;
}

void FluidNetwork::Drain(int64_t ns) {
  if (transport_.flows().num_pending() == 0) return;
  const int64_t latest_ns = now_ns_ + ns;
  Run(latest_ns, true);
  if (transport_.flows().num_pending() > 0) return;
  // The last flow ends a little after the middle of its last train.
  double end_s = now_s_;
  for (const uint32_t index : transport_.flows().measured()) {
    end_s = std::max(end_s, transport_.flows().all()[index].end_s);
  }
  const int64_t end_ns = static_cast<int64_t>(std::ceil(end_s * 1e9));
  Run(std::min(latest_ns, std::max(now_ns_, end_ns)), false);
}

void FluidNetwork::Run(int64_t until_ns, bool stop_when_drained) {
  const double until_s = ToSeconds(until_ns);
  Event event;
  while (events_.Pop(until_s, &event)) {
    now_s_ = std::max(now_s_, event.time_s);
    ++num_events_;
    if (event.kind == kDemandArrival) {
      Arrive(event.index);
    } else {
      transport_.Handle(event, now_s_);
    }
    if (stop_when_drained && transport_.flows().num_pending() == 0) {
      now_ns_ = static_cast<int64_t>(std::ceil(now_s_ * 1e9));
      return;
    }
  }
  now_s_ = until_s;
  now_ns_ = until_ns;
}

void FluidNetwork::ScheduleArrival(uint32_t index, int64_t now_ns) {
  Demand& demand = demands_[index];
  const int64_t next_ns = demand.clock.NextNs(now_ns);
  if (next_ns == demand.next_arrival_ns) return;
  demand.next_arrival_ns = next_ns;
  if (next_ns != ArrivalClock::kNever) events_.Push(ToSeconds(next_ns), kDemandArrival, index);
}

void FluidNetwork::Arrive(uint32_t index) {
  Demand& demand = demands_[index];
  const int64_t now_ns = demand.next_arrival_ns;
  // Events from before a change of the rate are left over.
  if (now_ns == ArrivalClock::kNever || ToSeconds(now_ns) != now_s_) return;
  demand.next_arrival_ns = ArrivalClock::kNever;
  demand.clock.Arrive(now_ns);
  traffic_model::Random& random = demand.clock.random();
  if (has_flows_) {
    const double bytes = static_cast<double>(traffic_model::FlowBytes(sizes_, random.Uniform()));
    const bool tcp = random.Uniform() < traffic_.tcp_share;
    const double delay_s = delays_.delay_s(demand.source, demand.destination);
    const double rate_bps = delays_.capacity_bps(demand.source, demand.destination) * scale_;
    const double empty_s =
        tcp ? 3 * delay_s + 8 * bytes / rate_bps
            : delay_s + 8 * bytes / std::min(rate_bps, options_.udp_flow_rate_bps);
    transport_.StartFlow(index, bytes, tcp, demand.clock.Hash(), empty_s, now_s_);
  } else if (sizes_ == FlowSizes::kPoissonPackets) {
    const double bytes =
        std::floor(std::clamp(random.Exponential() * packet_bytes_ + 0.5, 1.0, 60000.0));
    transport_.SendPacket(index, demands_.Pick(demand, demand.clock.Hash()), bytes, now_s_);
  } else {
    transport_.SendPacket(index, demands_.PickInTurn(&demand), packet_bytes_, now_s_);
  }
  ScheduleArrival(index, now_ns);
}

}  // namespace rhumb::fluid
