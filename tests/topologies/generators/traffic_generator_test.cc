#include "topologies/generators/traffic_generator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/networks.h"
#include "topologies/generators/gravity.h"
#include "topologies/generators/random_stream.h"
#include "topologies/generators/temporal.h"

namespace rhumb {
namespace {

using ::testing::AllOf;
using ::testing::DoubleNear;
using ::testing::Each;
using ::testing::HasSubstr;

TrafficGeneratorSpec Spec(absl::string_view text) { return ParseTrafficGenerator(text).value(); }

TrafficSeries Generate(const Topology& topology, absl::string_view text) {
  return GenerateTraffic(topology, Spec(text)).value();
}

double MeanTotal(const TrafficSeries& series) { return series.Mean().total_bps(); }

// Rates from the largest to the smallest.
std::vector<double> Sorted(const TrafficMatrix& matrix) {
  std::vector<double> rates(matrix.rates_bps().begin(), matrix.rates_bps().end());
  std::sort(rates.rbegin(), rates.rend());
  return rates;
}

// Pearson correlation of x(t) and x(t + lag).
double Autocorrelation(const std::vector<double>& x, size_t lag) {
  const double mean = std::accumulate(x.begin(), x.end(), 0.0) / x.size();
  double covariance = 0, variance = 0;
  for (size_t t = 0; t < x.size(); ++t) {
    variance += (x[t] - mean) * (x[t] - mean);
    if (t + lag < x.size()) covariance += (x[t] - mean) * (x[t + lag] - mean);
  }
  return covariance / variance;
}

TEST(RandomStreamTest, SeedPurposeAndIndexEachGiveAnotherStream) {
  RandomStream a(1, 2, 3), b(1, 2, 3), c(1, 2, 4), d(1, 3, 3), e(2, 2, 3);
  const uint64_t first = a.Bits();
  EXPECT_EQ(first, b.Bits());
  EXPECT_NE(first, c.Bits());
  EXPECT_NE(first, d.Bits());
  EXPECT_NE(first, e.Bits());
}

TEST(RandomStreamTest, NormalHasTheMomentsOfANormalDistribution) {
  RandomStream random(7);
  const int n = 200000;
  double sum = 0, squares = 0, fourth = 0;
  for (int i = 0; i < n; ++i) {
    const double x = random.Normal();
    sum += x;
    squares += x * x;
    fourth += x * x * x * x;
  }
  EXPECT_NEAR(sum / n, 0, 0.01);
  EXPECT_NEAR(squares / n, 1, 0.02);
  EXPECT_NEAR(fourth / n, 3, 0.1);
}

TEST(RandomStreamTest, BelowIsUniform) {
  RandomStream random(8);
  std::vector<int> count(5, 0);
  for (int i = 0; i < 50000; ++i) ++count[random.Below(5)];
  EXPECT_THAT(count, Each(AllOf(::testing::Ge(9600), ::testing::Le(10400))));
}

TEST(GravityTest, WeightsAreProductsOfMassesOverTheirSum) {
  const Topology topology = testing::RandomConnected(3, 12);
  const GravityWeights gravity = DrawGravityWeights(topology, Spec("gravity:seed=5")).value();
  const int n = topology.num_nodes();
  auto w = [&](int s, int d) { return gravity.weight[s * n + d]; };
  EXPECT_NEAR(std::accumulate(gravity.weight.begin(), gravity.weight.end(), 0.0), 1, 1e-12);
  // A product form has w(a,c) w(b,d) = w(a,d) w(b,c) for different a, b, c, d.
  for (int a = 0; a + 3 < n; ++a) {
    EXPECT_NEAR(w(a, a + 2) * w(a + 1, a + 3) / (w(a, a + 3) * w(a + 1, a + 2)), 1, 1e-9);
  }
}

TEST(GravityTest, CapacityMassesMatchTheFormulaByHand) {
  // A-B 1 Gbit/s, B-C 3 Gbit/s: masses 1, 4 and 3.
  std::vector<Link> links;
  testing::AddCable(&links, 0, 1, 1e9);
  testing::AddCable(&links, 1, 2, 3e9);
  const Topology topology = Topology::Create("abc", testing::NamedNodes(3), links).value();
  const TrafficSeries series =
      Generate(topology, "gravity:mass=capacity,noise=0,count=1,total=38000");
  const TrafficMatrix& demands = series.demands(0);
  // Products 4, 3, 4, 12, 3, 12 add up to 38.
  EXPECT_EQ(demands.rate_bps(0, 1), 4000);
  EXPECT_EQ(demands.rate_bps(0, 2), 3000);
  EXPECT_EQ(demands.rate_bps(1, 0), 4000);
  EXPECT_EQ(demands.rate_bps(1, 2), 12000);
  EXPECT_EQ(demands.rate_bps(2, 0), 3000);
  EXPECT_EQ(demands.rate_bps(2, 1), 12000);
}

TEST(GravityTest, MassesAreLogNormalWithTheStatedSpread) {
  std::vector<Link> links;
  const int n = 400;
  for (int i = 0; i < n; ++i) testing::AddCable(&links, i, (i + 1) % n, 1e9);
  const Topology ring = Topology::Create("ring", testing::NamedNodes(n), links).value();
  const GravityWeights gravity = DrawGravityWeights(ring, Spec("gravity:sigma=0.7")).value();
  // The logarithm of a row sum is the logarithm of the node's sending mass plus nearly a constant.
  std::vector<double> log_mass(n);
  for (int s = 0; s < n; ++s) {
    log_mass[s] = std::log(
        std::accumulate(gravity.weight.begin() + s * n, gravity.weight.begin() + (s + 1) * n, 0.0));
  }
  const double mean = std::accumulate(log_mass.begin(), log_mass.end(), 0.0) / n;
  double variance = 0;
  for (const double x : log_mass) variance += (x - mean) * (x - mean) / n;
  EXPECT_NEAR(std::sqrt(variance), 0.7, 0.08);
}

TEST(GravityTest, UnreachablePairsGetNothing) {
  std::vector<Link> links;
  testing::AddCable(&links, 0, 1, 1e9);
  testing::AddCable(&links, 1, 2, 1e9);
  links[2].administrative_state = AdministrativeState::kDrained;  // B>C
  const Topology topology = Topology::Create("abc", testing::NamedNodes(3), links).value();
  const TrafficMatrix demands = Generate(topology, "uniform:count=1").demands(0);
  EXPECT_EQ(demands.rate_bps(0, 2), 0);
  EXPECT_EQ(demands.rate_bps(1, 2), 0);
  EXPECT_GT(demands.rate_bps(2, 0), 0);
  EXPECT_EQ(demands.num_demands(), 4);
}

TEST(TrafficGeneratorTest, SeedsReproduceAndDiffer) {
  const Topology topology = testing::RandomConnected(1, 8);
  for (const GeneratorTerm& model : TrafficGeneratorModels()) {
    const TrafficSeries first = Generate(topology, model.name + ":seed=4,count=20");
    const TrafficSeries again = Generate(topology, model.name + ":seed=4,count=20");
    const TrafficSeries other = Generate(topology, model.name + ":seed=5,count=20");
    for (int t = 0; t < 20; ++t) EXPECT_EQ(first.demands(t), again.demands(t)) << model.name;
    EXPECT_EQ(first.demands(0) == other.demands(0), model.name == "uniform") << model.name;
  }
}

TEST(TrafficGeneratorTest, LongerSeriesStartsWithTheShorterOne) {
  const Topology topology = testing::RandomConnected(1, 8);
  const std::string settings = "bursts:hotspot-rate=0.1,diurnal=0.3,count=";
  const TrafficSeries shorter = Generate(topology, settings + "5");
  const TrafficSeries longer = Generate(topology, settings + "50");
  for (int t = 0; t < 5; ++t) EXPECT_EQ(shorter.demands(t), longer.demands(t));
}

TEST(TrafficGeneratorTest, FirstNumbersOfASeedStayTheSame) {
  // Worked out with an independent implementation of the documented formulas in Python.
  const TrafficMatrix demands =
      Generate(testing::Diamond(), "gravity:seed=1,count=2,total=1G,pair-sigma=0.3").demands(1);
  EXPECT_EQ(demands.rate_bps(0, 1), 71538430);
  EXPECT_EQ(demands.rate_bps(3, 2), 73428639);
}

TEST(TrafficGeneratorTest, TotalIsMetOnAverage) {
  const Topology topology = testing::RandomConnected(2, 10);
  EXPECT_NEAR(MeanTotal(Generate(topology, "uniform:total=9G,count=1")), 9e9, 100);
  EXPECT_NEAR(MeanTotal(Generate(topology, "gravity:total=9G,count=2000,rho=0")), 9e9, 9e7);
  EXPECT_NEAR(MeanTotal(Generate(topology, "diurnal:total=9G,count=576,noise=0")), 9e9, 1e5);
}

TEST(TrafficGeneratorTest, UtilizationIsTheMeanOverLinksOnFewestHops) {
  // On a line all paths are fewest-hop paths, so the load of every link is known.
  const Topology line = testing::Line(5);
  const TrafficMatrix demands =
      Generate(line, "gravity:count=1,noise=0,utilization=0.25").demands(0);
  double carried = 0;
  for (int s = 0; s < 5; ++s) {
    for (int d = 0; d < 5; ++d) carried += demands.rate_bps(s, d) * std::abs(s - d);
  }
  EXPECT_NEAR(carried / (8 * testing::kGigabit), 0.25, 1e-6);
}

TEST(TrafficGeneratorTest, NoiseHasTheStatedSpreadAndAutocorrelation) {
  for (const double rho : {0.0, 0.5, 0.9}) {
    std::vector<double> log_noise;
    for (const double x : AutoregressiveNoise(RandomStream(3), 0.4, rho, 40000)) {
      log_noise.push_back(std::log(x));
    }
    const double mean = std::accumulate(log_noise.begin(), log_noise.end(), 0.0) / 40000;
    double variance = 0;
    for (const double x : log_noise) variance += (x - mean) * (x - mean) / 40000;
    EXPECT_NEAR(std::sqrt(variance), 0.4, 0.02) << rho;
    EXPECT_NEAR(mean, -0.4 * 0.4 / 2, 0.03) << rho;
    EXPECT_NEAR(Autocorrelation(log_noise, 1), rho, 0.02) << rho;
    EXPECT_NEAR(Autocorrelation(log_noise, 3), rho * rho * rho, 0.03) << rho;
  }
}

TEST(TrafficGeneratorTest, NoiseOfDifferentPairsIsIndependent) {
  const TrafficSeries series = Generate(testing::Line(3), "uniform:noise=0.3,rho=0,count=4000");
  double product = 0, first = 0, second = 0;
  const double mean = std::log(series.Mean().rate_bps(0, 1)) - 0.045;
  for (int t = 0; t < series.size(); ++t) {
    const double x = std::log(series.demands(t).rate_bps(0, 1)) - mean;
    const double y = std::log(series.demands(t).rate_bps(1, 0)) - mean;
    product += x * y;
    first += x * x;
    second += y * y;
  }
  EXPECT_NEAR(product / std::sqrt(first * second), 0, 0.06);
}

TEST(TrafficGeneratorTest, ElephantsCarryTheirShare) {
  const Topology topology = testing::RandomConnected(6, 20);  // 380 pairs, 19 elephants
  const auto rates =
      Sorted(Generate(topology, "elephants:sigma=0,noise=0,count=1,total=1T").demands(0));
  EXPECT_NEAR(std::accumulate(rates.begin(), rates.begin() + 19, 0.0), 0.8e12, 1000);
  EXPECT_GT(rates[18], 10 * rates[19]);
  // With spread masses some mice may be larger than some elephants: the top carries at least the
  // share.
  const auto spread = Sorted(Generate(topology, "elephants:noise=0,count=1,total=1T").demands(0));
  EXPECT_GE(std::accumulate(spread.begin(), spread.begin() + 19, 0.0), 0.8e12 - 1000);
}

TEST(TrafficGeneratorTest, SparsityEmptiesTheStatedShareOfPairs) {
  const Topology topology = testing::RandomConnected(6, 20);
  EXPECT_EQ(Generate(topology, "gravity:sparsity=0.75,count=1").demands(0).num_demands(), 95);
  EXPECT_GE(Generate(topology, "gravity:sparsity=0.9999,count=1").demands(0).num_demands(), 1);
}

TEST(TrafficGeneratorTest, DiurnalCyclePeaksAtTheLocalHour) {
  // C is 90 degrees west of A and B: its 15:00 is 21:00 UTC.
  std::vector<Node> nodes = testing::NamedNodes(3);
  nodes[0].coordinates = Coordinates{50, 0};
  nodes[1].coordinates = Coordinates{40, 0};
  nodes[2].coordinates = Coordinates{40, -90};
  std::vector<Link> links;
  testing::AddCable(&links, 0, 1, 1e9);
  testing::AddCable(&links, 1, 2, 1e9);
  const Topology topology = Topology::Create("abc", nodes, links).value();
  const TrafficSeries series =
      Generate(topology, "diurnal:sigma=0,noise=0,interval=1h,count=24,diurnal=0.5,total=6M");
  EXPECT_NEAR(series.demands(15).rate_bps(0, 1), 1.5e6, 1);
  EXPECT_NEAR(series.demands(3).rate_bps(0, 1), 0.5e6, 1);
  // Between A and C the mean of both: highest half way, at 18:00, where each has cos(45 degrees).
  EXPECT_NEAR(series.demands(18).rate_bps(0, 2), 1e6 * (1 + 0.5 * std::sqrt(0.5)), 1);
  const TrafficSeries common = Generate(
      topology, "diurnal:sigma=0,noise=0,interval=1h,count=24,diurnal=0.5,total=6M,phase=common");
  EXPECT_NEAR(common.demands(15).rate_bps(0, 2), 1.5e6, 1);
}

TEST(TrafficGeneratorTest, DiurnalCycleFollowsTheStartTime) {
  const TrafficSeries series =
      Generate(testing::Line(2),
               "diurnal:sigma=0,noise=0,count=2,interval=1h,total=2M,start=2025-06-01T14:00:00Z");
  EXPECT_NEAR(series.demands(1).rate_bps(0, 1), 1.5e6, 1);
  EXPECT_EQ(absl::FormatTime(*series[1].time, absl::UTCTimeZone()), "2025-06-01T15:00:00+00:00");
}

TEST(TrafficGeneratorTest, BurstsHaveTheStatedFactorLengthAndShareOfTime) {
  const int count = 200000;
  const auto factor = OnOffFactor(RandomStream(9), 0.02, 5, 7, count);
  EXPECT_THAT(factor, Each(::testing::AnyOf(1, 7)));
  int on = 0, starts = 0;
  for (int t = 1; t < count; ++t) {
    on += factor[t] == 7;
    starts += factor[t] == 7 && factor[t - 1] == 1;
  }
  EXPECT_NEAR(static_cast<double>(on) / starts, 5, 0.4);
  EXPECT_NEAR(static_cast<double>(on) / count, 0.02 / (0.02 + 0.2), 0.01);
}

TEST(TrafficGeneratorTest, HotspotRaisesEverythingItsNodeReceives) {
  const TrafficSeries series =
      Generate(testing::RandomConnected(2, 6),
               "hotspots:sigma=0,noise=0,hotspot-rate=0.1,total=30M,count=200");
  int hot = 0;
  for (int t = 0; t < series.size(); ++t) {
    for (int d = 0; d < 6; ++d) {
      const double reference = series.demands(t).rate_bps((d + 1) % 6, d);
      EXPECT_TRUE(reference == 1e6 || reference == 3e6) << reference;
      hot += reference == 3e6;
      for (int s = 0; s < 6; ++s) {
        EXPECT_EQ(series.demands(t).rate_bps(s, d), s == d ? 0 : reference);
      }
    }
  }
  EXPECT_GT(hot, 100);
}

TEST(TrafficGeneratorTest, OneNodeIsRefused) {
  const Topology lonely = Topology::Create("lonely", testing::NamedNodes(1), {}).value();
  const auto series = GenerateTraffic(lonely, {});
  EXPECT_THAT(std::string(series.status().message()), HasSubstr("lonely"));
}

TEST(TrafficGeneratorTest, SeriesBeyondTheMemoryLimitIsRefused) {
  const auto series =
      GenerateTraffic(testing::RandomConnected(1, 60), Spec("uniform:count=1000000"));
  EXPECT_EQ(series.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(series.status().message()), HasSubstr("smaller count"));
}

TEST(TrafficGeneratorTest, FieldsSetInCodeAreChecked) {
  TrafficGeneratorSpec spec;
  spec.rho = 1.5;
  const auto series = GenerateTraffic(testing::Line(2), spec);
  EXPECT_EQ(series.status().code(), absl::StatusCode::kOutOfRange);
  spec.rho = std::nan("");
  EXPECT_FALSE(GenerateTraffic(testing::Line(2), spec).ok());
}

TEST(ParseTrafficGeneratorTest, ReadsModelsAndSettings) {
  const TrafficGeneratorSpec spec = Spec("bursts:seed=9, count=50,total=2.5G,interval=15m,rho=0.5");
  EXPECT_EQ(spec.model, "bursts");
  EXPECT_EQ(spec.seed, 9);
  EXPECT_EQ(spec.count, 50);
  EXPECT_EQ(spec.total_bps, 2.5e9);
  EXPECT_EQ(spec.interval, absl::Minutes(15));
  EXPECT_EQ(spec.rho, 0.5);
  EXPECT_GT(spec.burst_rate, 0);
  EXPECT_EQ(Spec("gravity").count, 288);
  EXPECT_EQ(Spec("gravity:sigma=2,mass=capacity").sigma, 2);
  EXPECT_EQ(Spec("gravity:mass=capacity").sigma, 0);
}

TEST(ParseTrafficGeneratorTest, ExplainsWhatIsWrong) {
  auto error = [](absl::string_view text) {
    return std::string(ParseTrafficGenerator(text).status().message());
  };
  EXPECT_THAT(error("gravitas"), AllOf(HasSubstr("gravitas"), HasSubstr("gravity, diurnal")));
  EXPECT_THAT(error("gravity:sead=1"), AllOf(HasSubstr("\"sead\""), HasSubstr("seed, count")));
  EXPECT_THAT(error("gravity:seed=x"),
              AllOf(HasSubstr("seed is \"x\""), HasSubstr("whole number")));
  EXPECT_THAT(error("gravity:seed=1,seed=2"), HasSubstr("seed twice"));
  EXPECT_THAT(error("gravity:rho=1.2"), AllOf(HasSubstr("rho is 1.2"), HasSubstr("from 0 to 1")));
  EXPECT_THAT(error("gravity:count=0"), HasSubstr("count is 0"));
  EXPECT_THAT(error("gravity:count"), HasSubstr("count is \"\""));
  EXPECT_THAT(error("gravity:interval=5"), HasSubstr("5m"));
  EXPECT_THAT(error("gravity:total=lots"), HasSubstr("40G"));
  EXPECT_THAT(error("gravity:mass=heavy"), HasSubstr("lognormal, capacity or uniform"));
  EXPECT_THAT(error("gravity:sigma=nan"), HasSubstr("sigma"));
}

TEST(ParseTrafficGeneratorTest, TellsGeneratorsFromFiles) {
  EXPECT_TRUE(LooksLikeTrafficGenerator("gravity:seed=1"));
  EXPECT_TRUE(LooksLikeTrafficGenerator("uniform"));
  EXPECT_FALSE(LooksLikeTrafficGenerator("gravity.json"));
  EXPECT_FALSE(LooksLikeTrafficGenerator("abilene-2004"));
}

}  // namespace
}  // namespace rhumb
