#include "agents/training/unseen_networks.h"

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agents/neural/checkpoint.h"
#include "agents/neural/neural_policy_options.h"
#include "agents/training/packet_episodes.h"
#include "agents/training/scenario_scores.h"

namespace rhumb::training {
namespace {

absl::StatusOr<RolloutJob> CheckpointJob(const PacketConfig& config, const std::string& name) {
  auto checkpoint = neural::FindCheckpoint(name);
  if (!checkpoint.ok()) return checkpoint.status();
  auto agent = std::make_shared<ActingAgent>();
  agent->whole_plan = checkpoint->scale == neural::LoadScale::kOverCapacity;
  if (agent->whole_plan) agent->inference.iterations = config.inference.iterations;
  // As that one was trained, whatever this run does.
  if (const auto trained = checkpoint->about.find("inference");
      trained != checkpoint->about.end()) {
    const auto own = neural::ParseNeuralPolicyOptions(trained->second);
    if (!own.ok()) return own.status();
    agent->inference.iterations = own->inference.iterations;
    agent->inference.refinements = own->inference.refinements;
  }
  agent->weights = checkpoint->NetworkWeights();
  agent->price_head = checkpoint->price_head;
  RolloutJob job;
  job.agent = std::move(agent);
  return job;
}

// Those that the test is against, the reference first.
absl::StatusOr<std::vector<Contender>> Contenders(const PacketConfig& config,
                                                  const std::vector<float>& network) {
  std::vector<Contender> contenders = Baselines();
  if (config.test_against != TestAgainst::kAll) {
    if (config.test_against == TestAgainst::kLinearProgram) {
      std::swap(contenders[1], contenders.back());
      contenders.resize(2);
    } else {
      contenders.resize(1);
    }
  } else if (!config.whole_plan) {
    contenders.push_back(
        {"the base plan (all prices 0)", AgentJob(config, {network, {}}, false), false});
  }
  for (const std::string& name : config.test_checkpoints) {
    auto job = CheckpointJob(config, name);
    if (!job.ok()) return job.status();
    contenders.push_back({absl::StrCat("neural:", name), *std::move(job), false});
  }
  return contenders;
}

}  // namespace

RolloutJob AgentJob(const PacketConfig& config, const LearnedWeights& weights, bool explore) {
  auto agent = std::make_shared<ActingAgent>();
  agent->whole_plan = config.whole_plan;
  agent->noise = config.noise;
  if (config.loop && config.estimator == PlanEstimator::kEvolution) {
    agent->weight_noise = config.weight_noise;
  }
  agent->weights = config.whole_plan ? weights.learned : weights.network;
  if (!config.whole_plan) agent->price_head = weights.learned;
  agent->inference = config.inference;
  agent->explore = explore;
  RolloutJob job;
  job.repeats = config.repeats;
  job.agent = std::move(agent);
  return job;
}

absl::Status TestOnUnseen(const PacketConfig& config, const LearnedWeights& best,
                          const UnseenTest& test) {
  const auto seeds = TestSeeds(config);
  std::string csv = "policy,scenario,reward,completion,on_time,delay,loss,goodput\n";
  const auto record = [&](const ScenarioScores& scores) {
    for (size_t i = 0; i < seeds.size(); ++i) {
      if (scores.valid[i] == 0) continue;
      const RewardTerms& terms = scores.terms[i];
      absl::StrAppendFormat(&csv, "%s,%d,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f\n", scores.name, i,
                            scores.rewards[i], terms.completion, terms.on_time, terms.delay,
                            terms.loss, terms.goodput);
    }
  };
  const auto play = [&](const std::string& name, const RolloutJob& job) {
    auto scores = ScoreScenarios(name, job, seeds, test.judge, test.late);
    if (scores.ok()) record(*scores);
    return scores;
  };
  const auto agent = play("agent", AgentJob(config, best, false));
  if (!agent.ok()) return agent.status();
  std::vector<std::pair<ScenarioScores, bool>> others;
  auto contenders = Contenders(config, best.network);
  if (!contenders.ok()) return contenders.status();
  if (config.environment.against_shortest_path && config.episodes.reference == LinkMetric::kIgp) {
    others.emplace_back(ReferenceScores(contenders->front().name, seeds.size()), true);
    record(others.front().first);
    contenders->erase(contenders->begin());
  }
  for (const Contender& contender : *contenders) {
    auto scores = play(contender.name, contender.job);
    if (!scores.ok()) return scores.status();
    others.emplace_back(*std::move(scores), contender.shortest_path);
  }
  test.say(absl::StrFormat("%d scenarios that were not trained on; mean reward [95 %% interval]",
                           config.test_scenarios));
  for (const std::string& line : ScoreTable(*agent, others)) test.say(line);
  return neural::WriteFileAtomically(test.out + "/test.csv", csv);
}

}  // namespace rhumb::training
