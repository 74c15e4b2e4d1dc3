// How good an agent or a policy is on a list of scenarios, paired by scenario.
#ifndef RHUMB_AGENTS_TRAINING_SCENARIO_SCORES_H_
#define RHUMB_AGENTS_TRAINING_SCENARIO_SCORES_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "agents/training/estimators.h"
#include "agents/training/reward.h"
#include "agents/training/rollout_pool.h"

namespace rhumb::training {

struct ScenarioScores {
  std::string name;
  std::vector<double> rewards;     // [scenarios] mean over the steps of an episode
  std::vector<RewardTerms> terms;  // [scenarios] the same of the reward's parts
  std::vector<char> valid;         // [scenarios] 0: lost to a worker's death
};

// Plays every seed once. `job` says who plays; its seed and repeats are ignored. Groups of earlier
// jobs that the pool still had are appended to `late`.
absl::StatusOr<ScenarioScores> ScoreScenarios(std::string name, const RolloutJob& job,
                                              const std::vector<uint64_t>& seeds, RolloutPool* pool,
                                              std::vector<RolloutGroup>* late);

// Of the reward's reference: 0 in every part, without playing it.
ScenarioScores ReferenceScores(std::string name, size_t scenarios);

// Of a minus b over the scenarios that both have.
Estimate PairedDifference(const ScenarioScores& a, const ScenarioScores& b);
Estimate MeanScore(const ScenarioScores& scores);

struct Contender {
  std::string name;
  RolloutJob job;
  bool shortest_path = false;  // of the variants that a learner has to beat
};
// Shortest paths by every metric, the IGP metric first, ECMP, CSPF and the LP on the last matrix.
std::vector<Contender> Baselines();

// One line for the agent and one for each of `others`, with the agent's paired difference and 95 %
// interval; last the best of the shortest paths, by mean reward, with the same and what the gain
// over it and over the first of `others` consists of: changes of mean completion time, delay and
// goodput in percent (of the geometric mean), of on-time share and loss in points.
std::vector<std::string> ScoreTable(const ScenarioScores& agent,
                                    const std::vector<std::pair<ScenarioScores, bool>>& others);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_SCENARIO_SCORES_H_
