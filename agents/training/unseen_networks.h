// The test that a packet run ends with: what was learned beside the baselines and other
// checkpoints, on networks that neither training nor validation has seen.
#ifndef RHUMB_AGENTS_TRAINING_UNSEEN_NETWORKS_H_
#define RHUMB_AGENTS_TRAINING_UNSEEN_NETWORKS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "agents/training/packet_config.h"
#include "agents/training/rollout_pool.h"

namespace rhumb::training {

// Weights of a whole plan, or of the network below and the prices on top of it.
struct LearnedWeights {
  std::vector<float> network;  // ignored where the whole plan is learned
  std::vector<float> learned;
};

// Has them decide in every episode; with the noise of exploration when `explore`. Its seed is left
// to the caller.
RolloutJob AgentJob(const PacketConfig& config, const LearnedWeights& weights, bool explore);

struct UnseenTest {
  RolloutPool* judge;               // plays
  std::vector<RolloutGroup>* late;  // gets groups of earlier jobs that the judge still had
  std::string out;                  // directory of test.csv
  std::function<void(const std::string&)> say;
};

// Writes test.csv, a row a policy and scenario, and says the table of ScoreTable line by line.
// NotFound for a checkpoint of `config` that there is none of; errors of the judge and of writing.
absl::Status TestOnUnseen(const PacketConfig& config, const LearnedWeights& best,
                          const UnseenTest& test);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_UNSEEN_NETWORKS_H_
