#include "controller/environment_server/observation_message.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include "absl/strings/str_format.h"

namespace rhumb {
namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "floats are sent as they are in memory");

constexpr double kSumTolerance = 1e-3;

constexpr const char* kLinkFeatures[] = {"capacity_bps", "propagation_delay_s", "usable",
                                         "utilization",  "offered_bps",         "carried_bps",
                                         "loss_ratio",   "queueing_delay_s"};
constexpr const char* kPathFeatures[] = {"propagation_delay_s", "bottleneck_bps", "usable",
                                         "ratio"};
constexpr const char* kDemandFeatures[] = {"offered_bps", "delivered_bps", "delay_s", "loss_ratio"};

// Row after row.
class Floats {
 public:
  explicit Floats(size_t count) { bytes_.reserve(count * sizeof(float)); }
  void Row(std::initializer_list<double> values) {
    for (double value : values) Add(value);
  }
  void Add(double value) {
    const float f = static_cast<float>(value);
    char raw[sizeof(float)];
    std::memcpy(raw, &f, sizeof(float));
    bytes_.append(raw, sizeof(float));
  }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Where a plan's path is among the candidates of the same pair; its share goes there.
std::vector<double> RatiosOnCandidates(const RoutingPlan& plan, const PathSet& candidates) {
  if (&plan.paths() == &candidates) return {plan.ratios().begin(), plan.ratios().end()};
  std::vector<double> ratios(candidates.num_paths(), 0.0);
  for (int p = 0; p < plan.paths().num_paths(); ++p) {
    if (plan.ratios()[p] == 0) continue;
    const NodePair pair = plan.paths().pair(plan.paths().pair_of_path(p));
    const auto index = candidates.Find(pair.source, pair.destination);
    if (!index) continue;
    const auto range = candidates.paths_of(*index);
    for (int c = range.begin; c < range.end; ++c) {
      if (candidates.links(c) == plan.paths().links(p)) ratios[c] += plan.ratios()[p];
    }
  }
  return ratios;
}

std::string LinkRows(const Topology& topology, const Measurements& measured) {
  Floats rows(topology.num_links() * std::size(kLinkFeatures));
  for (LinkId l = 0; l < topology.num_links(); ++l) {
    const Link& link = topology.link(l);
    const LinkMeasurement& m = measured.links[l];
    rows.Row({link.capacity_bps, absl::ToDoubleSeconds(link.propagation_delay),
              link.usable() ? 1.0 : 0.0, m.utilization, m.offered_bps, m.carried_bps, m.loss_ratio,
              m.queueing_delay_s});
  }
  return rows.Take();
}

std::string PathRows(const Topology& topology, const PathSet& paths,
                     const std::vector<double>& ratios) {
  Floats rows(paths.num_paths() * std::size(kPathFeatures));
  for (int p = 0; p < paths.num_paths(); ++p) {
    const auto links = paths.links(p);
    rows.Row({absl::ToDoubleSeconds(PropagationDelay(topology, links)),
              BottleneckCapacityBps(topology, links), IsUsable(topology, links) ? 1.0 : 0.0,
              ratios[p]});
  }
  return rows.Take();
}

// Measurements come in the order of the plan's pairs.
std::string DemandRows(const PathSet& paths, const PathSet& measured_pairs,
                       const Measurements& measured) {
  Floats rows(paths.num_pairs() * std::size(kDemandFeatures));
  const DemandMeasurement nothing;
  for (int d = 0; d < paths.num_pairs(); ++d) {
    std::optional<int> at = d;
    if (&measured_pairs != &paths) {
      at = measured_pairs.Find(paths.pair(d).source, paths.pair(d).destination);
    }
    const bool known = at && *at < static_cast<int>(measured.demands.size());
    const DemandMeasurement& m = known ? measured.demands[*at] : nothing;
    rows.Row({m.offered_bps, m.delivered_bps, m.delay_s, m.loss_ratio});
  }
  return rows.Take();
}

}  // namespace

rhumb::v1::Layout ToLayout(const Topology& topology, const PathSet& paths, int history, int steps) {
  rhumb::v1::Layout layout;
  layout.set_topology_name(topology.name());
  for (const Node& node : topology.nodes()) layout.add_node_names(node.name);
  for (const Link& link : topology.links()) {
    layout.add_link_names(link.name);
    layout.add_link_source(link.source);
    layout.add_link_destination(link.destination);
  }
  for (const NodePair pair : paths.pairs()) {
    layout.add_demand_source(pair.source);
    layout.add_demand_destination(pair.destination);
  }
  for (int p : paths.path_begin()) layout.add_path_begin(p);
  for (int l : paths.link_begin()) layout.add_path_link_begin(l);
  for (LinkId l : paths.all_links()) layout.add_path_links(l);
  for (const char* name : kLinkFeatures) layout.add_link_features(name);
  for (const char* name : kPathFeatures) layout.add_path_features(name);
  for (const char* name : kDemandFeatures) layout.add_demand_features(name);
  layout.set_history(history);
  layout.set_steps(steps);
  return layout;
}

rhumb::v1::Observation ToObservation(const Observation& observation, int history, bool measured) {
  const Topology& topology = observation.topology;
  const PathSet& paths = *observation.candidate_paths;
  Measurements nothing;
  nothing.links.resize(topology.num_links());
  const bool known = measured && !observation.past_measurements.empty();
  const Measurements& last = known ? *observation.past_measurements.back() : nothing;
  const bool planned = known && observation.plan_in_force.has_value();
  const std::vector<double> ratios = planned ? RatiosOnCandidates(*observation.plan_in_force, paths)
                                             : std::vector<double>(paths.num_paths(), 0.0);
  rhumb::v1::Observation message;
  message.set_links(LinkRows(topology, last));
  message.set_paths(PathRows(topology, paths, ratios));
  message.set_demands(
      DemandRows(paths, planned ? observation.plan_in_force->paths() : paths, last));
  Floats rates(static_cast<size_t>(paths.num_pairs()) * history);
  const auto& past = observation.past_demands;
  for (const NodePair pair : paths.pairs()) {
    for (int h = 0; h < history; ++h) {
      const bool there = h < static_cast<int>(past.size());
      rates.Add(there ? past[past.size() - 1 - h]->rate_bps(pair.source, pair.destination) : 0);
    }
  }
  message.set_demand_history(rates.Take());
  return message;
}

absl::StatusOr<std::vector<float>> FromFloats(absl::string_view bytes, int count) {
  if (bytes.size() != static_cast<size_t>(count) * sizeof(float)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("an action of %d bytes for %d candidate paths; give one float32 a path, %d "
                        "bytes",
                        bytes.size(), count, static_cast<size_t>(count) * sizeof(float)));
  }
  std::vector<float> values(count);
  if (count > 0) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

absl::StatusOr<RoutingPlan> PlanOfRatios(const Observation& observation,
                                         const std::vector<float>& given) {
  const PathSet& paths = *observation.candidate_paths;
  std::vector<double> ratios(given.begin(), given.end());
  for (int d = 0; d < paths.num_pairs(); ++d) {
    const auto range = paths.paths_of(d);
    double sum = 0, usable_sum = 0, usable = 0;
    for (int p = range.begin; p < range.end; ++p) {
      // Written so that what is not a number fails.
      if (!(ratios[p] >= 0 && ratios[p] <= 1)) {
        return absl::InvalidArgumentError(absl::StrFormat(
            "split ratio %d, of demand %d, is %g; give numbers from 0 to 1", p, d, ratios[p]));
      }
      sum += ratios[p];
      if (!IsUsable(observation.topology, paths.links(p))) continue;
      usable_sum += ratios[p];
      usable += 1;
    }
    if (range.size() > 0 && std::abs(sum - 1) > kSumTolerance) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "the split ratios of demand %d sum to %g; give ratios that sum to 1", d, sum));
    }
    for (int p = range.begin; p < range.end; ++p) {
      if (usable == 0) {
        ratios[p] /= sum;
      } else if (!IsUsable(observation.topology, paths.links(p))) {
        ratios[p] = 0;
      } else {
        ratios[p] = usable_sum > 0 ? ratios[p] / usable_sum : 1 / usable;
      }
    }
  }
  return RoutingPlan(observation.candidate_paths, std::move(ratios),
                     observation.topology.version());
}

}  // namespace rhumb
