// What every Environment promises, whatever plays it, as one test suite. Include it in one source
// file of a test program and instantiate EnvironmentContractTest with the environments to hold to
// it.
#ifndef RHUMB_TESTS_AGENTS_TRAINING_ENVIRONMENT_CONTRACT_H_
#define RHUMB_TESTS_AGENTS_TRAINING_ENVIRONMENT_CONTRACT_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "agents/training/environment.h"

namespace rhumb::testing {

struct EnvironmentUnderTest {
  std::string name;  // of the tests, letters and digits
  // One whose episodes have two steps or more and depend on their seed. All that are made play the
  // same episodes.
  std::function<std::unique_ptr<training::Environment>()> make;
};

inline void PrintTo(const EnvironmentUnderTest& environment, std::ostream* out) {
  *out << environment.name;
}

inline std::string NameOfEnvironment(const ::testing::TestParamInfo<EnvironmentUnderTest>& info) {
  return info.param.name;
}

// Some logits for what is to be decided now.
inline std::vector<float> RandomLogits(const training::Environment& environment, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<float> logits(environment.observation().candidate_paths->num_paths());
  for (float& z : logits) z = static_cast<float>(random() >> 40) * 0x1p-23F - 1;  // in [-1, 1)
  return logits;
}

// Rewards of a whole episode under random actions.
inline std::vector<double> PlayEpisode(training::Environment* environment, uint64_t seed) {
  EXPECT_TRUE(environment->Reset(seed).ok());
  std::vector<double> rewards;
  bool done = false;
  while (!done) {
    const auto step = environment->Step(RandomLogits(*environment, seed + rewards.size()));
    EXPECT_TRUE(step.ok()) << step.status();
    if (!step.ok()) break;
    rewards.push_back(step->reward);
    done = step->done;
  }
  return rewards;
}

class EnvironmentContractTest : public ::testing::TestWithParam<EnvironmentUnderTest> {
 protected:
  std::unique_ptr<training::Environment> environment_ = GetParam().make();
};

TEST_P(EnvironmentContractTest, NeedsResetBeforeTheFirstAndAfterTheLastStep) {
  EXPECT_EQ(environment_->Step({}).status().code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_GE(PlayEpisode(environment_.get(), 1).size(), 2u);
  EXPECT_EQ(environment_->Step(RandomLogits(*environment_, 1)).status().code(),
            absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(environment_->Reset(1).ok());
  EXPECT_TRUE(environment_->Step(RandomLogits(*environment_, 1)).ok());
}

TEST_P(EnvironmentContractTest, TheSameSeedAndActionsGiveTheSameEpisodeWhateverWasPlayedBefore) {
  const std::vector<double> first = PlayEpisode(environment_.get(), 7);
  PlayEpisode(environment_.get(), 8);

  EXPECT_EQ(PlayEpisode(environment_.get(), 7), first);
  EXPECT_EQ(PlayEpisode(GetParam().make().get(), 7), first);
  EXPECT_NE(PlayEpisode(environment_.get(), 8), first);
}

TEST_P(EnvironmentContractTest, RefusesActionsOfAnotherShapeOrThatAreNotFiniteAndGoesOn) {
  ASSERT_TRUE(environment_->Reset(2).ok());
  std::vector<float> logits = RandomLogits(*environment_, 2);
  std::vector<float> longer = logits, infinite = logits;
  longer.push_back(0);
  infinite.back() = std::numeric_limits<float>::infinity();

  EXPECT_EQ(environment_->Step(longer).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(environment_->Step(infinite).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(environment_->Step(logits).ok());
}

TEST_P(EnvironmentContractTest, ShowsWhatWasPlayedOnceItWasAndNothingOfItBefore) {
  ASSERT_TRUE(environment_->Reset(3).ok());
  const std::shared_ptr<const PathSet> paths = environment_->observation().candidate_paths;
  const size_t past = environment_->observation().past_demands.size();
  auto shown = environment_->observation().past_demands;
  bool done = false;
  for (size_t step = 0; !done; ++step) {
    const Observation& seen = environment_->observation();
    ASSERT_EQ(seen.past_demands.size(), past + step);
    ASSERT_EQ(seen.past_measurements.size(), step);
    EXPECT_EQ(seen.candidate_paths, paths);
    if (step > 0) {
      EXPECT_TRUE(std::equal(shown.begin(), shown.end(), seen.past_demands.begin()));
      // The latest was not among those that were shown before it was played.
      EXPECT_EQ(std::count(shown.begin(), shown.end(), seen.past_demands.back()), 0);
      EXPECT_TRUE(seen.plan_in_force.has_value());
    }
    shown = seen.past_demands;
    const auto played = environment_->Step(RandomLogits(*environment_, step));
    ASSERT_TRUE(played.ok()) << played.status();
    ASSERT_NE(played->measured, nullptr);
    done = played->done;
    if (done) break;
    EXPECT_EQ(environment_->observation().past_measurements.back(), played->measured);
    EXPECT_EQ(static_cast<int>(played->measured->links.size()),
              environment_->observation().topology.num_links());
  }
}

TEST_P(EnvironmentContractTest, CountsTheStepsOfTheLearner) {
  const size_t steps = PlayEpisode(environment_.get(), 6).size();
  EXPECT_EQ(environment_->cost().steps, static_cast<int64_t>(steps));
  EXPECT_GT(environment_->cost().simulator_s, 0);
}

TEST_P(EnvironmentContractTest, PlaysAPlanLikeTheLogitsItWasMadeOf) {
  ASSERT_TRUE(environment_->Reset(9).ok());
  const std::vector<float> logits = RandomLogits(*environment_, 9);
  const auto by_logits = environment_->Step(logits);
  ASSERT_TRUE(by_logits.ok()) << by_logits.status();
  ASSERT_TRUE(environment_->Reset(9).ok());
  const RoutingPlan plan = training::PlanOfLogits(
      environment_->observation().topology, environment_->observation().candidate_paths, logits);

  const auto by_plan = environment_->StepWithPlan(plan);

  ASSERT_TRUE(by_plan.ok()) << by_plan.status();
  EXPECT_EQ(by_plan->reward, by_logits->reward);
}

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_AGENTS_TRAINING_ENVIRONMENT_CONTRACT_H_
