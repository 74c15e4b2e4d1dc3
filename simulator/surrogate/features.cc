#include "simulator/surrogate/features.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "simulator/traffic_model/flow_sizes.h"

namespace rhumb::surrogate {
namespace {

constexpr double kLeast = 1e-6;  // below it a logarithm tells nothing

double Log(double x) { return std::log(std::max(x, kLeast)); }
double LogRatio(double a, double b) { return std::clamp(Log(a) - Log(b), -5.0, 5.0); }

traffic_model::FlowSizes ToModel(TrafficModel::FlowSizes sizes) {
  switch (sizes) {
    case TrafficModel::FlowSizes::kWebSearch:
      return traffic_model::FlowSizes::kWebSearch;
    case TrafficModel::FlowSizes::kBoundedPareto:
      return traffic_model::FlowSizes::kBoundedPareto;
    case TrafficModel::FlowSizes::kLongTail:
      return traffic_model::FlowSizes::kLongTail;
    default:
      return traffic_model::FlowSizes::kMiceElephants;
  }
}

// Deviation of the sizes over their mean, from evenly spaced quantiles.
double SpreadOf(traffic_model::FlowSizes sizes) {
  constexpr int kQuantiles = 2000;
  double sum = 0, squares = 0;
  for (int i = 0; i < kQuantiles; ++i) {
    const double bytes =
        static_cast<double>(traffic_model::FlowBytes(sizes, (i + 0.5) / kQuantiles));
    sum += bytes / kQuantiles;
    squares += bytes * bytes / kQuantiles;
  }
  return std::sqrt(squares / (sum * sum) - 1);
}

double Spread(traffic_model::FlowSizes sizes) {
  static const double spreads[] = {SpreadOf(traffic_model::FlowSizes::kMiceElephants),
                                   SpreadOf(traffic_model::FlowSizes::kWebSearch),
                                   SpreadOf(traffic_model::FlowSizes::kBoundedPareto),
                                   SpreadOf(traffic_model::FlowSizes::kLongTail)};
  switch (sizes) {
    case traffic_model::FlowSizes::kWebSearch:
      return spreads[1];
    case traffic_model::FlowSizes::kBoundedPareto:
      return spreads[2];
    case traffic_model::FlowSizes::kLongTail:
      return spreads[3];
    default:
      return spreads[0];
  }
}

// Of a demand's paths, weighted by its split.
struct OnPaths {
  double delay_s = 0;  // propagation
  double queueing_s = 0;
  double fullest = 0;  // utilization of each path's fullest link
  double loss = 0;
  double hops = 0;
  double entropy = 0;  // of the split
  double bottleneck_bps = 0;
};

OnPaths LookAt(const Topology& topology, double scale, const RoutingPlan& plan, int pair,
               const Measurements& measured) {
  OnPaths out;
  const PathSet::Range range = plan.paths().paths_of(pair);
  for (int path = range.begin; path < range.end; ++path) {
    const double share = plan.ratios()[path];
    if (share <= 0) continue;
    double delay_s = 0, queueing_s = 0, fullest = 0, kept = 1, narrowest = 1e18;
    const auto links = plan.paths().links(path);
    for (const LinkId id : links) {
      const LinkMeasurement& link = measured.links[id];
      delay_s += absl::ToDoubleSeconds(topology.link(id).propagation_delay);
      queueing_s += link.queueing_delay_s;
      fullest = std::max(fullest, link.utilization);
      kept *= 1 - link.loss_ratio;
      narrowest = std::min(narrowest, topology.link(id).capacity_bps * scale);
    }
    out.delay_s += share * delay_s;
    out.queueing_s += share * queueing_s;
    out.fullest += share * fullest;
    out.loss += share * (1 - kept);
    out.hops += share * static_cast<double>(links.size());
    out.entropy -= share * Log(share);
    out.bottleneck_bps += share * narrowest;
  }
  return out;
}

}  // namespace

Features ComputeFeatures(const Episode& episode, int segment_bytes, const RoutingPlan& plan,
                         const Interval& interval, const Measurements& measured) {
  const Topology& topology = episode.topology;
  const FlowCompletion flows = measured.flows.value_or(FlowCompletion());
  const traffic_model::FlowSizes sizes = ToModel(episode.traffic.flow_sizes);
  const double flow_bytes = traffic_model::MeanFlowBytes(sizes);
  Features out;

  OnPaths mean;
  double total_bps = 0;
  std::vector<OnPaths> pairs;
  for (int pair = 0; pair < plan.paths().num_pairs(); ++pair) {
    pairs.push_back(LookAt(topology, episode.scale, plan, pair, measured));
    const OnPaths& one = pairs.back();
    const double rate_bps = interval.demands.rate_bps(plan.paths().pair(pair).source,
                                                      plan.paths().pair(pair).destination);
    total_bps += rate_bps;
    for (double OnPaths::*member :
         {&OnPaths::delay_s, &OnPaths::queueing_s, &OnPaths::fullest, &OnPaths::loss,
          &OnPaths::hops, &OnPaths::entropy, &OnPaths::bottleneck_bps}) {
      mean.*member += rate_bps * one.*member;
    }
  }
  if (total_bps > 0) {
    for (double OnPaths::*member :
         {&OnPaths::delay_s, &OnPaths::queueing_s, &OnPaths::fullest, &OnPaths::loss,
          &OnPaths::hops, &OnPaths::entropy, &OnPaths::bottleneck_bps}) {
      mean.*member /= total_bps;
    }
  }

  std::vector<double> utilizations;
  double lossy = 0, worst_loss = 0, full = 0;
  for (const LinkMeasurement& link : measured.links) {
    utilizations.push_back(link.utilization);
    const double lost = link.loss_ratio * link.offered_bps;
    lossy += lost;
    worst_loss = std::max(worst_loss, lost);
    full += link.utilization > 0.9;
  }
  std::sort(utilizations.begin(), utilizations.end(), std::greater<>());
  const double links = std::max<double>(1, static_cast<double>(utilizations.size()));
  const auto top = [&utilizations](size_t rank) {
    return rank < utilizations.size() ? utilizations[rank] : 0.0;
  };
  const double started = std::max<double>(1, static_cast<double>(flows.started));
  const double late = 1 - static_cast<double>(flows.on_time) / started;
  const double unfinished = 1 - static_cast<double>(flows.completed) / started;
  const double round_trip_s = std::max(2 * mean.delay_s, 1e-4);

  out.network = {Log(flows.mean_slowdown),
                 LogRatio(flows.mean_s, round_trip_s),
                 LogRatio(flows.p99_s, flows.mean_s),
                 LogRatio(flows.mice_mean_s, round_trip_s),
                 LogRatio(flows.elephants_mean_s, flows.mean_s),
                 LogRatio(measured.mean_delay_s, mean.delay_s),
                 LogRatio(measured.p99_delay_s, measured.mean_delay_s),
                 std::sqrt(std::max(0.0, measured.loss_ratio)),
                 measured.loss_ratio,
                 std::sqrt(std::max(0.0, late)),
                 std::sqrt(std::max(0.0, unfinished)),
                 LogRatio(measured.goodput_bps, measured.offered_bps),
                 top(0),
                 top(1),
                 top(2),
                 full / links,
                 mean.fullest,
                 mean.queueing_s / round_trip_s,
                 std::sqrt(mean.loss),
                 lossy > 0 ? worst_loss / lossy : 0,
                 episode.traffic.tcp_share,
                 std::log1p(started / std::max<double>(1, static_cast<double>(pairs.size()))),
                 std::log(segment_bytes),
                 std::log(flow_bytes),
                 std::log(round_trip_s),
                 LogRatio(mean.bottleneck_bps, 100e6),
                 std::log(std::max(1.0, mean.bottleneck_bps * round_trip_s / 8 / segment_bytes)),
                 mean.entropy,
                 LogRatio(Spread(sizes), std::sqrt(started))};

  for (size_t pair = 0; pair < pairs.size(); ++pair) {
    const OnPaths& one = pairs[pair];
    const DemandMeasurement& demand = measured.demands[pair];
    const double trip_s = std::max(2 * one.delay_s, 1e-4);
    const double arriving = demand.offered_bps * episode.scale * measured.window_s / 8 / flow_bytes;
    out.demands.push_back({LogRatio(demand.delay_s, one.delay_s),
                           LogRatio(demand.delay_s, one.delay_s + one.queueing_s),
                           one.queueing_s / trip_s, std::sqrt(std::max(0.0, demand.loss_ratio)),
                           demand.loss_ratio, demand.loss_ratio - one.loss, std::sqrt(one.loss),
                           one.fullest, one.hops, one.entropy, std::log1p(arriving),
                           std::log(trip_s), episode.traffic.tcp_share, std::log(segment_bytes),
                           std::log(flow_bytes), std::sqrt(std::max(0.0, measured.loss_ratio))});
  }
  return out;
}

}  // namespace rhumb::surrogate
