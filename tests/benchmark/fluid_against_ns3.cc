// The fluid simulator held against ns-3 on the same arrivals, with ns-3 under another step of its
// own chaos (all rates times 1.0003) and the flow simulator beside it.
//
//   fluid_against_ns3 [--short] [--seeds N] [--networks N] [--first SEED] [--segment BYTES]
//                     [--train BYTES] [--only NAME] [--cache DIR] [--correction FILE|shipped]
//
// Plays random networks of 6 to 18 nodes of the training families and abilene, b4, geant and
// esnet6-backbone with six plans each, prints one row a network and a table of all. --cache keeps
// what ns-3 answered, for the next run with other settings of the fluid model. With --correction
// the fluid simulator is corrected, and how many of ns-3's values its ranges cover is told of every
// network. Everything is drawn from seeds; times are CPU times.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "agents/registry/policy_registry.h"
#include "agents/training/episode_scenario.h"
#include "agents/training/given_network.h"
#include "simulator/flow/flow_simulator.h"
#include "simulator/fluid/fluid_simulator.h"
#include "simulator/packet/packet_simulator.h"
#include "simulator/surrogate/corrected_simulator.h"
#include "simulator/surrogate/correction.h"
#include "tests/benchmark/measured_draw.h"
#include "tests/benchmark/measuring.h"
#include "topologies/formats/loader.h"

namespace rhumb {
namespace {

constexpr double kNextRates = 1.0003;

struct Settings {
  int seeds = 8;
  int networks = 12;
  uint64_t first = 900;
  int segment_bytes = 8948;
  int train_bytes = FluidSimulatorOptions().train_bytes;
  std::string only;
  std::string cache;
  std::string correction;
};

// What is compared of an episode, in the order of PredictedQuantity.
enum Quantity { kFct, kP99, kMice, kElephants, kDelay, kGoodput, kLoss, kOnTime, kQuantities };
constexpr const char* kNames[] = {"mean FCT", "p99 FCT", "mice",      "elephants",
                                  "delay",    "goodput", "loss [pt]", "on time [pt]"};
bool IsShare(int quantity) { return quantity == kLoss || quantity == kOnTime; }

struct Result {
  double values[kQuantities] = {};
  double cpu_s = 0;
  std::vector<double> demand_delay_s, demand_loss;
  std::optional<Prediction> prediction;
};

Result ResultOf(const Measurements& measured) {
  Result result;
  if (measured.flows) {
    const FlowCompletion& flows = *measured.flows;
    result.values[kFct] = flows.mean_s;
    result.values[kP99] = flows.p99_s;
    result.values[kMice] = flows.mice_mean_s;
    result.values[kElephants] = flows.elephants_mean_s;
    result.values[kOnTime] = static_cast<double>(flows.on_time) /
                             static_cast<double>(std::max<uint64_t>(1, flows.started));
  }
  result.values[kDelay] = measured.mean_delay_s;
  result.values[kGoodput] = measured.goodput_bps;
  result.values[kLoss] = measured.loss_ratio;
  result.cpu_s = measured.cost.cpu_s;
  result.prediction = measured.prediction;
  for (const DemandMeasurement& demand : measured.demands) {
    result.demand_delay_s.push_back(demand.delay_s);
    result.demand_loss.push_back(demand.loss_ratio);
  }
  return result;
}

struct Network {
  std::string name;
  std::shared_ptr<const training::EpisodeScenario> scenario;
  std::vector<std::string> plan_names;
  std::vector<RoutingPlan> plans;
};

// Softmax of normal scores over the candidate paths, which prefer short ones or do not.
RoutingPlan RandomPlan(const Topology& topology, const std::shared_ptr<const PathSet>& paths,
                       uint64_t seed, double spread, double per_second) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::vector<double> ratios(paths->num_paths());
  for (int pair = 0; pair < paths->num_pairs(); ++pair) {
    const PathSet::Range range = paths->paths_of(pair);
    double sum = 0;
    for (int p = range.begin; p < range.end; ++p) {
      const double delay_s = absl::ToDoubleSeconds(PropagationDelay(topology, paths->links(p)));
      ratios[p] = std::exp(spread * normal(random) - per_second * delay_s);
      sum += ratios[p];
    }
    for (int p = range.begin; p < range.end; ++p) ratios[p] /= sum;
  }
  return RoutingPlan(paths, std::move(ratios), topology.version());
}

Network MakeNetwork(const std::string& name,
                    std::shared_ptr<const training::EpisodeScenario> scenario) {
  Network network{name, std::move(scenario), {}, {}};
  const training::EpisodeScenario& episode = *network.scenario;
  const Topology& topology = episode.episode.topology;
  for (const char* policy : {"shortest-path", "ecmp", "cspf", "lp-previous"}) {
    const Observation observation{topology, episode.past, {}, episode.paths, {}};
    network.plans.push_back(OrExit(OrExit(MakePolicy(policy))->Decide(observation)).plan);
    network.plan_names.push_back(policy);
  }
  const uint64_t seed = episode.episode.seed;
  network.plans.push_back(RandomPlan(topology, episode.paths, seed, 1.5, 50));
  network.plan_names.push_back("random, short paths");
  network.plans.push_back(RandomPlan(topology, episode.paths, seed + 1, 3, 0));
  network.plan_names.push_back("random");
  return network;
}

std::vector<Network> MakeNetworks(const Settings& settings) {
  std::vector<Network> networks;
  const auto wanted = [&](const std::string& name) {
    return settings.only.empty() || name.find(settings.only) != std::string::npos;
  };
  for (int i = 0; i < settings.networks; ++i) {
    const uint64_t seed = settings.first + i;
    if (!wanted("random")) continue;
    auto scenario = OrExit(training::DrawScenario(MeasuredDraw(18), seed));
    const std::string name =
        absl::StrFormat("random-%d (%d nodes)", seed, scenario->episode.topology.num_nodes());
    networks.push_back(MakeNetwork(name, scenario));
  }
  for (const char* name : {"abilene", "b4", "geant", "esnet6-backbone"}) {
    if (!wanted(name)) continue;
    training::GivenNetwork given(OrExit(LoadTopology(name)).value);
    given.generator = OrExit(ParseTrafficGenerator("gravity:noise=0.2"));
    given.draw = MeasuredDraw(18);
    const auto episodes = OrExit(training::EpisodesOn(std::move(given), 1000000));
    networks.push_back(MakeNetwork(name, OrExit(episodes.source(settings.first))));
  }
  return networks;
}

class Player {
 public:
  explicit Player(const Settings& settings) : settings_(settings) {
    PacketSimulatorOptions packets;
    packets.segment_bytes = settings.segment_bytes;
    ns3_ = OrExit(MakePacketSimulator(packets));
    FluidSimulatorOptions fluid;
    fluid.segment_bytes = settings.segment_bytes;
    fluid.train_bytes = settings.train_bytes;
    if (settings.correction.empty()) {
      fluid_ = OrExit(MakeFluidSimulator(fluid));
    } else {
      if (settings.correction != "shipped") {
        std::ifstream file(settings.correction);
        std::ostringstream text;
        text << file.rdbuf();
        correction_ = OrExit(surrogate::ParseCorrection(text.str(), settings.correction));
      }
      fluid_ = OrExit(MakeCorrectedFluidSimulator(
          fluid, correction_ ? *correction_ : surrogate::ShippedCorrection()));
    }
    flow_ = MakeFlowSimulator();
  }

  Result Fluid(const Network& network, int plan, int seed) {
    return Play(fluid_.get(), network, plan, seed, 1);
  }
  Result Flow(const Network& network, int plan) { return Play(flow_.get(), network, plan, 0, 1); }
  Result Ns3(const Network& network, int plan, int seed, double factor = 1) {
    const std::string file = absl::StrFormat("%s/%s-%d-%d-%d-%g", settings_.cache,
                                             network.name.substr(0, network.name.find(' ')),
                                             settings_.segment_bytes, plan, seed, factor);
    Result result;
    if (!settings_.cache.empty() && Read(file, &result)) return result;
    result = Play(ns3_.get(), network, plan, seed, factor);
    if (!settings_.cache.empty()) Write(file, result);
    return result;
  }

 private:
  static Result Play(NetworkSimulator* simulator, const Network& network, int plan, int seed,
                     double factor) {
    const training::EpisodeScenario& scenario = *network.scenario;
    Episode episode = scenario.episode;
    episode.seed = 1000 * scenario.episode.seed + seed;
    episode.scale *= factor;
    Interval interval;
    interval.demands = *scenario.played.front();
    interval.duration = scenario.duration;
    interval.warm_up = scenario.warm_up;
    interval.drain = scenario.drain;
    if (absl::Status status = simulator->Reset(episode); !status.ok()) {
      std::fprintf(stderr, "%s\n", status.ToString().c_str());
      std::exit(1);
    }
    const double start_s = CpuSeconds();
    Measurements measured = OrExit(simulator->Play(network.plans[plan], interval));
    if (measured.cost.cpu_s == 0) measured.cost.cpu_s = CpuSeconds() - start_s;
    return ResultOf(measured);
  }

  static bool Read(const std::string& file, Result* result) {
    std::ifstream in(file);
    size_t demands = 0;
    for (double& value : result->values) in >> value;
    in >> result->cpu_s >> demands;
    if (!in) return false;
    result->demand_delay_s.resize(demands);
    result->demand_loss.resize(demands);
    for (size_t i = 0; i < demands; ++i) in >> result->demand_delay_s[i] >> result->demand_loss[i];
    return static_cast<bool>(in);
  }
  static void Write(const std::string& file, const Result& result) {
    std::ofstream out(file + ".part");
    out.precision(17);
    for (const double value : result.values) out << value << ' ';
    out << result.cpu_s << ' ' << result.demand_delay_s.size() << '\n';
    for (size_t i = 0; i < result.demand_delay_s.size(); ++i) {
      out << result.demand_delay_s[i] << ' ' << result.demand_loss[i] << '\n';
    }
    out.close();
    std::filesystem::rename(file + ".part", file);
  }

  const Settings settings_;
  std::optional<surrogate::Correction> correction_;
  std::unique_ptr<NetworkSimulator> ns3_, fluid_, flow_;
};

double Difference(int quantity, double value, double truth) {
  if (IsShare(quantity)) return 100 * (value - truth);
  return truth > 0 ? 100 * (value / truth - 1) : 0;
}

double MeanAbsolute(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += std::abs(value);
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

double Correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const double mean_a = Mean(a), mean_b = Mean(b);
  double ab = 0, aa = 0, bb = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

// Everything that is compared, over networks and plans.
struct Comparison {
  std::vector<double> single[kQuantities], itself[kQuantities], flow[kQuantities];
  std::vector<double> means[kQuantities];
  std::vector<double> demand_delay, demand_loss, flow_demand_delay, flow_demand_loss;
  std::vector<double> gain, true_gain, flow_gain, regret, flow_regret;
  double ns3_cpu_s = 0, fluid_cpu_s = 0;
  int episodes = 0;
  // Of a corrected simulator: episodes with ranges, those of them that are far, and ranges that
  // ns-3's value is in; the same of demands.
  int predicted = 0, far = 0, covered[kQuantities] = {};
  double demands = 0, demand_delays_covered = 0, demand_losses_covered = 0;

  void AddCoverage(const Result& fluid, const Result& truth) {
    if (!fluid.prediction) return;
    const auto inside = [](const PredictedRange& range, double value) {
      return value >= range.low && value <= range.high;
    };
    const Prediction& prediction = *fluid.prediction;
    ++predicted;
    far += prediction.far;
    for (int q = 0; q < kQuantities; ++q) {
      covered[q] += inside(prediction.ranges[q], truth.values[q]);
    }
    for (size_t d = 0; d < truth.demand_delay_s.size(); ++d) {
      if (truth.demand_delay_s[d] <= 0 || fluid.demand_delay_s[d] <= 0) continue;
      ++demands;
      demand_delays_covered += inside(prediction.demand_delay_s[d], truth.demand_delay_s[d]);
      demand_losses_covered += inside(prediction.demand_loss_ratio[d], truth.demand_loss[d]);
    }
  }

  void Add(const Comparison& other) {
    const auto append = [](std::vector<double>* to, const std::vector<double>& from) {
      to->insert(to->end(), from.begin(), from.end());
    };
    for (int q = 0; q < kQuantities; ++q) {
      append(&single[q], other.single[q]);
      append(&itself[q], other.itself[q]);
      append(&flow[q], other.flow[q]);
      append(&means[q], other.means[q]);
    }
    append(&demand_delay, other.demand_delay);
    append(&demand_loss, other.demand_loss);
    append(&flow_demand_delay, other.flow_demand_delay);
    append(&flow_demand_loss, other.flow_demand_loss);
    append(&gain, other.gain);
    append(&true_gain, other.true_gain);
    append(&flow_gain, other.flow_gain);
    append(&regret, other.regret);
    append(&flow_regret, other.flow_regret);
    ns3_cpu_s += other.ns3_cpu_s;
    fluid_cpu_s += other.fluid_cpu_s;
    episodes += other.episodes;
    predicted += other.predicted;
    far += other.far;
    for (int q = 0; q < kQuantities; ++q) covered[q] += other.covered[q];
    demands += other.demands;
    demand_delays_covered += other.demand_delays_covered;
    demand_losses_covered += other.demand_losses_covered;
  }
};

Result MeanOf(const std::vector<Result>& results) {
  Result mean = results[0];
  const double share = 1.0 / static_cast<double>(results.size());
  for (size_t i = 1; i < results.size(); ++i) {
    for (int q = 0; q < kQuantities; ++q) mean.values[q] += results[i].values[q];
    for (size_t d = 0; d < mean.demand_delay_s.size(); ++d) {
      mean.demand_delay_s[d] += results[i].demand_delay_s[d];
      mean.demand_loss[d] += results[i].demand_loss[d];
    }
  }
  for (double& value : mean.values) value *= share;
  for (double& value : mean.demand_delay_s) value *= share;
  for (double& value : mean.demand_loss) value *= share;
  return mean;
}

void CompareDemands(const Result& result, const Result& truth, std::vector<double>* delay,
                    std::vector<double>* loss) {
  for (size_t d = 0; d < truth.demand_delay_s.size(); ++d) {
    if (truth.demand_delay_s[d] <= 0 || result.demand_delay_s[d] <= 0) continue;
    delay->push_back(100 * (result.demand_delay_s[d] / truth.demand_delay_s[d] - 1));
    loss->push_back(100 * (result.demand_loss[d] - truth.demand_loss[d]));
  }
}

Comparison Compare(const Network& network, const Settings& settings, Player* player) {
  Comparison out;
  std::vector<double> fct, true_fct, flow_delay;
  for (size_t plan = 0; plan < network.plans.size(); ++plan) {
    const int p = static_cast<int>(plan);
    std::vector<Result> fluid, ns3;
    for (int seed = 0; seed < settings.seeds; ++seed) {
      fluid.push_back(player->Fluid(network, p, seed));
      ns3.push_back(player->Ns3(network, p, seed));
      out.fluid_cpu_s += fluid.back().cpu_s;
      out.ns3_cpu_s += ns3.back().cpu_s;
      out.AddCoverage(fluid.back(), ns3.back());
      ++out.episodes;
    }
    const Result itself = player->Ns3(network, p, 0, kNextRates);
    const Result flow = player->Flow(network, p);
    const Result mean = MeanOf(fluid), truth = MeanOf(ns3);
    for (int q = 0; q < kQuantities; ++q) {
      for (int seed = 0; seed < settings.seeds; ++seed) {
        out.single[q].push_back(Difference(q, fluid[seed].values[q], ns3[seed].values[q]));
      }
      // Scaled capacities carry as much more.
      const double factor = q == kGoodput ? 1 / kNextRates : 1;
      out.itself[q].push_back(Difference(q, itself.values[q] * factor, ns3[0].values[q]));
      out.means[q].push_back(Difference(q, mean.values[q], truth.values[q]));
      if (q >= kDelay && q <= kLoss) {
        out.flow[q].push_back(Difference(q, flow.values[q], truth.values[q]));
      } else if (q == kFct) {  // its stand-in
        out.flow[q].push_back(Difference(q, flow.values[kDelay], truth.values[q]));
      }
    }
    CompareDemands(mean, truth, &out.demand_delay, &out.demand_loss);
    CompareDemands(flow, truth, &out.flow_demand_delay, &out.flow_demand_loss);
    fct.push_back(mean.values[kFct]);
    true_fct.push_back(truth.values[kFct]);
    flow_delay.push_back(flow.values[kDelay]);
    if (plan > 0) {
      out.gain.push_back(std::log(fct[0] / fct[plan]));
      out.true_gain.push_back(std::log(true_fct[0] / true_fct[plan]));
      out.flow_gain.push_back(std::log(flow_delay[0] / flow_delay[plan]));
    }
  }
  const double best = *std::min_element(true_fct.begin(), true_fct.end());
  const auto regret = [&](const std::vector<double>& guess) {
    const size_t chosen = std::min_element(guess.begin(), guess.end()) - guess.begin();
    return 100 * (true_fct[chosen] / best - 1);
  };
  out.regret.push_back(regret(fct));
  out.flow_regret.push_back(regret(flow_delay));
  return out;
}

void Print(const std::string& name, const Comparison& c) {
  std::printf(
      "%-22s fct %+5.1f (%4.1f, itself %4.1f)  p99 %+5.1f  mice %+5.1f  eleph %+5.1f  "
      "delay %+5.1f  goodput %+5.1f  loss %+5.2f  regret %4.1f  cpu x%.0f\n",
      name.c_str(), Mean(c.means[kFct]), MeanAbsolute(c.single[kFct]), MeanAbsolute(c.itself[kFct]),
      Mean(c.means[kP99]), Mean(c.means[kMice]), Mean(c.means[kElephants]), Mean(c.means[kDelay]),
      Mean(c.means[kGoodput]), Mean(c.means[kLoss]), Mean(c.regret), c.ns3_cpu_s / c.fluid_cpu_s);
  if (c.predicted > 0) {
    std::printf("%22s covered:", "");
    for (int q = 0; q < kQuantities; ++q) {
      std::printf(" %s %.0f %%,", kNames[q], 100.0 * c.covered[q] / c.predicted);
    }
    std::printf(" demands' delay %.0f %%, loss %.0f %%; far %.0f %%\n",
                100 * c.demand_delays_covered / c.demands,
                100 * c.demand_losses_covered / c.demands, 100.0 * c.far / c.predicted);
  }
  std::fflush(stdout);
}

void PrintTable(const Comparison& c, int seeds) {
  std::printf("\n%d episodes; errors in %% of ns-3, shares in points\n", c.episodes);
  std::printf("%-14s | single episodes, mean |error|        | means over %d seeds\n", "", seeds);
  std::printf("%-14s | %8s %14s %10s | %8s %8s %8s\n", "", "fluid", "ns-3 x 1.0003", "flow", "bias",
              "|error|", "p90");
  for (int q = 0; q < kQuantities; ++q) {
    std::vector<double> absolute;
    for (const double value : c.means[q]) absolute.push_back(std::abs(value));
    std::printf("%-14s | %8.2f %14.2f %10s | %+8.2f %8.2f %8.2f\n", kNames[q],
                MeanAbsolute(c.single[q]), MeanAbsolute(c.itself[q]),
                c.flow[q].empty() ? "-" : absl::StrFormat("%.2f", MeanAbsolute(c.flow[q])).c_str(),
                Mean(c.means[q]), MeanAbsolute(c.means[q]), Quantile(absolute, 0.9));
  }
  std::printf(
      "per demand: delay |error| %.1f %% (flow %.1f), loss |error| %.2f points (flow %.2f)\n",
      MeanAbsolute(c.demand_delay), MeanAbsolute(c.flow_demand_delay), MeanAbsolute(c.demand_loss),
      MeanAbsolute(c.flow_demand_loss));
  double square = 0;
  for (size_t i = 0; i < c.gain.size(); ++i) square += std::pow(c.gain[i] - c.true_gain[i], 2);
  std::printf(
      "gain over shortest path: correlation %.3f (flow %.3f), rmse %.3f; regret %.2f %% "
      "(flow %.2f)\n",
      Correlation(c.gain, c.true_gain), Correlation(c.flow_gain, c.true_gain),
      std::sqrt(square / static_cast<double>(std::max<size_t>(1, c.gain.size()))), Mean(c.regret),
      Mean(c.flow_regret));
  std::printf("CPU an episode: ns-3 %.3f s, fluid %.2f ms, ratio %.0f\n", c.ns3_cpu_s / c.episodes,
              1e3 * c.fluid_cpu_s / c.episodes, c.ns3_cpu_s / c.fluid_cpu_s);
}

int Main(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const absl::string_view flag = argv[i];
    if (flag == "--short") {
      settings.seeds = 1;
      settings.networks = 3;
      settings.only = "random";
      continue;
    }
    if (i + 1 == argc) {
      std::fprintf(stderr, "%s needs a value\n", argv[i]);
      return 2;
    }
    const std::string value = argv[++i];
    if (flag == "--seeds") {
      settings.seeds = std::max(1, std::atoi(value.c_str()));
    } else if (flag == "--networks") {
      settings.networks = std::atoi(value.c_str());
    } else if (flag == "--first") {
      settings.first = std::strtoull(value.c_str(), nullptr, 10);
    } else if (flag == "--segment") {
      settings.segment_bytes = std::atoi(value.c_str());
    } else if (flag == "--train") {
      settings.train_bytes = std::atoi(value.c_str());
    } else if (flag == "--only") {
      settings.only = value;
    } else if (flag == "--correction") {
      settings.correction = value;
    } else if (flag == "--cache") {
      settings.cache = value;
      std::filesystem::create_directories(value);
    } else {
      std::fprintf(stderr, "no option %s\n", argv[i - 1]);
      return 2;
    }
  }
  Player player(settings);
  Comparison all;
  for (const Network& network : MakeNetworks(settings)) {
    const Comparison one = Compare(network, settings, &player);
    Print(network.name, one);
    all.Add(one);
  }
  PrintTable(all, settings.seeds);
  if (all.predicted > 0) Print("all", all);
  return 0;
}

}  // namespace
}  // namespace rhumb

int main(int argc, char** argv) { return rhumb::Main(argc, argv); }
