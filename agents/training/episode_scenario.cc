#include "agents/training/episode_scenario.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "agents/baselines/single_path_plan.h"
#include "agents/training/packerl_networks.h"
#include "agents/training/random.h"
#include "topologies/generators/traffic_generator.h"
#include "topologies/paths/candidate_paths.h"
#include "topologies/routing_plan.h"

namespace rhumb::training {
namespace {

constexpr double kPacketBits = 8 * 1500;
constexpr int kTimesOfFailure = 2;  // at the start of a step, or inside
constexpr int kMostBursts = 3;
constexpr double kLeastGrowth = 0.3, kMostGrowth = 0.8;  // of a link's rate
constexpr int kShortestBurst = 2, kLongestBurst = 5;     // steps

double LogUniform(double low, double high, Random& random) {
  return std::exp(random.Uniform(std::log(low), std::log(high)));
}

Topology WithCapacities(const Topology& topology, double low, double high, Random& random) {
  TopologyDelta delta;
  for (LinkId l = 0; l + 1 < topology.num_links(); l += 2) {
    // The two directions of a cable follow each other.
    const double capacity = random.Uniform(low, high);
    delta.push_back({l, {}, {}, capacity, {}});
    delta.push_back({l + 1, {}, {}, capacity, {}});
  }
  return topology.Apply(delta).value().WithVersion(1);
}

TrafficGeneratorSpec DrawTraffic(int count, bool constant, Random& random) {
  TrafficGeneratorSpec spec;
  spec.seed = random.Bits() >> 12;
  spec.count = constant ? 1 : count;
  spec.mass = random.Chance(0.5) ? TrafficGeneratorSpec::Mass::kEqual
                                 : TrafficGeneratorSpec::Mass::kCapacity;
  spec.sigma = random.Uniform(0.1, 1.2);
  spec.pair_sigma = random.Uniform(0, 1);
  if (random.Chance(0.3)) spec.sparsity = random.Uniform(0.1, 0.7);
  if (random.Chance(0.2)) spec.elephants = random.Uniform(0.02, 0.2);
  spec.noise = random.Uniform(0.05, 0.35);
  spec.rho = random.Uniform(0.5, 0.98);
  return spec;
}

// A network and its matrices, at their load, as an episode meets them.
struct Drawn {
  Topology topology;
  std::vector<std::shared_ptr<const TrafficMatrix>> matrices;  // past, then played
  double hop_bps = 0;  // sum over the links of the reference's loads under the mean matrix
};

// One to kMostBursts demands grow for a while.
void AddBursts(const Topology& topology, const PathSet& paths,
               std::vector<std::shared_ptr<const TrafficMatrix>>* played, Random& random) {
  const int steps = static_cast<int>(played->size());
  for (int left = 1 + random.Below(kMostBursts); left > 0; --left) {
    const int pair = random.Below(paths.num_pairs());
    const auto [source, destination] = paths.pair(pair);
    double narrowest = std::numeric_limits<double>::infinity();
    for (LinkId link : paths.links(paths.paths_of(pair).begin)) {
      narrowest = std::min(narrowest, topology.link(link).capacity_bps);
    }
    const double growth = narrowest * random.Uniform(kLeastGrowth, kMostGrowth);
    const int begin = random.Below(steps);
    const int end = begin + kShortestBurst + random.Below(kLongestBurst - kShortestBurst + 1);
    for (int t = begin; t < std::min(end, steps); ++t) {
      TrafficMatrix grown = *(*played)[t];
      grown.set_rate_bps(source, destination, growth + grown.rate_bps(source, destination));
      (*played)[t] = std::make_shared<const TrafficMatrix>(std::move(grown));
    }
  }
}

double SumOfLoads(const LinkLoads& loads) {
  double sum = 0;
  for (double load : loads.load_bps) sum += load;
  return sum;
}

absl::StatusOr<Drawn> DrawGenerated(const ScenarioDraw& draw, Random& random) {
  Drawn drawn{DrawNetwork(draw.networks, random), {}, 0};
  Topology& topology = drawn.topology;
  if (draw.max_capacity_bps > 0) {
    topology = WithCapacities(topology, draw.min_capacity_bps, draw.max_capacity_bps, random);
  }
  const int count = draw.past + draw.steps;
  const bool constant = random.Chance(draw.constant_share);
  absl::StatusOr<TrafficSeries> series =
      GenerateTraffic(topology, DrawTraffic(count, constant, random));
  if (!series.ok()) return series.status();
  const LinkLoads loads =
      ComputeLinkLoads(topology, ShortestPathPlan(topology, draw.reference), series->Mean());
  const double load = LogUniform(draw.min_load, draw.max_load, random);
  const double factor = load / MaxLinkUtilization(topology, loads.load_bps);
  for (int t = 0; t < count; ++t) {
    drawn.matrices.push_back(
        std::make_shared<const TrafficMatrix>(series->demands(constant ? 0 : t).Scaled(factor)));
  }
  drawn.hop_bps = factor * SumOfLoads(loads);
  return drawn;
}

Drawn DrawPackerl(const ScenarioDraw& draw, Random& random) {
  const int sizes = draw.networks.max_nodes - draw.networks.min_nodes + 1;
  PackerlNetwork network =
      DrawPackerlNetwork(draw.networks.min_nodes + random.Below(sizes), random);
  const double scaling = LogUniform(draw.min_load, draw.max_load, random);
  const auto demands =
      std::make_shared<const TrafficMatrix>(DrawPackerlTraffic(network, scaling, random));
  Drawn drawn{std::move(network.topology), {}, 0};
  drawn.matrices.assign(draw.past + draw.steps, demands);
  drawn.hop_bps = SumOfLoads(
      ComputeLinkLoads(drawn.topology, ShortestPathPlan(drawn.topology, draw.reference), *demands));
  return drawn;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const EpisodeScenario>> DrawScenario(const ScenarioDraw& draw,
                                                                    uint64_t seed) {
  Random random(seed);
  absl::StatusOr<Drawn> drawn =
      draw.packerl_traffic ? DrawPackerl(draw, random) : DrawGenerated(draw, random);
  if (!drawn.ok()) return drawn.status();
  const Topology& topology = drawn->topology;
  CandidatePathOptions path_options;
  path_options.max_paths = draw.candidate_paths;
  path_options.threads = 1;
  absl::StatusOr<CandidatePaths> paths = CandidatePaths::Compute(topology, {}, path_options);
  if (!paths.ok()) return paths.status();

  auto scenario = std::make_shared<EpisodeScenario>(EpisodeScenario{{topology, {}, seed, 1.0},
                                                                    paths->paths(),
                                                                    {},
                                                                    {},
                                                                    {},
                                                                    draw.duration,
                                                                    draw.warm_up,
                                                                    draw.drain,
                                                                    draw.reference});
  const auto first_played = drawn->matrices.begin() + draw.past;
  scenario->past.assign(drawn->matrices.begin(), first_played);
  scenario->played.assign(first_played, drawn->matrices.end());
  scenario->episode.traffic.tcp_share =
      draw.tcp_shares[random.Below(static_cast<int>(draw.tcp_shares.size()))];
  scenario->episode.traffic.flow_sizes =
      draw.flow_sizes[random.Below(static_cast<int>(draw.flow_sizes.size()))];

  double narrowest = topology.link(0).capacity_bps;
  for (const Link& link : topology.links()) narrowest = std::min(narrowest, link.capacity_bps);
  double scale = LogUniform(draw.min_narrowest_bps, draw.max_narrowest_bps, random) / narrowest;
  const double seconds = absl::ToDoubleSeconds(draw.warm_up + draw.steps * draw.duration);
  const double hop_packets = drawn->hop_bps * scale * seconds / kPacketBits;
  if (draw.max_hop_packets > 0 && hop_packets > draw.max_hop_packets) {
    scale *= draw.max_hop_packets / hop_packets;
  }
  scenario->episode.scale = scale;

  if (draw.burst_share > 0 && random.Chance(draw.burst_share)) {
    AddBursts(topology, *scenario->paths, &scenario->played, random);
  }
  if (random.Chance(draw.failure_share)) {
    Random own(random.Bits());
    const Topology failed = WithFailures(topology, own);
    StepChange change;
    change.step = random.Below(draw.steps);
    if (random.Below(kTimesOfFailure) == 1) change.at = draw.duration * random.Uniform(0.1, 0.9);
    change.change = Difference(topology, failed);
    if (!change.change.empty()) scenario->changes.push_back(std::move(change));
  }
  return scenario;
}

}  // namespace rhumb::training
