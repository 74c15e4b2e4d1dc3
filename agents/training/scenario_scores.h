// How good an agent or a policy is on a list of scenarios, paired by scenario.
#ifndef RHUMB_AGENTS_TRAINING_SCENARIO_SCORES_H_
#define RHUMB_AGENTS_TRAINING_SCENARIO_SCORES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agents/training/rollout_pool.h"

namespace rhumb::training {

// Mean with its 95 % interval by the normal approximation.
struct Estimate {
  double mean = 0, low = 0, high = 0;
};
Estimate MeanWithInterval(const std::vector<double>& values);

struct ScenarioScores {
  std::string name;
  std::vector<double> rewards;  // [scenarios] mean over the steps of an episode
  std::vector<char> valid;      // [scenarios] 0: lost to a worker's death
};

// Plays every seed once. `job` says who plays; its seed and repeats are ignored. Other groups that
// the pool still had are appended to `late`.
absl::StatusOr<ScenarioScores> ScoreScenarios(std::string name, const RolloutJob& job,
                                              const std::vector<uint64_t>& seeds, RolloutPool* pool,
                                              std::vector<RolloutGroup>* late);

// Of a minus b over the scenarios that both have.
Estimate PairedDifference(const ScenarioScores& a, const ScenarioScores& b);
Estimate MeanScore(const ScenarioScores& scores);

// The shortest paths that a learner has to beat, and ECMP: jobs by name.
std::vector<std::pair<std::string, RolloutJob>> ShortestPathJobs();

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_SCENARIO_SCORES_H_
