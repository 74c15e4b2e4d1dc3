// Cost of candidate paths and of the searches below them. One thread unless the name says
// otherwise.
#include <benchmark/benchmark.h>

#include "tests/networks.h"
#include "topologies/formats/loader.h"
#include "topologies/paths/candidate_paths.h"
#include "topologies/paths/path_search.h"
#include "topologies/paths/shortest_paths.h"

namespace rhumb {
namespace {

using ::rhumb::testing::RandomConnected;

CandidatePathOptions Options(CandidatePathOptions::Method method, int threads = 1) {
  CandidatePathOptions options;
  options.method = method;
  options.threads = threads;
  return options;
}

Topology Backbone() { return LoadTopology("esnet6-backbone").value().value; }

// All pairs up to 110 nodes, else 20,000 of them.
std::vector<NodePair> SomePairs(int nodes) {
  std::vector<NodePair> pairs;
  if (nodes <= 110) return pairs;
  for (int i = 0; i < 20000; ++i) {
    const NodeId source = i % nodes;
    const NodeId destination = (source + 1 + (i / nodes) * 27) % nodes;
    pairs.push_back({source, destination});
  }
  return pairs;
}

void BM_ComputeBackbone(benchmark::State& state) {
  const Topology topology = Backbone();
  const auto options = Options(CandidatePathOptions::Method::kDiverse, state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(CandidatePaths::Compute(topology, {}, options).value());
  }
}
BENCHMARK(BM_ComputeBackbone)->ArgName("threads")->Arg(1)->Arg(2)->MeasureProcessCPUTime();

void BM_ComputeBackboneYen(benchmark::State& state) {
  const Topology topology = Backbone();
  const auto options = Options(CandidatePathOptions::Method::kYen);
  for (auto _ : state) {
    benchmark::DoNotOptimize(CandidatePaths::Compute(topology, {}, options).value());
  }
}
BENCHMARK(BM_ComputeBackboneYen);

void BM_Compute(benchmark::State& state) {
  const int nodes = static_cast<int>(state.range(0));
  const Topology topology = RandomConnected(1, nodes);
  const auto options = Options(CandidatePathOptions::Method::kDiverse);
  const std::vector<NodePair> pairs = SomePairs(nodes);
  for (auto _ : state) {
    benchmark::DoNotOptimize(CandidatePaths::Compute(topology, pairs, options).value());
  }
}
BENCHMARK(BM_Compute)->ArgName("nodes")->Arg(30)->Arg(110)->Arg(754)->Unit(benchmark::kMillisecond);

// Each link of the backbone fails in turn, and returns.
void BM_UpdateBackbone(benchmark::State& state) {
  const Topology topology = Backbone();
  CandidatePaths paths =
      CandidatePaths::Compute(topology, {}, Options(CandidatePathOptions::Method::kDiverse))
          .value();
  std::vector<Topology> failed;
  for (LinkId l = 0; l < topology.num_links(); ++l) {
    LinkChange change;
    change.link = l;
    change.operational_state = OperationalState::kDown;
    failed.push_back(topology.Apply({change}).value());
  }
  double searched = 0;
  for (auto _ : state) {
    searched = 0;
    for (const Topology& snapshot : failed) {
      benchmark::DoNotOptimize(paths.Update(snapshot));
      searched += paths.num_searched_pairs();
      benchmark::DoNotOptimize(paths.Update(topology));
    }
  }
  state.counters["pairs_per_failure"] = searched / static_cast<double>(failed.size());
  state.counters["s_per_failure_and_return"] = benchmark::Counter(
      static_cast<double>(failed.size()),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(BM_UpdateBackbone)->Unit(benchmark::kMillisecond);

void BM_AllTreesBoost(benchmark::State& state) {
  const Topology topology = RandomConnected(1, static_cast<int>(state.range(0)));
  const std::vector<double> weights = LinkWeights(topology, LinkMetric::kDelay);
  NodeId root = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(ShortestPathTree(topology, weights, root));
    root = (root + 1) % topology.num_nodes();
  }
}
BENCHMARK(BM_AllTreesBoost)->ArgName("nodes")->Arg(30)->Arg(110)->Arg(754);

void BM_AllTreesOwn(benchmark::State& state) {
  const Topology topology = RandomConnected(1, static_cast<int>(state.range(0)));
  const std::vector<double> weights = LinkWeights(topology, LinkMetric::kDelay);
  const SearchGraph graph(topology);
  PathSearch search(graph);
  NodeId root = 0;
  for (auto _ : state) {
    search.Settle(weights, root);
    root = (root + 1) % topology.num_nodes();
  }
}
BENCHMARK(BM_AllTreesOwn)->ArgName("nodes")->Arg(30)->Arg(110)->Arg(754);

}  // namespace
}  // namespace rhumb

BENCHMARK_MAIN();
