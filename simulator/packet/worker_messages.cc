#include "simulator/packet/worker_messages.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "simulator/episode_checks.h"

namespace rhumb {
namespace {

constexpr int kMostNs3Metric = 65535;

worker::DataPlane ToMessage(DataPlane plane) {
  switch (plane) {
    case DataPlane::kIp:
      return worker::IP;
    case DataPlane::kUdpFast:
      return worker::UDP_FAST;
    case DataPlane::kNs3GlobalRouting:
      return worker::NS3_GLOBAL_ROUTING;
    case DataPlane::kNs3Defaults:
      return worker::NS3_DEFAULTS;
  }
  return worker::IP;
}

worker::FlowSizes ToMessage(TrafficModel::FlowSizes sizes) {
  switch (sizes) {
    case TrafficModel::FlowSizes::kMiceElephants:
      return worker::MICE_ELEPHANTS;
    case TrafficModel::FlowSizes::kWebSearch:
      return worker::WEB_SEARCH;
    case TrafficModel::FlowSizes::kBoundedPareto:
      return worker::BOUNDED_PARETO;
    case TrafficModel::FlowSizes::kConstantBitRate:
      return worker::CONSTANT_BIT_RATE;
    case TrafficModel::FlowSizes::kPoissonPackets:
      return worker::POISSON_PACKETS;
    case TrafficModel::FlowSizes::kLongTail:
      return worker::LONG_TAIL;
  }
  return worker::MICE_ELEPHANTS;
}

bool HasFlows(TrafficModel::FlowSizes sizes) {
  return sizes != TrafficModel::FlowSizes::kConstantBitRate &&
         sizes != TrafficModel::FlowSizes::kPoissonPackets;
}

// ns-3 has 16-bit metrics. Whole numbers stay as they are; others are stretched over the range,
// which keeps the order of paths unless their lengths differ by less than one part in some ten
// thousand.
double MetricFactor(const Topology& topology) {
  double largest = 1;
  bool whole = true;
  for (const Link& link : topology.links()) {
    largest = std::max(largest, link.igp_metric);
    whole = whole && link.igp_metric == std::floor(link.igp_metric);
  }
  return whole && largest <= kMostNs3Metric ? 1 : kMostNs3Metric / largest;
}

absl::StatusOr<DurationHistogram> HistogramFromMessage(const worker::Histogram& message) {
  std::optional<DurationHistogram> histogram = DurationHistogram::FromBuckets(
      message.first_bucket(), {message.counts().begin(), message.counts().end()});
  if (histogram) return *std::move(histogram);
  return absl::InternalError(absl::StrFormat(
      "the ns-3 worker counted durations in %d buckets from the %dth on, of %d",
      message.counts_size(), message.first_bucket(), DurationHistogram::kMostBuckets));
}

}  // namespace

absl::StatusOr<worker::Reset> ToMessage(const Episode& episode,
                                        const PacketSimulatorOptions& options) {
  if (absl::Status status = CheckScaleAndShare(episode); !status.ok()) return status;
  if (options.data_plane == DataPlane::kUdpFast && HasFlows(episode.traffic.flow_sizes) &&
      episode.traffic.tcp_share > 0) {
    return absl::InvalidArgumentError(
        absl::StrFormat("the fast data plane carries UDP only, but the TCP share is %g; set it to "
                        "0, choose a stream "
                        "of packets, or use the IP data plane",
                        episode.traffic.tcp_share));
  }
  worker::Reset message;
  const Topology& topology = episode.topology;
  const double metric_factor = MetricFactor(topology);
  message.set_num_nodes(topology.num_nodes());
  for (const Link& link : topology.links()) {
    const double capacity_bps = link.capacity_bps * episode.scale;
    if (capacity_bps < 1) {
      return absl::InvalidArgumentError(
          absl::StrFormat("link %s has %g bit/s left after scaling by %g; choose a larger scale",
                          link.name, capacity_bps, episode.scale));
    }
    message.add_link_source(link.source);
    message.add_link_destination(link.destination);
    message.add_capacity_bps(capacity_bps);
    message.add_delay_s(absl::ToDoubleSeconds(link.propagation_delay));
    message.add_usable(link.usable());
    message.add_up(link.operational_state == OperationalState::kUp);
    message.add_metric(static_cast<uint32_t>(
        std::clamp(std::round(link.igp_metric * metric_factor), 1.0, 1.0 * kMostNs3Metric)));
  }
  message.set_seed(episode.seed);
  message.set_data_plane(ToMessage(options.data_plane));
  message.set_flow_sizes(ToMessage(episode.traffic.flow_sizes));
  message.set_tcp_share(episode.traffic.tcp_share);
  message.set_segment_bytes(options.segment_bytes);
  message.set_buffer_s(absl::ToDoubleSeconds(options.buffer));
  message.set_buffer_packets(options.buffer_packets);
  message.set_udp_flow_rate_bps(options.udp_flow_rate_bps);
  message.set_sack(options.sack);
  message.set_socket_buffer_bytes(options.socket_buffer_bytes);
  return message;
}

void ToMessage(const RoutingPlan& plan, std::shared_ptr<const PathSet>* sent_paths,
               worker::Plan* message) {
  if (*sent_paths != plan.shared_paths()) {
    const PathSet& paths = plan.paths();
    worker::PathSet* set = message->mutable_path_set();
    for (const NodePair pair : paths.pairs()) {
      set->add_pair_source(pair.source);
      set->add_pair_destination(pair.destination);
    }
    const auto copy = [](absl::Span<const int> from,
                         google::protobuf::RepeatedField<uint32_t>* to) {
      to->Add(from.begin(), from.end());
    };
    copy(paths.path_begin(), set->mutable_path_begin());
    copy(paths.link_begin(), set->mutable_link_begin());
    copy(paths.all_links(), set->mutable_links());
    if (paths.num_pairs() == 0 && set->path_begin_size() == 0) set->add_path_begin(0);
    if (paths.num_paths() == 0 && set->link_begin_size() == 0) set->add_link_begin(0);
    *sent_paths = plan.shared_paths();
  }
  message->mutable_ratios()->Add(plan.ratios().begin(), plan.ratios().end());
}

void ToMessage(const TrafficMatrix& demands, double scale, worker::Demands* message) {
  const int nodes = demands.num_nodes();
  for (NodeId source = 0; source < nodes; ++source) {
    for (NodeId destination = 0; destination < nodes; ++destination) {
      const double rate_bps = demands.rate_bps(source, destination);
      if (rate_bps <= 0) continue;
      message->add_source(source);
      message->add_destination(destination);
      message->add_rate_bps(rate_bps * scale);
    }
  }
}

void ToMessage(const Topology& topology, const TopologyDelta& delta, double scale,
               worker::LinkStates* message) {
  for (const LinkChange& change : delta) {
    const Link& link = topology.link(change.link);
    message->add_link(change.link);
    message->add_usable(link.usable());
    message->add_up(link.operational_state == OperationalState::kUp);
    message->add_capacity_bps(link.capacity_bps * scale);
  }
}

absl::StatusOr<Measurements> FromMessage(const worker::Result& result, double scale, int num_links,
                                         int num_pairs) {
  for (const int size : {result.link_offered_bps_size(), result.link_carried_bps_size(),
                         result.link_loss_ratio_size(), result.link_queueing_delay_s_size(),
                         result.link_utilization_size()}) {
    if (size != num_links) {
      return absl::InternalError(
          absl::StrFormat("the ns-3 worker measured %d links, not %d", size, num_links));
    }
  }
  for (const int size : {result.demand_offered_bps_size(), result.demand_delivered_bps_size(),
                         result.demand_delay_s_size(), result.demand_loss_ratio_size()}) {
    if (size != num_pairs) {
      return absl::InternalError(
          absl::StrFormat("the ns-3 worker measured %d demands, not %d", size, num_pairs));
    }
  }
  Measurements measured;
  measured.window_s = result.window_s();
  measured.links.resize(num_links);
  for (int i = 0; i < num_links; ++i) {
    LinkMeasurement& link = measured.links[i];
    link.offered_bps = result.link_offered_bps(i) / scale;
    link.carried_bps = result.link_carried_bps(i) / scale;
    link.utilization = result.link_utilization(i);
    link.loss_ratio = result.link_loss_ratio(i);
    link.queueing_delay_s = result.link_queueing_delay_s(i);
    measured.mlu = std::max(measured.mlu, link.utilization);
  }
  measured.demands.resize(num_pairs);
  for (int i = 0; i < num_pairs; ++i) {
    DemandMeasurement& demand = measured.demands[i];
    demand.offered_bps = result.demand_offered_bps(i) / scale;
    demand.delivered_bps = result.demand_delivered_bps(i) / scale;
    demand.delay_s = result.demand_delay_s(i);
    demand.loss_ratio = result.demand_loss_ratio(i);
  }
  measured.offered_bps = result.offered_bps() / scale;
  measured.goodput_bps = result.goodput_bps() / scale;
  measured.loss_ratio = result.loss_ratio();
  measured.mean_delay_s = result.mean_delay_s();
  measured.mean_packet_delay_s = result.mean_packet_delay_s();
  measured.p99_delay_s = result.p99_delay_s();
  measured.unrouted_bps = result.unrouted_bps() / scale;
  if (result.has_flows()) {
    const worker::FlowResult& flows = result.flows();
    FlowCompletion& completion = measured.flows.emplace();
    completion.started = flows.started();
    completion.completed = flows.completed();
    completion.on_time = flows.on_time();
    completion.rerouted = flows.rerouted();
    completion.failed = flows.failed();
    completion.mean_s = flows.mean_s();
    completion.p50_s = flows.p50_s();
    completion.p99_s = flows.p99_s();
    completion.mice_mean_s = flows.mice_mean_s();
    completion.elephants_mean_s = flows.elephants_mean_s();
    completion.mean_slowdown = flows.mean_slowdown();
  }
  measured.cost.wall_s = result.wall_s();
  measured.cost.cpu_s = result.cpu_s();
  measured.cost.hop_packets = result.hop_packets();
  measured.cost.events = result.events();
  return measured;
}

absl::StatusOr<Distributions> DistributionsFromMessage(const worker::Result& result) {
  Distributions distributions;
  distributions.flows = result.flows().started();
  distributions.mice = result.flows().mice();
  for (const auto& [message, histogram] :
       {std::pair(&result.packet_delays(), &distributions.packet_delays),
        std::pair(&result.flows().mice_times(), &distributions.mice_times),
        std::pair(&result.flows().elephant_times(), &distributions.elephant_times)}) {
    absl::StatusOr<DurationHistogram> read = HistogramFromMessage(*message);
    if (!read.ok()) return read.status();
    *histogram = *std::move(read);
  }
  return distributions;
}

}  // namespace rhumb
