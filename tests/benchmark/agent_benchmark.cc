// Decision time, quality and memory of the learned agent against CLP on the same candidate paths
// and demands, in one run.
//
//   agent_benchmark [--demands N] [--matrices N] [--policy SPEC] [--agent-only] [TOPOLOGY...]
//
// TOPOLOGY is a shipped name, a file, or random:NODES. Without one: abilene, geant,
// esnet6-backbone, esnet6, random:158, random:754. Demands are gravity traffic, the N (20,000)
// largest of the first matrix and the same pairs in the others, which differ by 20 % noise. Every
// matrix is decided as constant traffic.
//
// CLP solves the same program, minimum MLU over the same candidate paths, in two ways: as one plain
// program that holds all paths, and by this project's column generation, which starts from few
// paths and is done at once where a few links decide. "Cold" is the first matrix from nothing,
// without the time to set the program up; "warm" the others, from the basis of the one before. The
// ratios are of cold solves over the agent's cold median and of warm ones over its warm median. The
// agent's times are of decisions after the first, whose time is shown beside them, and what of the
// median settling takes (what it is longer than with settle=off). --agent-only leaves the programs
// out. Times are CPU time of one thread; memory is what agent and program keep on the heap. NormMLU
// is the worst over the matrices against the optimum over the candidate paths, and of the first
// against the exact one, where CLP finds it in two minutes.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "agents/baselines/lp/min_mlu.h"
#include "agents/baselines/lp/min_mlu_solver.h"
#include "agents/baselines/lp/path_formulation.h"
#include "agents/registry/policy_registry.h"
#include "tests/benchmark/measuring.h"
#include "tests/networks.h"
#include "topologies/formats/loader.h"
#include "topologies/generators/traffic_generator.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb {
namespace {

absl::StatusOr<Topology> Load(const std::string& text) {
  if (absl::StartsWith(text, "random:")) {
    return testing::RandomConnected(1, std::atoi(text.c_str() + 7));
  }
  LoadOptions options;
  options.default_capacity_bps = 10e9;
  auto loaded = LoadTopology(text, options);
  if (!loaded.ok()) return loaded.status();
  return loaded->value;
}

std::vector<NodePair> LargestDemands(const TrafficMatrix& demands, size_t count) {
  std::vector<std::pair<double, NodePair>> all;
  for (NodeId s = 0; s < demands.num_nodes(); ++s) {
    for (NodeId d = 0; d < demands.num_nodes(); ++d) {
      if (demands.rate_bps(s, d) > 0) all.push_back({demands.rate_bps(s, d), {s, d}});
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  if (all.size() > count) all.resize(count);
  std::vector<NodePair> pairs;
  for (const auto& entry : all) pairs.push_back(entry.second);
  return pairs;
}

struct Instance {
  Topology topology;
  std::vector<TrafficMatrix> matrices;
  std::vector<NodePair> pairs;
  std::shared_ptr<const PathSet> paths;
};

Instance MakeInstance(const std::string& name, size_t max_demands, int num_matrices) {
  Instance instance{OrExit(Load(name)), {}, {}, nullptr};
  TrafficGeneratorSpec spec;
  spec.count = num_matrices;
  spec.noise = 0.2;
  const TrafficSeries series = OrExit(GenerateTraffic(instance.topology, spec));
  instance.pairs = LargestDemands(series.demands(0), max_demands);
  for (int i = 0; i < series.size(); ++i) {
    TrafficMatrix kept(instance.topology.num_nodes());
    for (NodePair pair : instance.pairs) {
      kept.set_rate_bps(pair.source, pair.destination,
                        series.demands(i).rate_bps(pair.source, pair.destination));
    }
    instance.matrices.push_back(std::move(kept));
  }
  instance.paths = OrExit(CandidatePaths::Compute(instance.topology, instance.pairs, {})).paths();
  return instance;
}

struct AgentResult {
  double first_ms = 0, p50_ms = 0, p99_ms = 0, megabytes = 0;
  double warm_ms = 0, warm_p99_ms = 0;
  double settling_ms = 0;   // of p50_ms
  std::vector<double> mlu;  // [matrices], the larger of cold and warm
};

AgentResult MeasureAgent(const Instance& instance, const std::string& spec, bool warm) {
  const auto policy = OrExit(MakePolicy(spec));
  std::vector<Observation> observations;
  for (const TrafficMatrix& matrix : instance.matrices) {
    observations.push_back({instance.topology, {}, {}, instance.paths, std::nullopt});
    observations.back().past_demands.push_back(std::make_shared<const TrafficMatrix>(matrix));
  }
  AgentResult result;
  const double before = HeapMegabytes();
  double start = CpuSeconds();
  std::optional<RoutingPlan> in_force = OrExit(policy->Decide(observations[0])).plan;
  result.first_ms = 1e3 * (CpuSeconds() - start);
  std::vector<double> times_ms;
  const int repeats = instance.paths->num_paths() > 50000 ? 20 : 300;
  for (int i = 0; i < repeats; ++i) {
    const size_t m = static_cast<size_t>(i) % observations.size();
    if (warm) observations[m].plan_in_force = in_force;
    start = CpuSeconds();
    const Decision decision = OrExit(policy->Decide(observations[m]));
    times_ms.push_back(1e3 * (CpuSeconds() - start));
    in_force = decision.plan;
    if (result.mlu.size() > m) continue;
    result.mlu.push_back(MaxLinkUtilization(
        instance.topology,
        ComputeLinkLoads(instance.topology, decision.plan, instance.matrices[m]).load_bps));
  }
  result.megabytes = HeapMegabytes() - before;
  result.p50_ms = Quantile(times_ms, 0.5);
  result.p99_ms = Quantile(times_ms, 0.99);
  return result;
}

struct LpResult {
  double cold_ms = 0, warm_ms = 0, megabytes = 0;
  std::vector<double> mlu;  // [matrices]
};

// `solve` gives the optimum of a matrix.
template <typename Solve>
LpResult MeasureLp(const Instance& instance, double memory_before, Solve solve) {
  LpResult result;
  std::vector<double> warm_ms;
  for (const TrafficMatrix& matrix : instance.matrices) {
    const double start = CpuSeconds();
    result.mlu.push_back(OrExit(solve(matrix)));
    const double took_ms = 1e3 * (CpuSeconds() - start);
    if (result.mlu.size() == 1) {
      result.cold_ms = took_ms;
    } else {
      warm_ms.push_back(took_ms);
    }
  }
  result.warm_ms = Quantile(warm_ms, 0.5);
  result.megabytes = HeapMegabytes() - memory_before;
  return result;
}

void PrintAgent(const std::string& name, const Instance& instance, const AgentResult& agent) {
  std::printf("%-18s %5d %7zu %7d | %8.2f %8.2f %8.2f %8.2f %8.1f %8.2f |",
              name.substr(name.rfind('/') + 1).c_str(), instance.topology.num_nodes(),
              instance.pairs.size(), instance.paths->num_paths(), agent.warm_ms, agent.warm_p99_ms,
              agent.p50_ms, agent.p99_ms, agent.first_ms, agent.settling_ms);
}

void Measure(const std::string& name, size_t max_demands, int num_matrices, const std::string& spec,
             bool agent_only) {
  const Instance instance = MakeInstance(name, max_demands, num_matrices);
  AgentResult agent = MeasureAgent(instance, spec, false);
  const AgentResult warm = MeasureAgent(instance, spec, true);
  agent.warm_ms = warm.p50_ms;
  agent.warm_p99_ms = warm.p99_ms;
  for (size_t i = 0; i < agent.mlu.size(); ++i) agent.mlu[i] = std::max(agent.mlu[i], warm.mlu[i]);
  if (spec == "neural") {
    agent.settling_ms =
        agent.p50_ms - MeasureAgent(instance, "neural:default,settle=off", false).p50_ms;
  }
  PrintAgent(name, instance, agent);
  if (agent_only) {
    std::printf("\n");
    return;
  }

  LpLimits limits;
  limits.time_s = 1200;
  double before = HeapMegabytes();
  PathFormulation program(instance.topology, instance.paths);
  const LpResult plain =
      MeasureLp(instance, before, [&](const TrafficMatrix& demands) -> absl::StatusOr<double> {
        const auto solution = program.Solve(demands, limits);
        if (!solution.ok()) return solution.status();
        return solution->mlu;
      });
  before = HeapMegabytes();
  MinMluOptions options;
  options.limits = limits;
  MinMluSolver solver = MinMluSolver::OverPaths(instance.topology, instance.paths, options);
  const LpResult generated = MeasureLp(
      instance, before, [&](const TrafficMatrix& demands) { return solver.SolveMlu(demands); });

  double norm = 0;
  for (size_t i = 0; i < agent.mlu.size(); ++i) {
    norm = std::max(norm, agent.mlu[i] / std::min(plain.mlu[i], generated.mlu[i]));
  }
  options.limits.time_s = 120;
  const auto exact = OptimalMlu(instance.topology, instance.matrices[0], options);
  std::printf(" %8.1f %8.1f %8.1f %8.1f | %7.1fx %7.1fx | %8.4f %8s | %6.1f %6.1f\n", plain.cold_ms,
              generated.cold_ms, plain.warm_ms, generated.warm_ms, plain.cold_ms / agent.p50_ms,
              generated.warm_ms / agent.warm_ms, norm,
              exact.ok() ? absl::StrFormat("%.4f", agent.mlu[0] / *exact).c_str() : "-",
              agent.megabytes, plain.megabytes);
  std::fflush(stdout);
}

int Main(int argc, char** argv) {
  std::vector<std::string> names;
  size_t demands = 20000;
  int matrices = 4;
  std::string spec = "neural";
  bool agent_only = false;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--demands" && i + 1 < argc) {
      demands = static_cast<size_t>(std::atoi(argv[++i]));
    } else if (flag == "--matrices" && i + 1 < argc) {
      matrices = std::max(2, std::atoi(argv[++i]));
    } else if (flag == "--policy" && i + 1 < argc) {
      spec = argv[++i];
    } else if (flag == "--agent-only") {
      agent_only = true;
    } else {
      names.push_back(flag);
    }
  }
  if (names.empty()) {
    names = {"abilene", "geant", "esnet6-backbone", "esnet6", "random:158", "random:754"};
  }
  std::printf(
      "%-18s %5s %7s %7s | %-53s | %-35s | %-17s | %-17s | %s\n"
      "%-18s %5s %7s %7s | %8s %8s %8s %8s %8s %8s | %8s %8s %8s %8s | %8s %8s | %8s %8s | %6s "
      "%6s\n",
      "", "", "", "", "agent, ms: warm, cold", "CLP, ms: cold, warm", "CLP / agent p50", "NormMLU",
      "MB", "network", "nodes", "demands", "paths", "p50", "p99", "p50", "p99", "first", "settling",
      "plain", "columns", "plain", "columns", "cold", "warm", "paths", "exact", "agent", "CLP");
  for (const std::string& name : names) Measure(name, demands, matrices, spec, agent_only);
  return 0;
}

}  // namespace
}  // namespace rhumb

int main(int argc, char** argv) { return rhumb::Main(argc, argv); }
