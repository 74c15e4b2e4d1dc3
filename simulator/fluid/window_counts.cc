#include "simulator/fluid/window_counts.h"

#include <algorithm>
#include <cmath>

#include "simulator/traffic_model/flow_sizes.h"

namespace rhumb::fluid {
namespace {

constexpr double kOnTimeS = 3;

double Ratio(double part, double whole) { return whole > 0 ? std::min(1.0, part / whole) : 0; }
double Mean(double sum, double count) { return count > 0 ? sum / count : 0; }

}  // namespace

void PacketCounts::Clear() {
  sent = delivered = lost = delay_s = goodput_bytes = 0;
  delay.Clear();
}

void MeasureWindow(double window_s, double now_s, double scale, const PacketCounts& packets,
                   const DemandTable& demands, absl::Span<const uint32_t> window_demands,
                   std::vector<FluidLink>* links, Measurements* measured) {
  const double to_bps = 8 / (window_s * scale);
  measured->window_s = window_s;
  measured->links.resize(links->size());
  for (size_t i = 0; i < links->size(); ++i) {
    FluidLink& link = (*links)[i];
    LinkMeasurement& out = measured->links[i];
    const double carried_bytes = link.CarriedBytes(now_s);
    out.offered_bps = link.counters.arrived_bytes * to_bps;
    out.carried_bps = carried_bytes * to_bps;
    out.utilization = Ratio(carried_bytes, link.CapacityBytes(now_s));
    out.loss_ratio = Ratio(link.counters.lost_packets, link.counters.arrived_packets);
    out.queueing_delay_s = Mean(link.counters.queueing_s, link.counters.accepted_packets);
    measured->mlu = std::max(measured->mlu, out.utilization);
  }
  double delay_s_bytes = 0, delivered_bytes = 0;
  for (uint32_t i = 0; i < demands.size(); ++i) {
    const DemandCounters& counters = demands[i].counters;
    measured->offered_bps += counters.offered_bytes * to_bps;
    measured->unrouted_bps += counters.unrouted_bits / (window_s * scale);
    delay_s_bytes += counters.delay_s_bytes;
    delivered_bytes += counters.delivered_wire_bytes;
  }
  measured->demands.resize(window_demands.size());
  for (size_t i = 0; i < window_demands.size(); ++i) {
    const DemandCounters& counters = demands[window_demands[i]].counters;
    DemandMeasurement& out = measured->demands[i];
    out.offered_bps = counters.offered_bytes * to_bps;
    out.delivered_bps = counters.delivered_bytes * to_bps;
    out.delay_s = Mean(counters.delay_s_bytes, counters.delivered_wire_bytes);
    out.loss_ratio = Ratio(counters.lost_packets, counters.sent_packets);
  }
  measured->goodput_bps = packets.goodput_bytes * to_bps;
  measured->loss_ratio = Ratio(packets.lost, packets.sent);
  measured->mean_delay_s = Mean(delay_s_bytes, delivered_bytes);
  measured->mean_packet_delay_s = Mean(packets.delay_s, packets.delivered);
  measured->p99_delay_s = packets.delay.Quantile(0.99);
}

FlowCompletion MeasureFlows(const std::vector<Flow>& flows, absl::Span<const uint32_t> counted,
                            double now_s, std::vector<double>* times_s,
                            Distributions* distributions) {
  FlowCompletion out;
  uint64_t num_mice = 0;
  times_s->clear();
  double sum = 0, mice = 0, elephants = 0, slowdown = 0;
  for (const uint32_t index : counted) {
    const Flow& flow = flows[index];
    const bool complete = flow.complete && flow.end_s <= now_s;
    const double time_s = (complete ? flow.end_s : now_s) - flow.start_s;
    times_s->push_back(time_s);
    sum += time_s;
    slowdown += flow.empty_s > 0 && std::isfinite(flow.empty_s) ? time_s / flow.empty_s : 1;
    out.completed += complete;
    out.on_time += complete && time_s <= kOnTimeS;
    out.failed += flow.failed;
    const bool mouse = flow.bytes < traffic_model::kMouseBytes;
    if (complete) {
      (mouse ? distributions->mice_times : distributions->elephant_times).Add(time_s);
    }
    if (mouse) {
      mice += time_s;
      ++num_mice;
    } else {
      elephants += time_s;
    }
  }
  const uint64_t count = times_s->size();
  std::sort(times_s->begin(), times_s->end());
  const auto quantile = [&](double q) {
    return count == 0 ? 0.0
                      : (*times_s)[std::min<size_t>(
                            count - 1, static_cast<size_t>(q * static_cast<double>(count)))];
  };
  distributions->flows = count;
  distributions->mice = num_mice;
  out.started = count;
  out.mean_s = Mean(sum, static_cast<double>(count));
  out.p50_s = quantile(0.5);
  out.p99_s = quantile(0.99);
  out.mice_mean_s = Mean(mice, static_cast<double>(num_mice));
  out.elephants_mean_s = Mean(elephants, static_cast<double>(count - num_mice));
  out.mean_slowdown = Mean(slowdown, static_cast<double>(count));
  return out;
}

}  // namespace rhumb::fluid
