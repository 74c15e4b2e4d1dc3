#include "agents/training/rollout_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "absl/synchronization/notification.h"
#include "agents/baselines/metric_policy.h"
#include "agents/baselines/single_path_plan.h"
#include "agents/neural/checkpoint.h"
#include "agents/neural/neural_policy.h"
#include "agents/training/routing_environment.h"
#include "agents/training/scenario_scores.h"
#include "simulator/flow/flow_simulator.h"
#include "tests/agents/training/scripted_environment.h"
#include "tests/networks.h"

namespace rhumb::training {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Script;
using testing::Scripted;

RolloutJob ShortestPathJob(uint64_t seed, int repeats = 1) {
  RolloutJob job;
  job.seed = seed;
  job.repeats = repeats;
  job.baseline = [] {
    return std::make_unique<MetricPolicy>("shortest-path", ShortestPathPlan, LinkMetric::kHops);
  };
  return job;
}

std::vector<uint64_t> SeedsOf(const std::vector<RolloutGroup>& groups) {
  std::vector<uint64_t> seeds;
  for (const RolloutGroup& group : groups) seeds.push_back(group.job.seed);
  return seeds;
}

TEST(RolloutPoolTest, ReturnsEverythingInOrderOfSubmission) {
  auto script = std::make_shared<Script>();
  RolloutPool pool(3, Scripted(script));
  for (uint64_t seed = 1; seed <= 20; ++seed) pool.Submit(ShortestPathJob(seed, 2));

  const auto groups = pool.Collect(0).value();

  ASSERT_EQ(groups.size(), 20u);
  for (size_t i = 0; i < groups.size(); ++i) {
    EXPECT_EQ(groups[i].job.seed, i + 1);
    ASSERT_EQ(groups[i].trajectories.size(), 2u);
    EXPECT_EQ(groups[i].trajectories[1][0].reward, static_cast<double>(i + 1));
  }
  EXPECT_EQ(pool.cost().steps, 40);
}

TEST(RolloutPoolTest, AWorkerThatDiesOnceCostsNoEpisode) {
  auto script = std::make_shared<Script>();
  script->faults[2] = {absl::UnavailableError("killed")};
  RolloutPool pool(1, Scripted(script));
  for (uint64_t seed = 1; seed <= 3; ++seed) pool.Submit(ShortestPathJob(seed));

  const auto groups = pool.Collect(0).value();

  EXPECT_THAT(SeedsOf(groups), ElementsAre(1, 2, 3));
  EXPECT_EQ(groups[1].trajectories.size(), 1u);
  EXPECT_EQ(pool.cost().retries, 1);
  EXPECT_EQ(pool.cost().lost, 0);
  absl::MutexLock lock(&script->mutex);
  EXPECT_EQ(script->made, 2);
}

TEST(RolloutPoolTest, AnEpisodeThatKillsTwiceIsLostAndCountedAndTheOthersGoOn) {
  auto script = std::make_shared<Script>();
  script->faults[2] = {absl::UnavailableError("killed"), absl::DeadlineExceededError("hung")};
  RolloutPool pool(2, Scripted(script));
  for (uint64_t seed = 1; seed <= 3; ++seed) pool.Submit(ShortestPathJob(seed));

  const auto groups = pool.Collect(0).value();

  ASSERT_THAT(SeedsOf(groups), ElementsAre(1, 2, 3));
  EXPECT_TRUE(groups[1].trajectories.empty());
  EXPECT_THAT(groups[1].lost, HasSubstr("hung"));
  EXPECT_EQ(groups[2].trajectories.size(), 1u);
  EXPECT_EQ(pool.cost().lost, 1);
}

TEST(RolloutPoolTest, AnErrorThatIsNoDeathEndsThePoolAndNamesTheSeed) {
  auto script = std::make_shared<Script>();
  script->faults[2] = {absl::InvalidArgumentError("no such family")};
  RolloutPool pool(1, Scripted(script));
  for (uint64_t seed = 1; seed <= 3; ++seed) pool.Submit(ShortestPathJob(seed));

  const auto groups = pool.Collect(0);

  EXPECT_EQ(groups.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(groups.status().message()), HasSubstr("seed 2"));
}

TEST(RolloutPoolTest, ASlowEpisodeHoldsUpNoBatchAndJoinsTheNext) {
  auto script = std::make_shared<Script>();
  absl::Notification gate;
  script->gates[1] = &gate;
  RolloutPool pool(2, Scripted(script));
  for (uint64_t seed = 1; seed <= 5; ++seed) pool.Submit(ShortestPathJob(seed));

  // Seed 1 cannot have finished.
  EXPECT_THAT(SeedsOf(pool.Collect(1).value()), ElementsAre(2, 3, 4, 5));
  gate.Notify();
  pool.Submit(ShortestPathJob(6));
  EXPECT_THAT(SeedsOf(pool.Collect(0).value()), ElementsAre(1, 6));
}

TEST(RolloutPoolTest, EndsWhileWorkIsWaiting) {
  auto script = std::make_shared<Script>();
  RolloutPool pool(1, Scripted(script));
  for (uint64_t seed = 1; seed <= 100; ++seed) pool.Submit(ShortestPathJob(seed));
}

TEST(ScenarioScoresTest, PairByScenarioAndLeaveOutLostOnes) {
  const std::vector<RewardTerms> none(4);
  const ScenarioScores a{"a", {1, 2, 3, 100}, none, {1, 1, 1, 0}};
  const ScenarioScores b{"b", {0, 1, 3, 0}, none, {1, 1, 1, 1}};
  // Differences 1, 1, 0: mean 2/3, standard error sqrt(1/3 / 3) = 1/3.
  const Estimate difference = PairedDifference(a, b);
  EXPECT_NEAR(difference.mean, 2.0 / 3, 1e-12);
  EXPECT_NEAR(difference.high - difference.mean, 1.959964 / 3, 1e-6);
  EXPECT_NEAR(MeanScore(a).mean, 2, 1e-12);
}

TEST(ScenarioScoresTest, SayWhatTheGainOverTheBestShortestPathConsistsOf) {
  RewardTerms quick;
  quick.completion = std::log(2);  // half the time of the reference
  quick.delay = -std::log(1.25);   // and packets a quarter later
  quick.loss = 0.02;
  quick.goodput = std::log(1.5);
  // The second scenario of the agent was lost: it must not count.
  const ScenarioScores agent{"agent", {2, 3}, {quick, {}}, {1, 0}};
  const ScenarioScores worse{"hops", {-1, -1}, {quick, quick}, {1, 1}};
  const ScenarioScores best{"igp", {0, 0}, {{}, {}}, {1, 1}};
  const auto lines = ScoreTable(agent, {{worse, true}, {best, true}});
  ASSERT_EQ(lines.size(), 15u);
  EXPECT_THAT(lines[3], HasSubstr("igp"));
  EXPECT_THAT(lines[4], HasSubstr("completion time"));
  EXPECT_THAT(lines[4], HasSubstr("-50.00 [-50.00, -50.00] %"));
  EXPECT_THAT(lines[6], HasSubstr("+25.00 [+25.00, +25.00] %"));
  EXPECT_THAT(lines[7], HasSubstr("-2.00 [-2.00, -2.00] points"));
  EXPECT_THAT(lines[8], HasSubstr("+50.00 [+50.00, +50.00] %"));
  // The same against the first of the others, which is not the best.
  EXPECT_THAT(lines[9], HasSubstr("against " + worse.name));
  EXPECT_THAT(lines[10], HasSubstr("completion time"));
  EXPECT_THAT(lines[14], HasSubstr("goodput"));
}

TEST(ScenarioScoresTest, KeepsGroupsOfEarlierJobsApart) {
  auto script = std::make_shared<Script>();
  absl::Notification gate;
  script->gates[1] = &gate;
  RolloutPool pool(2, Scripted(script));
  pool.Submit(ShortestPathJob(1));
  pool.Submit(ShortestPathJob(2));
  EXPECT_THAT(SeedsOf(pool.Collect(1).value()), ElementsAre(2));
  gate.Notify();
  std::vector<RolloutGroup> late;

  const ScenarioScores scores =
      ScoreScenarios("x", ShortestPathJob(0), {7, 8}, &pool, &late).value();

  EXPECT_THAT(scores.rewards, ElementsAre(7, 8));
  EXPECT_THAT(SeedsOf(late), ElementsAre(1));
}

// The actor in a real environment at flow level.
TEST(ActorTest, ActsAsItsSeedSaysAndWithoutExploringAsItsMean) {
  ScenarioDraw draw;
  draw.networks = {{NetworkFamily::kRingChords}, 5, 7};
  draw.failure_share = 1;
  const ScenarioSource source = [draw](uint64_t seed) { return DrawScenario(draw, seed); };
  const auto play = [&](bool explore, uint64_t seed, int repeat) {
    auto agent = std::make_shared<ActingAgent>();
    agent->weights = neural::DefaultCheckpoint().value().weights;
    agent->price_head = neural::InitialPriceHead(0.5, 1);
    agent->explore = explore;
    const auto environment = MakeRoutingEnvironment(MakeFlowSimulator(), source, {});
    return Actor(agent).PlayEpisode(environment.get(), seed, repeat).value();
  };

  const Trajectory quiet = play(false, 3, 0), noisy = play(true, 3, 0), again = play(true, 3, 0),
                   other = play(true, 3, 1);

  ASSERT_EQ(quiet.size(), 2u);
  EXPECT_EQ(quiet[0].action, quiet[0].answer.mean);
  EXPECT_EQ(noisy[0].answer.mean, quiet[0].answer.mean);
  EXPECT_EQ(noisy[0].action, again[0].action);
  EXPECT_EQ(noisy[1].reward, again[1].reward);
  EXPECT_NE(noisy[0].action, other[0].action);
  // Something was measured before the second decision, nothing before the first.
  EXPECT_EQ(quiet[0].features.network[6], 0);
  EXPECT_EQ(quiet[1].features.network[6], 1);
}

// The plan that a learner scores is the one that the policy will make of its checkpoint.
TEST(ActorTest, DecidesAsThePolicyOfItsCheckpointDoes) {
  ScenarioDraw draw;
  draw.networks = {{NetworkFamily::kWaxman}, 6, 8};
  draw.failure_share = 0;
  const ScenarioSource source = [draw](uint64_t seed) { return DrawScenario(draw, seed); };
  const auto environment = MakeRoutingEnvironment(MakeFlowSimulator(), source, {});
  auto agent = std::make_shared<ActingAgent>();
  agent->weights = neural::DefaultCheckpoint().value().weights;
  agent->price_head = neural::InitialPriceHead(0.5, 1);
  float* prices =
      agent->price_head.data() + neural::PriceWeightTable()[neural::kActorOut].bias_offset();
  for (int k = 0; k < neural::kNumPrices; ++k) prices[k] = 0.2F * static_cast<float>(k + 1);
  const std::string file = ::testing::TempDir() + "/actor_test.ckpt";
  neural::Checkpoint checkpoint;
  checkpoint.weights = agent->weights;
  checkpoint.price_head = agent->price_head;
  ASSERT_TRUE(neural::SaveCheckpoint(checkpoint, file).ok());
  neural::NeuralPolicyOptions options;
  options.checkpoint = file;
  const auto policy = neural::NeuralPolicy::Create("neural", options).value();

  for (uint64_t seed = 1; seed <= 3; ++seed) {
    const Trajectory acted = Actor(agent).PlayEpisode(environment.get(), seed, 0).value();
    const Trajectory decided = PlayEpisode(environment.get(), policy.get(), seed).value();
    for (size_t t = 0; t < acted.size(); ++t) {
      EXPECT_NEAR(acted[t].reward, decided[t].reward, 1e-4) << "seed " << seed << " step " << t;
    }
  }
  std::remove(file.c_str());
}

}  // namespace
}  // namespace rhumb::training
