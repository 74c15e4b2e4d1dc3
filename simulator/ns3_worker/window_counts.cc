// SPDX-License-Identifier: GPL-2.0-only
#include "window_counts.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "flow_sizes.h"
#include "simulated_time.h"

namespace rhumb_ns3 {
namespace {

constexpr double kOnTimeS = 3;

double Mean(double sum, uint64_t count) {
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

double Ratio(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : std::min(1.0, static_cast<double>(part) / static_cast<double>(whole));
}

void ToMessage(const rhumb::DurationHistogram& histogram, rhumb::worker::Histogram* message) {
  message->set_first_bucket(static_cast<uint32_t>(histogram.first_bucket()));
  message->mutable_counts()->Add(histogram.counts().begin(), histogram.counts().end());
}

}  // namespace

void WindowCounts::Begin(std::vector<Demand*> reported) {
  for (const uint32_t index : window_flows_) flows_[index].counted = false;
  window_flows_.clear();
  num_pending_ = 0;
  goodput_bytes_ = 0;
  statistics_.Clear();
  for (Demand* demand : demands_.in_order()) {
    demand->counters = DemandCounters();
    CountUnrouted(demand);
    demand->unrouted_bits = 0;
  }
  reported_ = std::move(reported);
  open_ = true;
}

void WindowCounts::CountDelivered(Demand* demand, bool reverse, uint32_t wire_bytes,
                                  int64_t delay_ns) {
  ++statistics_.delivered;
  statistics_.delay_sum_ns += static_cast<double>(delay_ns);
  if (reverse) return;
  statistics_.delay.Add(1e-9 * static_cast<double>(delay_ns));
  DemandCounters& counters = demand->counters;
  ++counters.delivered_packets;
  counters.delivered_wire_bytes += wire_bytes;
  counters.delay_ns_bytes += static_cast<double>(delay_ns) * wire_bytes;
}

void WindowCounts::CountUnrouted(Demand* demand) {
  const int64_t now_ns = NowNs();
  if (demand->paths.empty() && !routed_by_ns3_ && arriving_) {
    demand->unrouted_bits +=
        demand->rate_bps * 1e-9 * static_cast<double>(now_ns - demand->unrouted_since_ns);
  }
  demand->unrouted_since_ns = now_ns;
}

void WindowCounts::SetArriving(bool on) {
  for (Demand* demand : demands_.in_order()) CountUnrouted(demand);
  arriving_ = on;
}

void WindowCounts::FlowStarted(uint32_t flow) {
  if (!open_) return;
  flows_[flow].counted = true;
  window_flows_.push_back(flow);
  ++num_pending_;
}

void WindowCounts::FlowEnded(const Flow& flow) {
  if (flow.counted && --num_pending_ == 0 && stop_when_drained_) ns3::Simulator::Stop();
}

void WindowCounts::FillDemands(double window_s, rhumb::worker::Result* result) {
  double offered = 0, unrouted = 0, delay = 0, delivered = 0;
  for (Demand* demand : demands_.in_order()) {
    CountUnrouted(demand);
    unrouted += demand->unrouted_bits;
    offered += static_cast<double>(demand->counters.offered_bytes);
    delay += demand->counters.delay_ns_bytes;
    delivered += static_cast<double>(demand->counters.delivered_wire_bytes);
  }
  for (const Demand* demand : reported_) {
    const DemandCounters& counters = demand->counters;
    result->add_demand_offered_bps(8.0 * static_cast<double>(counters.offered_bytes) / window_s);
    result->add_demand_delivered_bps(8.0 * static_cast<double>(counters.delivered_bytes) /
                                     window_s);
    result->add_demand_delay_s(1e-9 * Mean(counters.delay_ns_bytes, counters.delivered_wire_bytes));
    result->add_demand_loss_ratio(Ratio(counters.lost_packets, counters.sent_packets));
  }
  result->set_window_s(window_s);
  result->set_offered_bps(8 * offered / window_s);
  result->set_goodput_bps(8.0 * static_cast<double>(goodput_bytes_) / window_s);
  result->set_loss_ratio(Ratio(statistics_.lost, statistics_.sent));
  result->set_mean_delay_s(delivered > 0 ? 1e-9 * delay / delivered : 0);
  result->set_p99_delay_s(statistics_.delay.Quantile(0.99));
  ToMessage(statistics_.delay, result->mutable_packet_delays());
  result->set_unrouted_bps(unrouted / window_s);
  result->set_packets_sent(statistics_.sent);
  result->set_packets_delivered(statistics_.delivered);
  result->set_packets_lost(statistics_.lost);
  result->set_mean_packet_delay_s(1e-9 * Mean(statistics_.delay_sum_ns, statistics_.delivered));
}

void WindowCounts::FillFlows(rhumb::worker::FlowResult* result) const {
  const int64_t now_ns = NowNs();
  std::vector<double> times;
  times.reserve(window_flows_.size());
  double sum = 0, mice = 0, elephants = 0, slowdown = 0;
  uint64_t num_mice = 0, completed = 0, on_time = 0, failed = 0;
  rhumb::DurationHistogram mice_times, elephant_times;
  for (const uint32_t index : window_flows_) {
    const Flow& flow = flows_[index];
    const double time_s =
        1e-9 * static_cast<double>((flow.complete ? flow.end_ns : now_ns) - flow.start_ns);
    times.push_back(time_s);
    sum += time_s;
    slowdown += flow.empty_s > 0 && std::isfinite(flow.empty_s) ? time_s / flow.empty_s : 1;
    completed += flow.complete;
    on_time += flow.complete && time_s <= kOnTimeS;
    failed += flow.failed;
    const bool mouse = flow.bytes < kMouseBytes;
    if (flow.complete) (mouse ? mice_times : elephant_times).Add(time_s);
    if (mouse) {
      mice += time_s;
      ++num_mice;
    } else {
      elephants += time_s;
    }
  }
  const uint64_t count = times.size();
  std::sort(times.begin(), times.end());
  const auto quantile = [&](double q) {
    return count == 0 ? 0.0 : times[std::min<size_t>(count - 1, static_cast<size_t>(q * count))];
  };
  result->set_started(count);
  result->set_completed(completed);
  result->set_on_time(on_time);
  result->set_rerouted(rerouted_);
  result->set_failed(failed);
  result->set_mean_s(Mean(sum, count));
  result->set_p50_s(quantile(0.5));
  result->set_p99_s(quantile(0.99));
  result->set_mice_mean_s(Mean(mice, num_mice));
  result->set_elephants_mean_s(Mean(elephants, count - num_mice));
  result->set_mean_slowdown(Mean(slowdown, count));
  result->set_mice(num_mice);
  ToMessage(mice_times, result->mutable_mice_times());
  ToMessage(elephant_times, result->mutable_elephant_times());
}

}  // namespace rhumb_ns3
