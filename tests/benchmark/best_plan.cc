// How much a plan for one interval can be improved at all: a search for every scenario by itself,
// which no policy can afford, beside what the policies decide.
//
//   best_plan [--scenarios N] [--first SEED] [--steps N] [--plans N] [--arrivals N] [--judge N]
//             [--noise X] [--rate X] [--start POLICY] [--known] [--ns3 N]
//             [--network NAME --traffic GENERATOR --load X] [--policy POLICY]...
//
// --policy, any number of times, is judged instead of the policies that are judged otherwise; A+B
// is the mean of the plans of A and B. Without steps nothing is searched and differences are to the
// last of them.
//
// Scenarios are those of packet-plan.toml, or the one of a given network as `rhumb replay` plays
// it; its means at the end are over the draws of arrivals then. The search is an evolution strategy
// over the logits of all paths from the plan of --start: --plans noisy plans a step (antithetic
// pairs), each judged by the reward in the fluid simulator over --arrivals draws of arrivals, new
// ones in every step. Its plan and those of the policies are then judged over --judge draws that it
// never saw. With --known the search sees the very arrivals that it is judged by: what knowing
// every flow would be worth.
// With --moves N the search is combinatorial instead: N moves (plan_moves.h) from each of the plans
// of --start, A;B;C for several, all played on the same --arrivals draws and kept where the mean
// gets better. What it reaches on those draws, "on its own draws", is more than it is worth.
// --ns3 judges over N draws in ns-3 as well. One row a scenario, then means with 95 % intervals.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "agents/neural/path_graph.h"
#include "agents/registry/policy_registry.h"
#include "agents/training/episode_scenario.h"
#include "agents/training/estimators.h"
#include "agents/training/given_network.h"
#include "agents/training/plan_noise.h"
#include "agents/training/reward.h"
#include "simulator/fluid/fluid_simulator.h"
#include "simulator/packet/packet_simulator.h"
#include "tests/benchmark/measured_draw.h"
#include "tests/benchmark/measuring.h"
#include "tests/benchmark/plan_moves.h"
#include "topologies/formats/loader.h"
#include "topologies/generators/traffic_generator.h"

namespace rhumb {
namespace {

using training::EpisodeScenario;
using training::RewardTerms;

struct Settings {
  int scenarios = 12;
  uint64_t first = 1;
  int steps = 60;
  int plans = 16;
  int arrivals = 2;
  int judge = 16;
  double noise = 0.5;
  double rate = 0.3;
  std::string start = "neural:plan";
  bool known = false;
  int moves = 0;  // 0: an evolution strategy
  int ns3 = 0;
  std::string network;  // empty: random ones
  std::string traffic = "gravity:seed=3,count=2";
  double load = 1.5;
  std::vector<std::string> policies = {"lp-previous", "neural:packet", "neural:plan"};
};

// Those of `rhumb replay` without settings of its own.
std::shared_ptr<const EpisodeScenario> GivenScenario(const Settings& settings) {
  training::GivenNetwork network(OrExit(LoadTopology(settings.network)).value);
  network.generator = OrExit(ParseTrafficGenerator(settings.traffic));
  network.same_traffic = true;
  training::ScenarioDraw& draw = network.draw;
  draw.steps = 1;
  draw.min_load = draw.max_load = settings.load;
  draw.tcp_shares = {1};
  draw.min_narrowest_bps = draw.max_narrowest_bps = 100e6;
  draw.duration = absl::Seconds(10);
  draw.warm_up = absl::Seconds(4);
  draw.drain = absl::Seconds(5);
  constexpr int kMostPaths = 100000;
  return OrExit(OrExit(training::EpisodesOn(std::move(network), kMostPaths)).source(1));
}

// One scenario and what plans reach in it, by arrivals.
class Bench {
 public:
  Bench(std::shared_ptr<const EpisodeScenario> scenario,
        std::unique_ptr<NetworkSimulator> simulator)
      : scenario_(std::move(scenario)), simulator_(std::move(simulator)) {
    const Observation observation = Seen();
    reference_ = OrExit(OrExit(MakePolicy("shortest-path"))->Decide(observation)).plan;
  }

  Observation Seen() const {
    return {scenario_->episode.topology, scenario_->past, {}, scenario_->paths, {}};
  }

  RewardTerms TermsOf(const RoutingPlan& plan, uint64_t arrivals) {
    auto found = references_.find(arrivals);
    if (found == references_.end()) {
      found = references_.emplace(arrivals, Play(reference_, arrivals)).first;
    }
    return training::TermsAgainst(Play(plan, arrivals), found->second);
  }

  // Mean over arrivals [first, first + count).
  RewardTerms MeanTerms(const RoutingPlan& plan, uint64_t first, int count) {
    RewardTerms sum;
    for (int i = 0; i < count; ++i) sum += TermsOf(plan, first + static_cast<uint64_t>(i));
    sum *= 1.0 / count;
    return sum;
  }

 private:
  Measurements Play(const RoutingPlan& plan, uint64_t arrivals) {
    Episode episode = scenario_->episode;
    episode.seed = episode.seed * 1000003 + arrivals;
    const absl::Status status = simulator_->Reset(episode);
    if (!status.ok()) Exit(status);
    Interval interval;
    interval.demands = *scenario_->played[0];
    interval.duration = scenario_->duration;
    interval.warm_up = scenario_->warm_up;
    interval.drain = scenario_->drain;
    return OrExit(simulator_->Play(plan, interval));
  }

  [[noreturn]] static void Exit(const absl::Status& status) {
    std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
    std::exit(1);
  }

  std::shared_ptr<const EpisodeScenario> scenario_;
  std::unique_ptr<NetworkSimulator> simulator_;
  RoutingPlan reference_;
  std::map<uint64_t, Measurements> references_;
};

// Of one policy, or the mean of the plans of several.
RoutingPlan PlanBy(const std::string& policies, const Observation& seen) {
  std::vector<double> ratios;
  const std::vector<std::string> names = absl::StrSplit(policies, '+');
  for (const std::string& name : names) {
    const RoutingPlan plan = OrExit(OrExit(MakePolicy(name))->Decide(seen)).plan;
    if (names.size() == 1) return plan;
    ratios.resize(plan.ratios().size());
    for (size_t p = 0; p < ratios.size(); ++p) {
      ratios[p] += plan.ratios()[p] / static_cast<double>(names.size());
    }
  }
  return RoutingPlan(seen.candidate_paths, std::move(ratios), seen.topology.version());
}

// The same plan over all candidate paths: some policies leave out those without a share. What is on
// none of them goes to the others.
RoutingPlan OverAll(const RoutingPlan& plan, const Observation& seen) {
  const PathSet& all = *seen.candidate_paths;
  const PathSet& own = plan.paths();
  std::vector<double> ratios(all.num_paths(), 0.0);
  for (int p = 0; p < own.num_paths(); ++p) {
    const NodePair ends = own.pair(own.pair_of_path(p));
    const PathSet::Range range = all.paths_of(*all.Find(ends.source, ends.destination));
    for (int q = range.begin; q < range.end; ++q) {
      if (all.links(q) == own.links(p)) ratios[q] += plan.ratios()[p];
    }
  }
  for (int pair = 0; pair < all.num_pairs(); ++pair) {
    const PathSet::Range range = all.paths_of(pair);
    double sum = 0;
    for (int p = range.begin; p < range.end; ++p) sum += ratios[p];
    for (int p = range.begin; p < range.end; ++p) {
      ratios[p] = sum > 0 ? ratios[p] / sum : (p == range.begin ? 1 : 0);
    }
  }
  return RoutingPlan(seen.candidate_paths, std::move(ratios), seen.topology.version());
}

// What follows is in the order of the graph's paths, which are those of the path set.
std::vector<double> LogitsOf(const RoutingPlan& plan, const PathSet& paths) {
  std::vector<double> logits(paths.num_paths());
  for (int p = 0; p < paths.num_paths(); ++p) {
    logits[p] = std::log(std::max(plan.ratios()[p], 3e-4));
  }
  return logits;
}

RoutingPlan PlanOf(const EpisodeScenario& scenario, const std::vector<double>& logits) {
  const std::vector<float> values(logits.begin(), logits.end());
  const PathSet& paths = *scenario.paths;
  std::vector<double> ratios(values.size());
  for (int pair = 0; pair < paths.num_pairs(); ++pair) {
    const PathSet::Range range = paths.paths_of(pair);
    double largest = -1e30, sum = 0;
    for (int p = range.begin; p < range.end; ++p) largest = std::max(largest, logits[p]);
    for (int p = range.begin; p < range.end; ++p) sum += ratios[p] = std::exp(logits[p] - largest);
    for (int p = range.begin; p < range.end; ++p) ratios[p] /= sum;
  }
  return RoutingPlan(scenario.paths, std::move(ratios), scenario.episode.topology.version());
}

std::vector<double> Search(const EpisodeScenario& scenario, const Settings& settings,
                           std::vector<double> logits, Bench* bench) {
  const neural::PathGraph graph =
      neural::BuildPathGraph(scenario.episode.topology, *scenario.paths);
  training::PlanNoise noise;
  noise.links = settings.noise;
  noise.common = 0.5 * settings.noise;
  noise.paths = 0.5 * settings.noise;
  training::Random random(scenario.episode.seed + 17);
  std::vector<float> demands;
  for (const NodePair& pair : graph.pairs) {
    demands.push_back(static_cast<float>(
        scenario.played[0]->rate_bps(pair.source, pair.destination) / graph.mean_capacity_bps));
  }
  const training::RewardWeights weights;
  std::vector<double> velocity(logits.size(), 0.0), average = logits;
  for (int step = 0; step < settings.steps; ++step) {
    const RoutingPlan now = PlanOf(scenario, logits);
    const std::vector<float> ratios(now.ratios().begin(), now.ratios().end());
    const std::vector<float> utilization = training::UtilizationOf(graph, ratios, demands);
    const uint64_t first =
        settings.known ? 1 : 1000 + static_cast<uint64_t>(step) * settings.arrivals;
    const int count = settings.known ? settings.judge : settings.arrivals;
    std::vector<double> gradient(logits.size(), 0.0);
    std::vector<std::vector<float>> drawn;
    std::vector<double> differences;
    for (int pair = 0; pair < settings.plans / 2; ++pair) {
      drawn.push_back(training::DrawPlanNoise(graph, utilization, noise, random));
      double rewards[2];
      for (int side = 0; side < 2; ++side) {
        std::vector<double> moved = logits;
        for (size_t p = 0; p < moved.size(); ++p) {
          moved[p] += (side == 0 ? 1 : -1) * drawn.back()[p];
        }
        rewards[side] =
            training::WeightedSum(bench->MeanTerms(PlanOf(scenario, moved), first, count), weights);
      }
      differences.push_back(rewards[0] - rewards[1]);
    }
    double squares = 0;
    for (double difference : differences) squares += difference * difference;
    const double spread = std::sqrt(squares / static_cast<double>(differences.size())) + 1e-12;
    for (size_t i = 0; i < drawn.size(); ++i) {
      for (size_t p = 0; p < logits.size(); ++p) {
        gradient[p] += differences[i] / spread * drawn[i][p] / static_cast<double>(drawn.size());
      }
    }
    const double rate = settings.rate * (1 - 0.8 * step / settings.steps);
    for (size_t p = 0; p < logits.size(); ++p) {
      velocity[p] = 0.6 * velocity[p] + gradient[p];
      logits[p] = std::clamp(logits[p] + rate * velocity[p], -12.0, 6.0);
    }
    // The last third is averaged.
    if (step >= settings.steps * 2 / 3) {
      const double weight = 1.0 / (step - settings.steps * 2 / 3 + 1);
      for (size_t p = 0; p < logits.size(); ++p) average[p] += weight * (logits[p] - average[p]);
    }
  }
  return average;
}

// Hill climbing: a move is played on a few draws first, and on the rest while it may still be
// better.
RoutingPlan SearchMoves(const EpisodeScenario& scenario, const Settings& settings,
                        const RoutingPlan& start, Bench* bench) {
  constexpr int kFirstDraws = 6;
  constexpr uint64_t kFirst = 1000;
  const training::RewardWeights weights;
  const auto reward = [&](const RoutingPlan& plan, int draw) {
    return training::WeightedSum(bench->TermsOf(plan, kFirst + draw), weights);
  };
  PlanMoves moves(scenario.episode.topology, scenario.paths, *scenario.played[0],
                  scenario.episode.seed + 29);
  RoutingPlan best = start;
  std::vector<double> rewards;
  for (int draw = 0; draw < settings.arrivals; ++draw) rewards.push_back(reward(best, draw));
  const double before = Mean(rewards);
  std::map<std::string, int> taken;
  for (int move = 0; move < settings.moves; ++move) {
    const PlanMoves::Moved moved = moves.Draw(best);
    std::vector<double> values;
    double gain = 0, squares = 0;
    for (int draw = 0; draw < settings.arrivals; ++draw) {
      values.push_back(reward(moved.plan, draw));
      const double more = values.back() - rewards[draw];
      gain += more;
      squares += more * more;
      const int n = draw + 1;
      if (n < kFirstDraws) continue;
      const double mean = gain / n;
      const double error = std::sqrt(std::max(squares / n - mean * mean, 1e-12) / n);
      if (mean + 0.5 * error < 0) break;
    }
    if (static_cast<int>(values.size()) < settings.arrivals || gain <= 0) continue;
    best = moved.plan;
    rewards = values;
    ++taken[moved.kind];
  }
  std::fprintf(stderr, "%+.3f -> %+.3f on its own draws by", before, Mean(rewards));
  for (const auto& [kind, count] : taken) std::fprintf(stderr, " %s %d", kind.c_str(), count);
  std::fprintf(stderr, "\n");
  return best;
}

double Interval95(const std::vector<double>& values, double* mean) {
  const training::Estimate estimate = training::MeanWithInterval(values);
  *mean = estimate.mean;
  return estimate.high - estimate.mean;
}

void PrintMeans(const char* title, const std::vector<std::string>& names,
                const std::vector<std::vector<RewardTerms>>& terms, size_t last_policy) {
  const training::RewardWeights weights;
  std::printf("%s\n", title);
  const size_t last = last_policy;
  const std::string& over_name = names[last];
  for (size_t i = 0; i < names.size(); ++i) {
    std::vector<double> reward, completion, over;
    for (size_t s = 0; s < terms.size(); ++s) {
      const double value = training::WeightedSum(terms[s][i], weights);
      reward.push_back(value);
      completion.push_back(100 * (std::exp(-terms[s][i].completion) - 1));
      over.push_back(value - training::WeightedSum(terms[s][last], weights));
    }
    double mean = 0, fct = 0, less = 0;
    const double half = Interval95(reward, &mean), fct_half = Interval95(completion, &fct);
    const double less_half = Interval95(over, &less);
    std::printf("  %-14s reward %+.3f +- %.3f  FCT %+.1f %% +- %.1f  over %s %+.3f +- %.3f\n",
                names[i].c_str(), mean, half, fct, fct_half, over_name.c_str(), less, less_half);
  }
}

int Run(const Settings& settings) {
  std::vector<std::string> names = settings.policies;
  const std::vector<std::string> starts = absl::StrSplit(settings.start, ';');
  if (settings.moves > 0) {
    for (const std::string& start : starts) names.push_back("moves " + start);
  } else if (settings.steps > 0) {
    names.push_back("search");
  }
  std::vector<std::vector<RewardTerms>> fluid, packets;
  const training::RewardWeights weights;
  for (int s = 0; s < settings.scenarios; ++s) {
    const auto scenario =
        settings.network.empty()
            ? OrExit(training::DrawScenario(MeasuredDraw(14), settings.first * 7919 + s))
            : GivenScenario(settings);
    FluidSimulatorOptions fluid_options;
    fluid_options.segment_bytes = 8948;
    Bench bench(scenario, OrExit(MakeFluidSimulator(fluid_options)));
    std::vector<RoutingPlan> plans;
    for (const std::string& name : settings.policies) plans.push_back(PlanBy(name, bench.Seen()));
    if (settings.moves > 0) {
      for (const std::string& start : starts) {
        const Observation seen = bench.Seen();
        plans.push_back(
            SearchMoves(*scenario, settings, OverAll(PlanBy(start, seen), seen), &bench));
      }
    } else if (settings.steps > 0) {
      const RoutingPlan start = PlanBy(settings.start, bench.Seen());
      plans.push_back(PlanOf(
          *scenario, Search(*scenario, settings, LogitsOf(start, *scenario->paths), &bench)));
    }
    std::printf("%2d: %2d nodes, tcp %.1f, %s", s, scenario->episode.topology.num_nodes(),
                scenario->episode.traffic.tcp_share,
                *scenario->past.back() == *scenario->played[0] ? "constant" : "moving  ");
    fluid.emplace_back();
    for (const RoutingPlan& plan : plans) {
      fluid.back().push_back(bench.MeanTerms(plan, 1, settings.judge));
      std::printf(" %+.3f", training::WeightedSum(fluid.back().back(), weights));
    }
    if (settings.ns3 > 0) {
      PacketSimulatorOptions options;
      options.segment_bytes = 8948;
      Bench judge(scenario, OrExit(MakePacketSimulator(options)));
      packets.emplace_back();
      std::printf("  ns-3");
      for (const RoutingPlan& plan : plans) {
        packets.back().push_back(judge.MeanTerms(plan, 1, settings.ns3));
        std::printf(" %+.3f", training::WeightedSum(packets.back().back(), weights));
      }
    }
    std::printf("\n");
    std::fflush(stdout);
    if (settings.network.empty()) continue;
    fluid.clear();
    for (int a = 1; a <= settings.judge; ++a) {
      fluid.emplace_back();
      for (const RoutingPlan& plan : plans) fluid.back().push_back(bench.TermsOf(plan, a));
    }
    packets.clear();
  }
  PrintMeans("fluid", names, fluid, settings.policies.size() - 1);
  if (!packets.empty()) PrintMeans("ns-3", names, packets, settings.policies.size() - 1);
  return 0;
}

}  // namespace
}  // namespace rhumb

int main(int argc, char** argv) {
  rhumb::Settings settings;
  bool chosen = false;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--known") {
      settings.known = true;
      continue;
    }
    if (i + 1 == argc) {
      std::fprintf(stderr, "%s needs a value; the head of best_plan.cc tells the options\n",
                   name.c_str());
      return 2;
    }
    const char* value = argv[++i];
    if (name == "--scenarios") {
      settings.scenarios = std::atoi(value);
    } else if (name == "--first") {
      settings.first = std::strtoull(value, nullptr, 10);
    } else if (name == "--steps") {
      settings.steps = std::atoi(value);
    } else if (name == "--plans") {
      settings.plans = std::atoi(value);
    } else if (name == "--arrivals") {
      settings.arrivals = std::atoi(value);
    } else if (name == "--judge") {
      settings.judge = std::atoi(value);
    } else if (name == "--noise") {
      settings.noise = std::atof(value);
    } else if (name == "--rate") {
      settings.rate = std::atof(value);
    } else if (name == "--moves") {
      settings.moves = std::atoi(value);
    } else if (name == "--start") {
      settings.start = value;
    } else if (name == "--ns3") {
      settings.ns3 = std::atoi(value);
    } else if (name == "--network") {
      settings.network = value;
      settings.scenarios = 1;
    } else if (name == "--traffic") {
      settings.traffic = value;
    } else if (name == "--policy") {
      if (!chosen) settings.policies.clear();
      chosen = true;
      settings.policies.emplace_back(value);
    } else if (name == "--load") {
      settings.load = std::atof(value);
    } else {
      std::fprintf(stderr, "unknown option %s; the head of best_plan.cc tells them\n",
                   name.c_str());
      return 2;
    }
  }
  return rhumb::Run(settings);
}
