// What a flow-level replay costs: one interval of the simulator alone, and the engine with
// decisions. Items are intervals, so items_per_second is how many matrices a core plays in a
// second.
#include <benchmark/benchmark.h>

#include "agents/registry/policy_registry.h"
#include "controller/replay/replay_engine.h"
#include "simulator/flow/flow_simulator.h"
#include "topologies/formats/loader.h"

namespace rhumb {
namespace {

constexpr char kDay[] = "gravity:seed=1,count=288,diurnal=0.3,noise=0.2";

ReplayInput Load(const char* topology, double load) {
  ReplayConfig config;
  config.topology = topology;
  config.traffic = kDay;
  config.load = load;
  return LoadReplayInput(config, MakePolicy).value();
}

// Overloaded queues need the fixed point: load 2 costs more than load 0.5.
void BM_PlayInterval(benchmark::State& state, const char* topology, double load) {
  const ReplayInput input = Load(topology, load);
  const ReplayInterval& interval = *input.interval(1).value();
  const Observation observation{
      interval.scheduled.topology, {interval.measured}, {}, interval.candidate_paths, {}};
  const RoutingPlan plan = (*MakePolicy("lp-previous"))->Decide(observation)->plan;
  auto simulator = MakeFlowSimulator();
  if (!simulator->Reset(Episode{input.topology, {}}).ok()) return state.SkipWithError("Reset");
  for (auto _ : state) {
    benchmark::DoNotOptimize(simulator->Play(plan, interval.scheduled.interval)->mlu);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(BM_PlayInterval, abilene_half, "abilene", 0.5);
BENCHMARK_CAPTURE(BM_PlayInterval, esnet6_half, "esnet6-backbone", 0.5);
BENCHMARK_CAPTURE(BM_PlayInterval, esnet6_overload, "esnet6-backbone", 2.0);

void BM_Replay(benchmark::State& state, const char* topology, const char* policy) {
  const ReplayInput input = Load(topology, 1.0);
  ReplayEngineOptions options;
  options.policies = {policy};
  const SimulatorFactory factory = []() -> absl::StatusOr<std::unique_ptr<NetworkSimulator>> {
    return MakeFlowSimulator();
  };
  for (auto _ : state) {
    benchmark::DoNotOptimize(RunReplay(input, MakePolicy, factory, options)->size());
  }
  state.SetItemsProcessed(state.iterations() * input.num_counted());
}
BENCHMARK_CAPTURE(BM_Replay, abilene_shortest_path, "abilene", "shortest-path");
BENCHMARK_CAPTURE(BM_Replay, abilene_lp_previous, "abilene", "lp-previous");
BENCHMARK_CAPTURE(BM_Replay, esnet6_shortest_path, "esnet6-backbone", "shortest-path");

}  // namespace
}  // namespace rhumb

BENCHMARK_MAIN();
