// How long the minimum-MLU programs take, cold (a new network) and warm (the next matrix of a
// series).
//
//   min_mlu_benchmark [--benchmark_... ] [TOPOLOGY[:DEMANDS]]...
//
// TOPOLOGY is a shipped name or a file, DEMANDS how many of the largest demands count (all by
// default). Traffic is generated: gravity by capacity, log-normal masses, 20 % noise from one
// interval to the next. "links" is the program over all link flows, "paths_plain" the one over all
// candidate paths at once, "paths" and "exact" column generation over the candidate paths and over
// all paths, "plan" both of its stages. Networks of more than 40 nodes skip "links".
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agents/baselines/latest_demands.h"
#include "agents/baselines/lp/edge_formulation.h"
#include "agents/baselines/lp/min_mlu_solver.h"
#include "agents/baselines/lp/path_formulation.h"
#include "topologies/formats/loader.h"
#include "topologies/generators/traffic_generator.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb {
namespace {

constexpr int kMatrices = 12;

struct Case {
  Topology topology;
  std::vector<TrafficMatrix> matrices;
  std::shared_ptr<const PathSet> paths;
  const TrafficMatrix& matrix(int64_t i) const { return matrices[i % matrices.size()]; }
};

TrafficMatrix Keep(const TrafficMatrix& demands, const std::vector<NodePair>& pairs) {
  TrafficMatrix kept(demands.num_nodes());
  for (NodePair p : pairs) {
    kept.set_rate_bps(p.source, p.destination, demands.rate_bps(p.source, p.destination));
  }
  return kept;
}

absl::StatusOr<Case> MakeCase(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits(':', 1));
  absl::StatusOr<Loaded<Topology>> topology = LoadTopology(parts[0]);
  if (!topology.ok()) return topology.status();
  auto spec = ParseTrafficGenerator(
      absl::StrCat("gravity:seed=1,mass=capacity,noise=0.2,count=", kMatrices));
  if (!spec.ok()) return spec.status();
  auto series = GenerateTraffic(topology->value, *spec);
  if (!series.ok()) return series.status();
  std::vector<NodePair> pairs = DemandsLargestFirst(series->Mean());
  int most = static_cast<int>(pairs.size());
  if (parts.size() == 2 && !absl::SimpleAtoi(parts[1], &most)) {
    return absl::InvalidArgumentError(absl::StrCat("not a number of demands: ", parts[1]));
  }
  pairs.resize(std::min(pairs.size(), static_cast<size_t>(std::max(most, 1))));
  Case result{topology->value, {}, nullptr};
  for (const TimedMatrix& matrix : series->matrices()) {
    result.matrices.push_back(Keep(matrix.demands, pairs));
  }
  auto candidates = CandidatePaths::Compute(result.topology, pairs, {});
  if (!candidates.ok()) return candidates.status();
  result.paths = candidates->paths();
  std::printf("%s: %d nodes, %d links, %zu demands, %d candidate paths\n", text.c_str(),
              result.topology.num_nodes(), result.topology.num_links(), pairs.size(),
              result.paths->num_paths());
  return result;
}

void Fail(benchmark::State& state, const absl::Status& status) {
  state.SkipWithError(std::string(status.message()).c_str());
}

// `make` gives a solver; `solve` runs it on a matrix and returns a Status.
template <typename Make, typename Solve>
void Register(const std::string& name, const Case& c, Make make, Solve solve) {
  auto run = [&c, make, solve](benchmark::State& state, bool warm) {
    auto solver = make(c);
    int64_t i = 0;
    if (warm) {
      // Every matrix once, so that the series has been seen.
      for (; i < kMatrices; ++i) {
        if (absl::Status status = solve(solver, c.matrix(i)); !status.ok()) {
          return Fail(state, status);
        }
      }
    }
    for (auto _ : state) {
      if (!warm) solver = make(c);
      if (absl::Status status = solve(solver, c.matrix(i++)); !status.ok()) {
        return Fail(state, status);
      }
    }
  };
  for (const bool warm : {false, true}) {
    benchmark::RegisterBenchmark(absl::StrCat(name, warm ? "/warm" : "/cold").c_str(),
                                 [run, warm](benchmark::State& state) { run(state, warm); })
        ->Unit(benchmark::kMillisecond);
  }
}

void RegisterAll(const std::string& name, const Case& c) {
  auto mlu = [](MinMluSolver& solver, const TrafficMatrix& demands) {
    return solver.SolveMlu(demands).status();
  };
  auto plan = [](MinMluSolver& solver, const TrafficMatrix& demands) {
    return solver.SolvePlan(demands).status();
  };
  auto all = [](const Case& at) { return MinMluSolver::OverAllPaths(at.topology); };
  auto listed = [](const Case& at) { return MinMluSolver::OverPaths(at.topology, at.paths); };
  Register(name + "/exact", c, all, mlu);
  Register(name + "/exact_plan", c, all, plan);
  Register(name + "/paths", c, listed, mlu);
  Register(name + "/paths_plan", c, listed, plan);
  Register(
      name + "/paths_plain", c,
      [](const Case& at) { return PathFormulation(at.topology, at.paths); },
      [](PathFormulation& program, const TrafficMatrix& demands) {
        return program.Solve(demands, LpLimits{}).status();
      });
  if (c.topology.num_nodes() > 40) return;
  Register(
      name + "/links", c, [](const Case& at) { return EdgeFormulation(at.topology); },
      [](EdgeFormulation& program, const TrafficMatrix& demands) {
        return program.Solve(demands, LpLimits{}).status();
      });
}

}  // namespace
}  // namespace rhumb

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  std::vector<std::string> names(argv + 1, argv + argc);
  if (names.empty()) names = {"abilene", "geant", "esnet6-backbone"};
  std::vector<std::unique_ptr<rhumb::Case>> cases;
  for (const std::string& name : names) {
    auto made = rhumb::MakeCase(name);
    if (!made.ok()) {
      std::fprintf(stderr, "%s\n", std::string(made.status().message()).c_str());
      return 1;
    }
    cases.push_back(std::make_unique<rhumb::Case>(*std::move(made)));
    rhumb::RegisterAll(name, *cases.back());
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
