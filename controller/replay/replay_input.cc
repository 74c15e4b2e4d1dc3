#include "controller/replay/replay_input.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/terminal/usage_error.h"
#include "topologies/formats/loader.h"
#include "topologies/generators/traffic_generator.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb {
namespace {

void AddNotes(absl::string_view what, const LoadReport& report, std::vector<std::string>* notes) {
  for (const std::string& note : report.notes) notes->push_back(absl::StrCat(what, ": ", note));
}

absl::StatusOr<TrafficSeries> ReadSeries(const ReplayConfig& config, const Topology& topology,
                                         const LoadOptions& options,
                                         std::vector<std::string>* notes) {
  if (LooksLikeTrafficGenerator(config.traffic)) {
    const absl::StatusOr<TrafficGeneratorSpec> spec = ParseTrafficGenerator(config.traffic);
    if (!spec.ok()) return UsageError(spec.status().message());
    return GenerateTraffic(topology, *spec);
  }
  absl::StatusOr<Loaded<TrafficSeries>> loaded = LoadTraffic(config.traffic, options);
  if (!loaded.ok()) return loaded.status();
  AddNotes(config.traffic, loaded->report, notes);
  return loaded->value.ForTopology(topology);
}

// Pairs that send anything in any interval: the others need no paths.
std::vector<NodePair> ActivePairs(const TrafficSeries& series, int num_nodes) {
  std::vector<char> active(static_cast<size_t>(num_nodes) * num_nodes, 0);
  for (const TimedMatrix& matrix : series.matrices()) {
    const auto rates = matrix.demands.rates_bps();
    for (size_t i = 0; i < rates.size(); ++i) active[i] |= rates[i] > 0;
  }
  std::vector<NodePair> pairs;
  for (NodeId s = 0; s < num_nodes; ++s) {
    for (NodeId d = 0; d < num_nodes; ++d) {
      if (active[static_cast<size_t>(s) * num_nodes + d]) pairs.push_back({s, d});
    }
  }
  return pairs;
}

absl::StatusOr<bool> AnyUsesCandidatePaths(const std::vector<std::string>& policies,
                                           const PolicyFactory& make_policy) {
  for (const std::string& spec : policies) {
    const absl::StatusOr<std::unique_ptr<RoutingPolicy>> policy = make_policy(spec);
    if (!policy.ok()) return policy.status();
    if ((*policy)->uses_candidate_paths()) return true;
  }
  return false;
}

// Candidate paths for every network state of the timeline, each computed from the one before.
absl::Status AddCandidatePaths(const ReplayConfig& config, std::vector<NodePair> pairs,
                               ReplayInput* input) {
  CandidatePathOptions options;
  options.method = config.paths == "yen" ? CandidatePathOptions::Method::kYen
                                         : CandidatePathOptions::Method::kDiverse;
  options.max_paths = config.max_paths;
  options.max_stretch = config.stretch;
  std::optional<CandidatePaths> candidates;
  uint64_t version = 0;
  for (ReplayInterval& interval : input->intervals) {
    const Topology& topology = interval.scheduled.topology;
    if (!candidates) {
      absl::StatusOr<CandidatePaths> computed =
          CandidatePaths::Compute(topology, std::move(pairs), options);
      if (!computed.ok()) return computed.status();
      candidates = *std::move(computed);
    } else if (topology.version() != version) {
      if (absl::Status status = candidates->Update(topology); !status.ok()) return status;
    }
    version = topology.version();
    interval.candidate_paths = candidates->paths();
  }
  return absl::OkStatus();
}

// The intervals to play: [begin, end) of the series; a single matrix is played twice.
absl::StatusOr<std::pair<int, int>> PlayedRange(const ReplayConfig& config,
                                                const TrafficSeries& series) {
  if (series.size() == 0) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "traffic \"%s\" has no matrices; give one with at least one", series.name()));
  }
  if (series.size() == 1 && !config.intervals) return std::pair(0, 2);
  const auto range = config.intervals.value_or(std::pair(0, series.size()));
  if (range.second > series.size()) {
    return absl::OutOfRangeError(
        absl::StrFormat("intervals %d:%d are not in traffic \"%s\", which has 0:%d", range.first,
                        range.second, series.name(), series.size()));
  }
  if (range.second - range.first < 2) {
    return absl::OutOfRangeError(
        absl::StrFormat("intervals %d:%d are too few: the first is decided by shortest-path for "
                        "all and not counted; "
                        "give at least two",
                        range.first, range.second));
  }
  return range;
}

}  // namespace

absl::StatusOr<double> LoadFactor(const Topology& topology, const TrafficMatrix& mean, double load,
                                  const PolicyFactory& make_policy) {
  absl::StatusOr<std::unique_ptr<RoutingPolicy>> policy = make_policy("shortest-path");
  if (!policy.ok()) return policy.status();
  const Observation observation{topology,
                                {std::make_shared<const TrafficMatrix>(mean)},
                                {},
                                std::make_shared<const PathSet>(),
                                {}};
  const absl::StatusOr<Decision> decision = (*policy)->Decide(observation);
  if (!decision.ok()) return decision.status();
  const double mlu =
      MaxLinkUtilization(topology, ComputeLinkLoads(topology, decision->plan, mean).load_bps);
  if (!(mlu > 0)) {
    return absl::InvalidArgumentError(
        "the traffic puts nothing on any link, so it cannot be scaled to a load; leave --load out "
        "or "
        "give other traffic");
  }
  return load / mlu;
}

absl::StatusOr<ReplayInput> LoadReplayInput(const ReplayConfig& config,
                                            const PolicyFactory& make_policy) {
  LoadOptions options;
  options.default_capacity_bps = config.default_capacity_bps;
  if (config.capacity_unit_bps) options.unitless_rate_bps = *config.capacity_unit_bps;
  options.unitless_rate_given = config.capacity_unit_bps.has_value();
  options.default_delay = config.default_delay;
  options.largest_part = config.largest_part;
  options.drop_suspect = config.drop_suspect;
  const absl::StatusOr<Loaded<Topology>> topology = LoadTopology(config.topology, options);
  if (!topology.ok()) return topology.status();
  std::vector<std::string> notes;
  AddNotes(config.topology, topology->report, &notes);
  options.topology = &topology->value;
  const absl::StatusOr<TrafficSeries> series = ReadSeries(config, topology->value, options, &notes);
  if (!series.ok()) return series.status();
  absl::StatusOr<ReplayInput> input =
      MakeReplayInput(config, topology->value, *series, make_policy);
  if (!input.ok()) return input.status();
  input->notes.insert(input->notes.begin(), notes.begin(), notes.end());
  return input;
}

absl::StatusOr<ReplayInput> MakeReplayInput(const ReplayConfig& config, const Topology& topology,
                                            const TrafficSeries& series,
                                            const PolicyFactory& make_policy) {
  const absl::StatusOr<std::pair<int, int>> range = PlayedRange(config, series);
  if (!range.ok()) return range.status();
  double factor = 1;
  if (config.load) {
    const absl::StatusOr<double> found =
        LoadFactor(topology, series.Mean(), *config.load, make_policy);
    if (!found.ok()) return found.status();
    factor = *found;
  }
  std::vector<ScenarioEvent> events;
  for (const std::string& text : config.events) {
    absl::StatusOr<ScenarioEvent> event = ParseScenarioEvent(text);
    if (!event.ok()) return event.status();
    events.push_back(*std::move(event));
  }
  const auto [begin, end] = *range;
  const absl::StatusOr<ScenarioTimeline> timeline =
      ScenarioTimeline::Create(topology, events, begin, end - begin);
  if (!timeline.ok()) return timeline.status();

  ReplayInput input{topology, series.name(), config.load, {}, timeline->notes()};
  const bool packets = config.simulator != "flow";
  const absl::Duration duration = packets ? config.packet.measure : series.interval();
  for (int i = begin; i < end; ++i) {
    const TimedMatrix& matrix = series[std::min(i, series.size() - 1)];
    ReplayInterval interval{
        i, matrix.time, timeline->Schedule(i, matrix.demands.Scaled(factor), duration), {}, {}};
    interval.measured =
        std::make_shared<const TrafficMatrix>(std::move(interval.scheduled.mean_demands));
    input.intervals.push_back(std::move(interval));
  }
  const absl::StatusOr<bool> needed = AnyUsesCandidatePaths(config.policies, make_policy);
  if (!needed.ok()) return needed.status();
  if (!*needed) {
    const auto none = std::make_shared<const PathSet>();
    for (ReplayInterval& interval : input.intervals) interval.candidate_paths = none;
    return input;
  }
  if (absl::Status status =
          AddCandidatePaths(config, ActivePairs(series, topology.num_nodes()), &input);
      !status.ok()) {
    return status;
  }
  return input;
}

}  // namespace rhumb
