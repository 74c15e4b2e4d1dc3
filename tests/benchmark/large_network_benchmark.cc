// Whole large networks, all demands: time of the first plan, of later ones and of one after a
// failed cable, memory, and how near the plans are proven to be to the best possible.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "agents/trees/tree_planner.h"
#include "tests/benchmark/measuring.h"
#include "topologies/formats/loader.h"
#include "topologies/generators/traffic_generator.h"

namespace rhumb {
namespace {

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
trees::TreeDemands Convert(const TrafficMatrix& m, double unit) {
  trees::TreeDemands demands(m.num_nodes());
  for (int s = 0; s < m.num_nodes(); ++s)
    for (int d = 0; d < m.num_nodes(); ++d) demands.row(d)[s] = static_cast<float>(m.rate_bps(s, d) * unit);
  return demands;
}
int Main(int argc, char** argv) {
  const Topology topology = OrExit(LoadTopology(argv[1], {})).value;
  auto spec = OrExit(ParseTrafficGenerator(argc > 2 ? argv[2] : "gravity"));
  spec.count = 6;
  if (spec.noise == 0) spec.noise = 0.2;
  const TrafficSeries series = OrExit(GenerateTraffic(topology, spec));
  trees::TreePlannerOptions options;
  if (argc > 3) options.gap = std::atof(argv[3]);
  trees::TreePlanner planner(options);
  const auto step = [&](const Topology& t, const TrafficMatrix& m, const char* what) {
    double a = Now();
    double cpu = std::clock();
    planner.SetTopology(t);
    const auto demands = Convert(m, planner.unit_per_bps());
    const auto report = planner.Improve(demands, nullptr, [&](const trees::TreePlanReport& r) {
      if (std::getenv("V")) std::printf("   round %d mlu %.5f bound %.5f t=%.2f\n", r.rounds, r.mlu, r.bound, Now() - a);
    });
    double b = Now();
    const RoutingPlan plan = planner.Plan(t.version());
    double c = Now();
    const LinkLoads loads = ComputeLinkLoads(t, plan, m);
    rusage u{};
    getrusage(RUSAGE_SELF, &u);
    std::printf("%-8s improve %.2f plan %.2f cpu %.2f | mlu %.5f (exact %.5f) bound %.5f gap %.2f%% rounds %d split %d paths %d unrouted %.3g | max rss %.0f MB\n",
                what, b - a, c - b, (std::clock() - cpu) / CLOCKS_PER_SEC, report.mlu, MaxLinkUtilization(t, loads.load_bps), report.bound,
                100 * (report.mlu / report.bound - 1), report.rounds, report.split_demands, plan.paths().num_paths(), loads.unrouted_bps, u.ru_maxrss / 1024.0);
    std::fflush(stdout);
  };
  for (int i = 0; i < 4; ++i) step(topology, series.demands(i), i == 0 ? "first" : "later");
  const Topology failed = *topology.Apply({{0, {}, OperationalState::kDown, {}, {}}, {1, {}, OperationalState::kDown, {}, {}}});
  step(failed, series.demands(4), "failed");
  step(failed, series.demands(5), "later");
  step(topology, series.demands(5), "back");
  return 0;
}

}  // namespace
}  // namespace rhumb

int main(int argc, char** argv) { return rhumb::Main(argc, argv); }
