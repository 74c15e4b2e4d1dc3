// What a demand that grows fivefold from one interval to the next, and stays, costs policies that
// look back.
//
//   sudden_shift [--by-traffic] CASES [POLICY...]
//
// A case is gravity traffic of its own seed with 5 % noise on one of abilene, b4, geant and
// esnet6-backbone in turn: 16 intervals as they are, then 8 in which the demand of one pair is five
// times as large. The pair is drawn with the same chance for all, or with --by-traffic in
// proportion to its demand, which makes large ones grow. Policies start afresh, decide every
// interval from all before it, and keep what they decided as the plan in force; by default neural,
// lp-robust and lp-previous.
//
// An interval is overloaded when the MLU is more than 5 % above its exact optimum: links over their
// capacity in a network that a best plan would fill to 95 %. The +- is the half width of a 95 %
// confidence interval of the mean over cases, by the normal approximation. "More" is how many more
// overloaded intervals a case has than under the first policy, case by case.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "agents/baselines/lp/min_mlu_solver.h"
#include "agents/registry/policy_registry.h"
#include "tests/benchmark/measuring.h"
#include "topologies/formats/loader.h"
#include "topologies/generators/traffic_generator.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb {
namespace {

constexpr const char* kNetworks[] = {"abilene", "b4", "geant", "esnet6-backbone"};
constexpr int kBefore = 16, kAfter = 8;
constexpr double kGrowth = 5, kOverload = 1.05;

// A network, what its cases share, and the solver that stays warm from case to case.
struct Network {
  explicit Network(const std::string& name)
      : topology(OrExit(LoadTopology(name)).value),
        paths(OrExit(CandidatePaths::Compute(topology, {}, {})).paths()),
        optimum(MinMluSolver::OverAllPaths(topology)) {}

  Topology topology;
  std::shared_ptr<const PathSet> paths;
  MinMluSolver optimum;
};

// The index of the pair that grows, in the order of `rates`.
size_t DrawPair(absl::Span<const double> rates, bool by_traffic, std::mt19937_64* random) {
  std::vector<double> weights(rates.begin(), rates.end());
  if (!by_traffic) {
    for (double& weight : weights) weight = weight > 0 ? 1 : 0;
  }
  double left = static_cast<double>((*random)() >> 11) * 0x1p-53 *
                std::accumulate(weights.begin(), weights.end(), 0.0);
  size_t last = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] <= 0) continue;
    last = i;
    left -= weights[i];
    if (left < 0) break;
  }
  return last;
}

std::vector<std::shared_ptr<const TrafficMatrix>> Matrices(const Topology& topology, int seed,
                                                           bool by_traffic) {
  TrafficGeneratorSpec spec;
  spec.seed = static_cast<uint64_t>(seed);
  spec.count = kBefore + kAfter;
  spec.noise = 0.05;
  const TrafficSeries series = OrExit(GenerateTraffic(topology, spec));
  std::mt19937_64 random(static_cast<uint64_t>(seed));
  const size_t pair = DrawPair(series.demands(kBefore - 1).rates_bps(), by_traffic, &random);
  const int nodes = topology.num_nodes();
  const NodeId source = static_cast<NodeId>(pair) / nodes;
  const NodeId destination = static_cast<NodeId>(pair) % nodes;
  std::vector<std::shared_ptr<const TrafficMatrix>> matrices;
  for (int t = 0; t < spec.count; ++t) {
    auto matrix = std::make_shared<TrafficMatrix>(series.demands(t));
    if (t >= kBefore) {
      matrix->set_rate_bps(source, destination, kGrowth * matrix->rate_bps(source, destination));
    }
    matrices.push_back(std::move(matrix));
  }
  return matrices;
}

// What a policy reached, a value a case.
struct Results {
  std::vector<double> first, second, overloaded, before;
};

void Play(Network* network, const std::vector<std::shared_ptr<const TrafficMatrix>>& matrices,
          const std::vector<double>& optimum, RoutingPolicy* policy, Results* results) {
  Observation observation{network->topology, {}, {}, network->paths, std::nullopt};
  int overloaded = 0, before = 0;
  for (size_t t = 1; t < matrices.size(); ++t) {
    observation.past_demands.push_back(matrices[t - 1]);
    Decision decision = OrExit(policy->Decide(observation));
    const double norm =
        MaxLinkUtilization(
            network->topology,
            ComputeLinkLoads(network->topology, decision.plan, *matrices[t]).load_bps) /
        optimum[t];
    observation.plan_in_force = std::move(decision.plan);
    if (t == kBefore) results->first.push_back(norm);
    if (t == kBefore + 1) results->second.push_back(norm);
    (t < kBefore ? before : overloaded) += norm > kOverload ? 1 : 0;
  }
  results->overloaded.push_back(overloaded);
  results->before.push_back(before);
}

std::vector<double> Less(std::vector<double> values, const std::vector<double>& others) {
  for (size_t i = 0; i < values.size(); ++i) values[i] -= others[i];
  return values;
}

double HalfWidth(const std::vector<double>& values) {
  const double mean = Mean(values);
  double squares = 0;
  for (double value : values) squares += (value - mean) * (value - mean);
  const auto n = static_cast<double>(values.size());
  return n > 1 ? 1.96 * std::sqrt(squares / (n - 1) / n) : 0.0;
}

int Main(int argc, char** argv) {
  std::vector<std::string> args(argv + 1, argv + argc);
  const bool by_traffic = !args.empty() && args[0] == "--by-traffic";
  if (by_traffic) args.erase(args.begin());
  const int cases = args.empty() ? 0 : std::atoi(args[0].c_str());
  if (cases < 1) {
    std::fprintf(stderr, "usage: sudden_shift [--by-traffic] CASES [POLICY...]\n");
    return 2;
  }
  std::vector<std::string> policies(args.begin() + 1, args.end());
  if (policies.empty()) policies = {"neural", "lp-robust", "lp-previous"};
  std::vector<Network> networks;
  for (const char* name : kNetworks) networks.emplace_back(name);
  std::vector<Results> results(policies.size());
  for (int i = 0; i < cases; ++i) {
    Network& network = networks[static_cast<size_t>(i) % networks.size()];
    const auto matrices = Matrices(network.topology, i + 1, by_traffic);
    std::vector<double> optimum;
    for (const auto& matrix : matrices) {
      optimum.push_back(OrExit(network.optimum.SolveMlu(*matrix)));
    }
    for (size_t p = 0; p < policies.size(); ++p) {
      Play(&network, matrices, optimum, OrExit(MakePolicy(policies[p])).get(), &results[p]);
    }
  }
  std::printf("%d cases, a pair drawn %s\n", cases,
              by_traffic ? "by its traffic" : "with equal chance");
  std::printf("%-28s | %8s %7s %7s | %8s %7s %7s | %9s %7s %7s | %7s %7s | %9s\n", "policy",
              "1st mean", "+-", "worst", "2nd mean", "+-", "worst", "overload", "+-", "most",
              "more", "+-", "before");
  for (size_t p = 0; p < policies.size(); ++p) {
    const Results& r = results[p];
    const std::vector<double> more = Less(r.overloaded, results[0].overloaded);
    std::printf(
        "%-28s | %8.4f %7.4f %7.3f | %8.4f %7.4f %7.3f | %9.2f %7.2f %7.0f | %7.2f %7.2f | %9.2f\n",
        policies[p].c_str(), Mean(r.first), HalfWidth(r.first), Quantile(r.first, 1),
        Mean(r.second), HalfWidth(r.second), Quantile(r.second, 1), Mean(r.overloaded),
        HalfWidth(r.overloaded), Quantile(r.overloaded, 1), Mean(more), HalfWidth(more),
        Mean(r.before));
  }
  return 0;
}

}  // namespace
}  // namespace rhumb

int main(int argc, char** argv) { return rhumb::Main(argc, argv); }
