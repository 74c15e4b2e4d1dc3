// The baselines on real matrices against values computed with other software: the optimum by HiGHS
// (SciPy 1.10, program over link flows), ECMP on inverse capacity by NetworkX 2.8.
#include <gtest/gtest.h>

#include "absl/time/time.h"
#include "agents/baselines/ecmp_plan.h"
#include "agents/baselines/lp/min_mlu_solver.h"
#include "topologies/formats/loader.h"

namespace rhumb {
namespace {

struct Reference {
  const char* time;
  double optimum;
  double ecmp_inverse_capacity;
};

constexpr Reference kReferences[] = {
    {"2004-03-01T00:00:00Z", 0.041506, 0.050992}, {"2004-03-01T06:00:00Z", 0.041096, 0.046109},
    {"2004-03-01T12:00:00Z", 0.047883, 0.054192}, {"2004-03-01T18:00:00Z", 0.063335, 0.079338},
    {"2004-03-01T23:55:00Z", 0.056985, 0.070652},
};

TEST(AbileneReferenceTest, OptimumAndEcmpAgreeWithOtherSoftware) {
  const Topology topology = LoadTopology("abilene").value().value;
  const TrafficSeries series =
      LoadTraffic("abilene-2004").value().value.ForTopology(topology).value();
  const RoutingPlan ecmp = EcmpPlan(topology, LinkMetric::kInverseCapacity);
  MinMluSolver solver = MinMluSolver::OverAllPaths(topology);
  int compared = 0;
  for (const TimedMatrix& matrix : series.matrices()) {
    const double optimum = solver.SolveMlu(matrix.demands).value();
    const std::string time =
        absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", *matrix.time, absl::UTCTimeZone());
    for (const Reference& reference : kReferences) {
      if (time != reference.time) continue;
      ++compared;
      EXPECT_NEAR(optimum, reference.optimum, 1e-3 * reference.optimum) << time;
      const double mlu =
          MaxLinkUtilization(topology, ComputeLinkLoads(topology, ecmp, matrix.demands).load_bps);
      EXPECT_NEAR(mlu, reference.ecmp_inverse_capacity, 1e-3 * reference.ecmp_inverse_capacity)
          << time;
    }
  }
  EXPECT_EQ(compared, 5);
}

}  // namespace
}  // namespace rhumb
