#include "agents/training/given_network.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_format.h"
#include "agents/baselines/single_path_plan.h"
#include "agents/training/random.h"
#include "simulator/packet/packet_simulator.h"
#include "simulator/scenario/scenario_timeline.h"
#include "topologies/paths/candidate_paths.h"
#include "topologies/routing_plan.h"

namespace rhumb::training {
namespace {

std::vector<NodePair> PairsWithTraffic(const GivenNetwork& network) {
  const int n = network.topology.num_nodes();
  std::vector<NodePair> pairs;
  for (NodeId s = 0; s < n; ++s) {
    for (NodeId d = 0; d < n; ++d) {
      bool sends = s != d && !network.series;
      for (int t = 0; !sends && network.series && t < network.series->size(); ++t) {
        sends = network.series->demands(t).rate_bps(s, d) > 0;
      }
      if (sends) pairs.push_back({s, d});
    }
  }
  return pairs;
}

// [past + steps], not scaled yet.
absl::StatusOr<std::vector<TrafficMatrix>> Matrices(const GivenNetwork& network, Random& random) {
  const int count = network.draw.past + network.draw.steps;
  std::vector<TrafficMatrix> matrices;
  if (network.series) {
    const TrafficSeries& series = *network.series;
    const int first = random.Below(std::max(1, series.size() - count + 1));
    for (int t = 0; t < count; ++t) matrices.push_back(series.demands((first + t) % series.size()));
    return matrices;
  }
  TrafficGeneratorSpec spec = network.generator;
  spec.count = count;
  const uint64_t seed = random.Bits() >> 12;
  if (!network.same_traffic) spec.seed = seed;
  absl::StatusOr<TrafficSeries> series = GenerateTraffic(network.topology, spec);
  if (!series.ok()) return series.status();
  for (int t = 0; t < count; ++t) matrices.push_back(series->demands(t));
  return matrices;
}

// The factor that gives shortest path the load on the mean of the matrices.
absl::StatusOr<double> LoadFactor(const GivenNetwork& network,
                                  const std::vector<TrafficMatrix>& matrices, double load) {
  const RoutingPlan shortest = ShortestPathPlan(network.topology, network.draw.reference);
  std::vector<double> mean(network.topology.num_links(), 0.0);
  for (const TrafficMatrix& matrix : matrices) {
    const LinkLoads loads = ComputeLinkLoads(network.topology, shortest, matrix);
    for (size_t l = 0; l < mean.size(); ++l) {
      mean[l] += loads.load_bps[l] / static_cast<double>(matrices.size());
    }
  }
  const double mlu = MaxLinkUtilization(network.topology, mean);
  if (mlu > 0) return load / mlu;
  return absl::InvalidArgumentError(
      "the traffic puts nothing on any link, so it cannot be scaled to a load; give other traffic");
}

// What of the timeline falls into one step.
absl::Status AddStep(const ScenarioTimeline& timeline, int step, const TrafficMatrix& demands,
                     EpisodeScenario* scenario) {
  ScheduledInterval scheduled = timeline.Schedule(step, demands, scenario->duration);
  if (step > 0 && !scheduled.interval.changes_at_start.empty()) {
    scenario->changes.push_back(
        {step, absl::ZeroDuration(), std::move(scheduled.interval.changes_at_start)});
  }
  for (TimedChange& change : scheduled.interval.changes) {
    auto* links = std::get_if<TopologyDelta>(&change.change);
    if (links == nullptr) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "demands change inside of step %d; give bursts and flash crowds whole steps", step));
    }
    scenario->changes.push_back({step, change.at, std::move(*links)});
  }
  scenario->played.push_back(
      std::make_shared<const TrafficMatrix>(std::move(scheduled.interval.demands)));
  return absl::OkStatus();
}

absl::StatusOr<ScenarioTimeline> TimelineOf(const GivenNetwork& network, uint64_t seed) {
  std::vector<ScenarioEvent> events = network.events;
  for (ScenarioEvent& event : events) event.seed = Random(event.seed ^ seed).Bits() >> 12;
  return ScenarioTimeline::Create(network.topology, events, 0, network.draw.steps);
}

absl::StatusOr<std::shared_ptr<const EpisodeScenario>> DrawEpisode(
    const GivenNetwork& network, const std::shared_ptr<const PathSet>& paths, uint64_t seed) {
  const ScenarioDraw& draw = network.draw;
  Random random(seed);
  const absl::StatusOr<std::vector<TrafficMatrix>> matrices = Matrices(network, random);
  if (!matrices.ok()) return matrices.status();
  const double load = std::exp(random.Uniform(std::log(draw.min_load), std::log(draw.max_load)));
  const absl::StatusOr<double> factor = LoadFactor(network, *matrices, load);
  if (!factor.ok()) return factor.status();
  const absl::StatusOr<ScenarioTimeline> timeline = TimelineOf(network, seed);
  if (!timeline.ok()) return timeline.status();

  auto scenario =
      std::make_shared<EpisodeScenario>(EpisodeScenario{{timeline->TopologyAt(0), {}, seed, 1.0},
                                                        paths,
                                                        {},
                                                        {},
                                                        {},
                                                        draw.duration,
                                                        draw.warm_up,
                                                        draw.drain,
                                                        draw.reference});
  TrafficModel& model = scenario->episode.traffic;
  model.tcp_share = draw.tcp_shares[random.Below(static_cast<int>(draw.tcp_shares.size()))];
  model.flow_sizes = draw.flow_sizes[random.Below(static_cast<int>(draw.flow_sizes.size()))];
  scenario->episode.scale = ChooseScale(network.topology, draw.min_narrowest_bps);
  for (int t = 0; t < draw.past; ++t) {
    scenario->past.push_back(std::make_shared<const TrafficMatrix>((*matrices)[t].Scaled(*factor)));
  }
  for (int step = 0; step < draw.steps; ++step) {
    const TrafficMatrix demands = (*matrices)[draw.past + step].Scaled(*factor);
    if (absl::Status status = AddStep(*timeline, step, demands, scenario.get()); !status.ok())
      return status;
  }
  return scenario;
}

}  // namespace

absl::StatusOr<GivenNetworkEpisodes> EpisodesOn(GivenNetwork network, int max_paths) {
  std::vector<NodePair> pairs = PairsWithTraffic(network);
  if (pairs.empty()) return absl::InvalidArgumentError("the traffic has no demand above 0");
  const double most = static_cast<double>(pairs.size()) * network.draw.candidate_paths;
  if (most > max_paths) {
    return absl::ResourceExhaustedError(absl::StrFormat(
        "%d demands with up to %d paths each are %.0f candidate paths; at most %d are served: give "
        "fewer paths a demand, traffic between fewer nodes, or a smaller network",
        pairs.size(), network.draw.candidate_paths, most, max_paths));
  }
  CandidatePathOptions options;
  options.max_paths = network.draw.candidate_paths;
  absl::StatusOr<CandidatePaths> paths =
      CandidatePaths::Compute(network.topology, std::move(pairs), options);
  if (!paths.ok()) return paths.status();
  GivenNetworkEpisodes episodes{paths->paths(), {}};
  auto shared = std::make_shared<const GivenNetwork>(std::move(network));
  // The faults that all episodes share come out now.
  const auto first = DrawEpisode(*shared, episodes.paths, 1);
  if (!first.ok()) return first.status();
  episodes.source = [shared, paths = episodes.paths](uint64_t seed) {
    return DrawEpisode(*shared, paths, seed);
  };
  return episodes;
}

}  // namespace rhumb::training
