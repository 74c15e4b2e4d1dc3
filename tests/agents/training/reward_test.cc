#include "agents/training/reward.h"

#include <gtest/gtest.h>

#include <cmath>

namespace rhumb::training {
namespace {

Measurements Measured(double fct_s, double delay_s, double loss, double goodput_bps) {
  Measurements m;
  m.offered_bps = 100;
  m.goodput_bps = goodput_bps;
  m.mean_delay_s = delay_s;
  m.loss_ratio = loss;
  m.flows.emplace();
  m.flows->started = 10;
  m.flows->on_time = 8;
  m.flows->mean_s = fct_s;
  m.flows->mean_slowdown = fct_s / 0.1;
  return m;
}

TEST(RewardTest, ComparesWithTheReferenceTermByTerm) {
  Measurements reference = Measured(0.4, 0.02, 0.05, 80);
  reference.flows->on_time = 6;

  const RewardTerms terms = TermsAgainst(Measured(0.2, 0.04, 0.01, 90), reference);

  EXPECT_NEAR(terms.completion, std::log(2), 1e-12);
  EXPECT_NEAR(terms.on_time, 0.2, 1e-12);
  EXPECT_NEAR(terms.delay, -std::log(2), 1e-12);
  EXPECT_NEAR(terms.loss, 0.04, 1e-12);
  EXPECT_NEAR(terms.goodput, std::log(9.0 / 8), 1e-12);
}

TEST(RewardTest, TheDelayMayBeThatOfEveryPacketAlike) {
  Measurements reference = Measured(0.4, 0.02, 0.05, 80);
  reference.mean_packet_delay_s = 0.01;
  Measurements m = Measured(0.2, 0.04, 0.01, 90);
  m.mean_packet_delay_s = 0.005;

  EXPECT_NEAR(TermsAgainst(m, reference, DelayOf::kPackets).delay, std::log(2), 1e-12);
  EXPECT_NEAR(TermsAlone(m, 0.0025, DelayOf::kPackets).delay, -std::log(2), 1e-12);
}

TEST(RewardTest, IsZeroForTheReferenceItself) {
  const Measurements m = Measured(0.4, 0.02, 0.05, 80);
  EXPECT_EQ(WeightedSum(TermsAgainst(m, m), {1, 1, 1, 1, 1}), 0);
}

TEST(RewardTest, AloneComparesWithTheEmptyNetwork) {
  const RewardTerms terms = TermsAlone(Measured(0.2, 0.04, 0.01, 50), 0.02);

  EXPECT_NEAR(terms.completion, -std::log(2), 1e-12);
  EXPECT_NEAR(terms.on_time, 0.8, 1e-12);
  EXPECT_NEAR(terms.delay, -std::log(2), 1e-12);
  EXPECT_NEAR(terms.loss, -0.01, 1e-12);
  EXPECT_NEAR(terms.goodput, -std::log(2), 1e-12);
}

TEST(RewardTest, DeliveringNothingIsTheWorstAndNotTheFastest) {
  const Measurements reference = Measured(0.4, 0.02, 0.05, 80);
  Measurements nothing = Measured(3, 0, 1, 0);

  EXPECT_EQ(TermsAgainst(nothing, reference).delay, -3);
  EXPECT_EQ(TermsAgainst(nothing, reference).goodput, -3);
  EXPECT_EQ(TermsAlone(nothing, 0.02).delay, -3);
}

TEST(RewardTest, DelayStandsInForCompletionWhereNoFlowsArePlayed) {
  Measurements a = Measured(1, 0.02, 0, 80), b = Measured(1, 0.04, 0, 80);
  a.flows.reset();
  b.flows.reset();

  EXPECT_NEAR(TermsAgainst(a, b).completion, std::log(2), 1e-12);
  EXPECT_EQ(TermsAgainst(a, b).on_time, 0);
}

TEST(RewardTest, WeighsTheTerms) {
  EXPECT_DOUBLE_EQ(WeightedSum({1, 2, 3, 4, 5, 6}, {1, 0.1, 10, 100, 0, 1000}),
                   1 + 0.2 + 30 + 400 + 6000);
}

}  // namespace
}  // namespace rhumb::training
