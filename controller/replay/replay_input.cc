#include "controller/replay/replay_input.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "controller/terminal/progress_bar.h"
#include "controller/terminal/usage_error.h"
#include "topologies/formats/loader.h"
#include "topologies/generators/traffic_generator.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb {
namespace {

void AddNotes(absl::string_view what, const LoadReport& report, std::vector<std::string>* notes) {
  for (const std::string& note : report.notes) notes->push_back(absl::StrCat(what, ": ", note));
}

absl::StatusOr<TrafficStream> OpenSeries(const ReplayConfig& config, const Topology& topology,
                                         LoadOptions options, std::vector<std::string>* notes) {
  if (LooksLikeTrafficGenerator(config.traffic)) {
    const absl::StatusOr<TrafficGeneratorSpec> spec = ParseTrafficGenerator(config.traffic);
    if (!spec.ok()) return UsageError(spec.status().message());
    return GenerateTraffic(topology, *spec);
  }
  ProgressBar bar("reading");
  options.on_progress = [&bar](int done, int total) { bar.Update(done, total); };
  absl::StatusOr<Loaded<TrafficStream>> loaded = OpenTraffic(config.traffic, options);
  if (!loaded.ok()) return loaded.status();
  AddNotes(config.traffic, loaded->report, notes);
  return loaded->value.ForTopology(topology);
}

// Pairs that send anything in any interval: the others need no paths.
absl::StatusOr<std::vector<NodePair>> ActivePairs(const TrafficStream& traffic, int num_nodes) {
  std::vector<char> active(static_cast<size_t>(num_nodes) * num_nodes, 0);
  for (int t = 0; t < traffic.size(); ++t) {
    const auto matrix = traffic.Read(t);
    if (!matrix.ok()) return matrix.status();
    const auto rates = (*matrix)->rates_bps();
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

// The largest number of pairs for which one of the policies uses candidate paths; 0: none does.
absl::StatusOr<int> MostCandidatePairs(const std::vector<std::string>& policies,
                                       const PolicyFactory& make_policy) {
  int most = 0;
  for (const std::string& spec : policies) {
    const absl::StatusOr<std::unique_ptr<RoutingPolicy>> policy = make_policy(spec);
    if (!policy.ok()) return policy.status();
    if ((*policy)->uses_candidate_paths()) {
      most = std::max(most, (*policy)->most_candidate_pairs());
    }
  }
  return most;
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
  for (ReplayMoment& moment : input->moments) {
    const Topology& topology = moment.topology;
    if (!candidates) {
      absl::StatusOr<CandidatePaths> computed =
          CandidatePaths::Compute(topology, std::move(pairs), options);
      if (!computed.ok()) return computed.status();
      candidates = *std::move(computed);
    } else if (topology.version() != version) {
      if (absl::Status status = candidates->Update(topology); !status.ok()) return status;
    }
    version = topology.version();
    moment.candidate_paths = candidates->paths();
  }
  return absl::OkStatus();
}

// Puts moments and demands together when they are asked for.
class Intervals {
 public:
  Intervals(std::vector<ReplayMoment> moments, TrafficStream traffic, ScenarioTimeline timeline,
            double factor, absl::Duration duration)
      : moments_(std::move(moments)),
        traffic_(std::move(traffic)),
        timeline_(std::move(timeline)),
        factor_(factor),
        duration_(duration),
        // Demands at the start and their mean; changes are seldom.
        most_kept_(PiecesInMemory(static_cast<int>(traffic_.node_names().size()), 2)) {}

  absl::StatusOr<std::shared_ptr<const ReplayInterval>> At(int index) {
    {
      const absl::MutexLock lock(&mutex_);
      if (const auto found = kept_.find(index); found != kept_.end()) return found->second;
    }
    const ReplayMoment& moment = moments_[index];
    // Two threads may both read what neither has found; policies that play alike seldom do.
    const auto demands = traffic_.Read(std::min(moment.number, traffic_.size() - 1));
    if (!demands.ok()) return demands.status();
    auto interval = std::make_shared<ReplayInterval>(ReplayInterval{
        moment, timeline_.Schedule(moment.number, (*demands)->Scaled(factor_), duration_), {}});
    interval->measured =
        std::make_shared<const TrafficMatrix>(std::move(interval->scheduled.mean_demands));
    const absl::MutexLock lock(&mutex_);
    if (kept_.emplace(index, interval).second) order_.push_back(index);
    if (static_cast<int>(order_.size()) > most_kept_) {
      kept_.erase(order_.front());
      order_.pop_front();
    }
    return interval;
  }

 private:
  const std::vector<ReplayMoment> moments_;
  const TrafficStream traffic_;
  const ScenarioTimeline timeline_;
  const double factor_;
  const absl::Duration duration_;
  const int most_kept_;
  absl::Mutex mutex_;
  std::map<int, std::shared_ptr<const ReplayInterval>> kept_ ABSL_GUARDED_BY(mutex_);
  std::deque<int> order_ ABSL_GUARDED_BY(mutex_);  // of arrival
};

// The intervals to play: [begin, end) of the series; a single matrix is played twice.
absl::StatusOr<std::pair<int, int>> PlayedRange(const ReplayConfig& config,
                                                const TrafficStream& series) {
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

int PiecesInMemory(int nodes, int matrices) {
  constexpr double kFewest = 16;
  const double bytes = 8.0 * matrices * nodes * nodes + 1024;
  return static_cast<int>(std::max(kFewest, kReplayBytes / bytes));
}

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
  const absl::StatusOr<TrafficStream> series = OpenSeries(config, topology->value, options, &notes);
  if (!series.ok()) return series.status();
  absl::StatusOr<ReplayInput> input =
      MakeReplayInput(config, topology->value, *series, make_policy);
  if (!input.ok()) return input.status();
  input->notes.insert(input->notes.begin(), notes.begin(), notes.end());
  return input;
}

absl::StatusOr<ReplayInput> MakeReplayInput(const ReplayConfig& config, const Topology& topology,
                                            const TrafficStream& traffic,
                                            const PolicyFactory& make_policy) {
  const absl::StatusOr<std::pair<int, int>> range = PlayedRange(config, traffic);
  if (!range.ok()) return range.status();
  double factor = 1;
  if (config.load) {
    const absl::StatusOr<TrafficMatrix> mean = traffic.Mean();
    if (!mean.ok()) return mean.status();
    const absl::StatusOr<double> found = LoadFactor(topology, *mean, *config.load, make_policy);
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
  absl::StatusOr<ScenarioTimeline> timeline =
      ScenarioTimeline::Create(topology, events, begin, end - begin);
  if (!timeline.ok()) return timeline.status();

  ReplayInput input{topology, traffic.name(), config.load, {}, timeline->notes(), {}};
  const auto none = std::make_shared<const PathSet>();
  for (int i = begin; i < end; ++i) {
    input.moments.push_back(
        {i, traffic.time(std::min(i, traffic.size() - 1)), timeline->TopologyAt(i), none});
  }
  const absl::StatusOr<int> most = MostCandidatePairs(config.policies, make_policy);
  if (!most.ok()) return most.status();
  std::vector<NodePair> active;
  if (*most > 0) {
    absl::StatusOr<std::vector<NodePair>> pairs = ActivePairs(traffic, topology.num_nodes());
    if (!pairs.ok()) return pairs.status();
    active = *std::move(pairs);
  }
  if (!active.empty() && active.size() <= static_cast<size_t>(*most)) {
    if (absl::Status status = AddCandidatePaths(config, std::move(active), &input); !status.ok()) {
      return status;
    }
  }
  const bool packets = config.simulator != "flow";
  const absl::Duration duration = packets ? config.packet.measure : traffic.interval();
  auto intervals =
      std::make_shared<Intervals>(input.moments, traffic, *std::move(timeline), factor, duration);
  input.interval = [intervals](int index) { return intervals->At(index); };
  return input;
}

}  // namespace rhumb
