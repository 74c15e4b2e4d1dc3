// Decision time and memory of the learned agent against CLP on the same candidate paths and
// demands, in one run.
//
//   agent_benchmark [--demands N] [--policy SPEC] [TOPOLOGY...]
//
// TOPOLOGY is a shipped name, a file, or random:NODES. Without one: abilene, esnet6-backbone,
// esnet6, random:158, random:754. Demands are gravity traffic, the N (20,000) largest. CLP solves
// the path formulation from nothing, primal or dual as it sees fit; the optimum that NormMLU refers
// to is the exact one. Times are CPU time of this thread.
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "agents/baselines/lp/min_mlu.h"
#include "agents/baselines/lp/path_formulation.h"
#include "agents/policy_registry.h"
#include "tests/networks.h"
#include "topologies/formats/loader.h"
#include "topologies/generators/traffic_generator.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb {
namespace {

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double PeakMegabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

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

std::vector<NodePair> KeepLargest(TrafficMatrix* demands, size_t count) {
  std::vector<std::pair<double, NodePair>> all;
  for (NodeId s = 0; s < demands->num_nodes(); ++s) {
    for (NodeId d = 0; d < demands->num_nodes(); ++d) {
      if (demands->rate_bps(s, d) > 0) all.push_back({demands->rate_bps(s, d), {s, d}});
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  if (all.size() > count) all.resize(count);
  TrafficMatrix kept(demands->num_nodes());
  std::vector<NodePair> pairs;
  for (const auto& [rate, pair] : all) {
    kept.set_rate_bps(pair.source, pair.destination, rate);
    pairs.push_back(pair);
  }
  *demands = std::move(kept);
  return pairs;
}

absl::Status Measure(const std::string& name, size_t max_demands, const std::string& spec_text) {
  const absl::StatusOr<Topology> topology = Load(name);
  if (!topology.ok()) return topology.status();
  TrafficGeneratorSpec spec;
  spec.count = 1;
  const auto series = GenerateTraffic(*topology, spec);
  if (!series.ok()) return series.status();
  TrafficMatrix demands = series->demands(0);
  const std::vector<NodePair> pairs = KeepLargest(&demands, max_demands);
  const auto candidates = CandidatePaths::Compute(*topology, pairs, {});
  if (!candidates.ok()) return candidates.status();
  Observation observation{*topology, {}, {}, candidates->paths(), std::nullopt};
  observation.past_demands.push_back(std::make_shared<const TrafficMatrix>(demands));

  const auto policy = MakePolicy(spec_text);
  if (!policy.ok()) return policy.status();
  const double before = PeakMegabytes();
  double start = CpuSeconds();
  absl::StatusOr<Decision> decision = (*policy)->Decide(observation);
  const double first_ms = 1e3 * (CpuSeconds() - start);
  if (!decision.ok()) return decision.status();
  std::vector<double> times_ms;
  const int repeats = candidates->paths()->num_paths() > 50000 ? 5 : 200;
  for (int i = 0; i < repeats; ++i) {
    start = CpuSeconds();
    decision = (*policy)->Decide(observation);
    times_ms.push_back(1e3 * (CpuSeconds() - start));
  }
  std::sort(times_ms.begin(), times_ms.end());
  const double agent_mb = PeakMegabytes() - before;
  const double agent_mlu =
      MaxLinkUtilization(*topology, ComputeLinkLoads(*topology, decision->plan, demands).load_bps);

  const double before_lp = PeakMegabytes();
  start = CpuSeconds();
  PathFormulation program(*topology, candidates->paths());
  LpLimits limits;
  limits.time_s = 1200;
  const auto solution = program.Solve(demands, limits);
  const double lp_ms = 1e3 * (CpuSeconds() - start);
  const double lp_mb = PeakMegabytes() - before_lp;
  const auto optimum = OptimalMlu(*topology, demands);

  const double p50 = times_ms[times_ms.size() / 2];
  std::printf("%-18s %6d %7zu %8d %8.2f %8.2f %9.1f %10.0f %7.0fx %8.4f %8.4f %8.0f %8.0f\n",
              name.substr(name.rfind('/') + 1).c_str(), topology->num_nodes(), pairs.size(),
              candidates->paths()->num_paths(), p50, times_ms[times_ms.size() * 99 / 100], first_ms,
              solution.ok() ? lp_ms : -1.0, solution.ok() ? lp_ms / p50 : -1.0,
              optimum.ok() ? agent_mlu / *optimum : -1.0,
              solution.ok() ? agent_mlu / solution->mlu : -1.0, agent_mb, lp_mb);
  std::fflush(stdout);
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  std::vector<std::string> names;
  size_t demands = 20000;
  std::string spec = "neural:default,guard=off";
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]) == "--demands" && i + 1 < argc) {
      demands = static_cast<size_t>(std::atoi(argv[++i]));
    } else if (std::string(argv[i]) == "--policy" && i + 1 < argc) {
      spec = argv[++i];
    } else {
      names.push_back(argv[i]);
    }
  }
  if (names.empty()) names = {"abilene", "esnet6-backbone", "esnet6", "random:158", "random:754"};
  std::printf("%-18s %6s %7s %8s %8s %8s %9s %10s %8s %8s %8s %8s %8s\n", "network", "nodes",
              "demands", "paths", "p50 ms", "p99 ms", "first ms", "CLP ms", "CLP/p50", "NormMLU",
              "to paths", "MB", "CLP MB");
  for (const std::string& name : names) {
    if (absl::Status status = Measure(name, demands, spec); !status.ok()) {
      std::fprintf(stderr, "%s: %s\n", name.c_str(), std::string(status.message()).c_str());
      return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace rhumb

int main(int argc, char** argv) { return rhumb::Main(argc, argv); }
