#include "agents/training/surrogate_episodes.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "agents/baselines/cspf_policy.h"
#include "agents/baselines/ecmp_plan.h"
#include "agents/baselines/lp_policy.h"
#include "agents/baselines/metric_policy.h"
#include "agents/baselines/single_path_plan.h"
#include "agents/neural/byte_stream.h"
#include "agents/neural/neural_policy.h"
#include "agents/training/random.h"

namespace rhumb::training {
namespace {

constexpr uint64_t kStream = 0x5eed2001;
constexpr double kRatioSteps = 1e6;

using PolicyMaker = std::function<absl::StatusOr<std::unique_ptr<RoutingPolicy>>()>;

const std::vector<std::pair<std::string, PolicyMaker>>& Policies() {
  static const auto* policies = new std::vector<std::pair<std::string, PolicyMaker>>{
      {"shortest-path",
       [] {
         return std::make_unique<MetricPolicy>("shortest-path", ShortestPathPlan, LinkMetric::kIgp);
       }},
      {"ecmp", [] { return std::make_unique<MetricPolicy>("ecmp", EcmpPlan, LinkMetric::kIgp); }},
      {"cspf", [] { return std::make_unique<CspfPolicy>(); }},
      {"lp-previous",
       [] {
         return std::make_unique<LpPolicy>(LpPolicy::Knowledge::kPrevious, LpPolicy::Paths::kAll);
       }},
      {"neural", [] { return neural::NeuralPolicy::Create("neural", {}); }},
      {"neural:packet",
       [] {
         neural::NeuralPolicyOptions options;
         options.checkpoint = "packet";
         return neural::NeuralPolicy::Create("neural:packet", options);
       }},
  };
  return *policies;
}

// Softmax of normal scores over the candidate paths, which prefer short ones or do not.
RoutingPlan RandomPlan(const Topology& topology, const std::shared_ptr<const PathSet>& paths,
                       Random& random) {
  const double spread = random.Uniform(0.5, 3);
  const double per_second = random.Chance(0.5) ? random.Uniform(20, 200) : 0;
  std::vector<double> ratios(paths->num_paths());
  for (int pair = 0; pair < paths->num_pairs(); ++pair) {
    const PathSet::Range range = paths->paths_of(pair);
    double sum = 0;
    for (int p = range.begin; p < range.end; ++p) {
      double delay_s = 0;
      for (const LinkId link : paths->links(p)) {
        delay_s += absl::ToDoubleSeconds(topology.link(link).propagation_delay);
      }
      ratios[p] = std::exp(spread * random.Normal() - per_second * delay_s);
      sum += ratios[p];
    }
    for (int p = range.begin; p < range.end; ++p) ratios[p] /= sum;
  }
  return RoutingPlan(paths, std::move(ratios), topology.version());
}

// Ratios to a millionth: the last bits of solvers and of vector arithmetic differ from run to run.
RoutingPlan Rounded(const RoutingPlan& plan, uint64_t topology_version) {
  std::vector<double> ratios(plan.ratios().begin(), plan.ratios().end());
  for (int pair = 0; pair < plan.paths().num_pairs(); ++pair) {
    const PathSet::Range range = plan.paths().paths_of(pair);
    double sum = 0;
    for (int p = range.begin; p < range.end; ++p) {
      ratios[p] = std::round(std::max(0.0, ratios[p]) * kRatioSteps);
      sum += ratios[p];
    }
    for (int p = range.begin; p < range.end && sum > 0; ++p) ratios[p] /= sum;
  }
  return RoutingPlan(plan.shared_paths(), std::move(ratios), topology_version);
}

template <typename Stream, typename Measured>
void VisitMeasured(Stream&& field, Measured& measured) {
  field(measured.window_s);
  field(measured.offered_bps);
  field(measured.goodput_bps);
  field(measured.loss_ratio);
  field(measured.mean_delay_s);
  field(measured.p99_delay_s);
  field(measured.unrouted_bps);
  field(measured.cost.cpu_s);
}

template <typename Stream, typename Flows>
void VisitFlows(Stream&& field, Flows& flows) {
  field(flows.started);
  field(flows.completed);
  field(flows.on_time);
  field(flows.mean_s);
  field(flows.p50_s);
  field(flows.p99_s);
  field(flows.mice_mean_s);
  field(flows.elephants_mean_s);
  field(flows.mean_slowdown);
}

}  // namespace

absl::StatusOr<std::vector<SurrogateEpisode>> DrawSurrogateEpisodes(const SurrogateConfig& config,
                                                                    int network) {
  Random stream(config.seed ^ kStream);
  uint64_t seed = 0;
  for (int i = 0; i <= network; ++i) seed = stream.Bits();
  const auto scenario = DrawScenario(config.episodes, seed);
  if (!scenario.ok()) return scenario.status();
  const EpisodeScenario& drawn = **scenario;
  Random random(seed ^ 0x9e3779b97f4a7c15ULL);
  const int segment_bytes =
      config.segment_bytes[random.Below(static_cast<int>(config.segment_bytes.size()))];
  Interval interval;
  interval.demands = *drawn.played.front();
  interval.duration = drawn.duration;
  interval.warm_up = drawn.warm_up;
  interval.drain = drawn.drain;

  // Half of the plans are random ones; which policies the others are of is drawn without repeats
  // as long as there are any.
  const auto& policies = Policies();
  const int num_policies = static_cast<int>(policies.size());
  const int first = random.Below(num_policies);
  std::vector<SurrogateEpisode> episodes;
  for (int i = 0; i < config.plans; ++i) {
    const bool of_policy = i % 2 == 0;
    std::string name = "random";
    std::optional<RoutingPlan> plan;
    if (of_policy) {
      const auto& [policy_name, make] = policies[(first + i / 2) % num_policies];
      const auto policy = make();
      if (!policy.ok()) return policy.status();
      const auto decision =
          (*policy)->Decide({drawn.episode.topology, drawn.past, {}, drawn.paths, {}});
      if (!decision.ok()) return decision.status();
      name = policy_name;
      plan = decision->plan;
    } else {
      plan = RandomPlan(drawn.episode.topology, drawn.paths, random);
    }
    episodes.push_back({network, segment_bytes, drawn.episode, interval, std::move(name),
                        Rounded(*plan, drawn.episode.topology.version())});
  }
  return episodes;
}

std::string SerializeTruths(const std::vector<std::vector<SurrogateTruth>>& truths) {
  neural::ByteWriter writer;
  const auto field = [&writer](auto value) { writer.Number(value); };
  writer.Number(static_cast<uint32_t>(truths.size()));
  for (const std::vector<SurrogateTruth>& network : truths) {
    writer.Number(static_cast<uint32_t>(network.size()));
    for (const SurrogateTruth& truth : network) {
      writer.Number(static_cast<uint8_t>(truth.lost));
      VisitMeasured(field, truth.measured);
      writer.Number(static_cast<uint8_t>(truth.measured.flows.has_value()));
      if (truth.measured.flows) VisitFlows(field, *truth.measured.flows);
      writer.Number(static_cast<uint32_t>(truth.measured.demands.size()));
      for (const DemandMeasurement& demand : truth.measured.demands) {
        writer.Number(demand.delay_s);
        writer.Number(demand.loss_ratio);
      }
    }
  }
  return std::move(writer.bytes());
}

absl::StatusOr<std::vector<std::vector<SurrogateTruth>>> ParseTruths(absl::string_view bytes,
                                                                     absl::string_view name) {
  neural::ByteReader reader(bytes);
  const auto field = [&reader](auto& value) {
    value = reader.Number<std::decay_t<decltype(value)>>();
  };
  std::vector<std::vector<SurrogateTruth>> truths;
  const uint32_t networks = reader.Number<uint32_t>();
  for (uint32_t n = 0; n < networks && reader.ok(); ++n) {
    std::vector<SurrogateTruth>& network = truths.emplace_back();
    const uint32_t plans = reader.Number<uint32_t>();
    for (uint32_t p = 0; p < plans && reader.ok(); ++p) {
      SurrogateTruth& truth = network.emplace_back();
      truth.lost = reader.Number<uint8_t>() != 0;
      VisitMeasured(field, truth.measured);
      if (reader.Number<uint8_t>() != 0) VisitFlows(field, truth.measured.flows.emplace());
      const uint32_t demands = reader.Number<uint32_t>();
      for (uint32_t i = 0; i < demands && reader.ok(); ++i) {
        DemandMeasurement& demand = truth.measured.demands.emplace_back();
        demand.delay_s = reader.Number<double>();
        demand.loss_ratio = reader.Number<double>();
      }
    }
  }
  if (!reader.ok() || !reader.at_end()) {
    return absl::DataLossError(absl::StrFormat("%s: torn; start again", name));
  }
  return truths;
}

}  // namespace rhumb::training
