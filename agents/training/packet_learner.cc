#include "agents/training/packet_learner.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "absl/strings/str_format.h"
#include "agents/neural/network_shape.h"

namespace rhumb::training {
namespace {

constexpr double kPi = 3.14159265358979323846;
// The two weights of the trade-off go this much further a step than others: steps that are small
// enough for thousands of sharp logits would leave it where it is.
constexpr float kTradeOffSpeed = 20;
constexpr size_t kValueBatch = 64;  // transitions whose values are computed at once

double LearningRate(const PacketConfig& config, int64_t update) {
  const double done = std::min(1.0, static_cast<double>(update) / config.updates);
  const double cosine = 0.5 * (1 + std::cos(kPi * done));
  const double warm = std::min(1.0, (update + 1.0) / config.warm_up);
  return config.learning_rate * warm *
         (config.final_rate_share + (1 - config.final_rate_share) * cosine);
}

std::vector<Sample> InOrder(const std::vector<RolloutGroup>& groups) {
  std::vector<Sample> samples;
  for (const RolloutGroup& group : groups) {
    for (const Trajectory& trajectory : group.trajectories) {
      for (const Transition& transition : trajectory) samples.push_back({&transition, 0, 0});
    }
  }
  return samples;
}

double Variance(const std::vector<double>& values) {
  RunningScale spread;
  for (double value : values) spread.Add(value);
  return spread.squares;
}

}  // namespace

std::vector<Sample> MakeSamples(const std::vector<RolloutGroup>& groups,
                                absl::Span<const double> values, const PacketConfig& config,
                                double return_scale, UpdateReport* report) {
  std::vector<Sample> samples = InOrder(groups);
  std::vector<double> advantages, targets, errors;
  double reward = 0;
  for (const RolloutGroup& group : groups) {
    if (group.trajectories.empty()) ++report->lost_scenarios;
    std::vector<std::vector<double>> returns;
    for (const Trajectory& trajectory : group.trajectories) {
      std::vector<double> rewards;
      for (const Transition& transition : trajectory) {
        reward += transition.reward;
        rewards.push_back(transition.reward / return_scale);
      }
      returns.push_back(ReturnsToGo(rewards, config.discount));
      if (!config.leave_one_out) {
        const size_t at = advantages.size();
        const std::vector<double> estimates = GeneralizedAdvantages(
            rewards, values.subspan(at, rewards.size()), config.discount, config.decay);
        advantages.insert(advantages.end(), estimates.begin(), estimates.end());
      }
      targets.insert(targets.end(), returns.back().begin(), returns.back().end());
    }
    if (!config.leave_one_out) continue;
    for (const std::vector<double>& one : LeaveOneOutAdvantages(returns)) {
      advantages.insert(advantages.end(), one.begin(), one.end());
    }
  }
  if (samples.empty()) return samples;
  report->reward = reward / static_cast<double>(samples.size());
  for (size_t i = 0; i < samples.size(); ++i) errors.push_back(targets[i] - values[i]);
  const double spread = Variance(targets);
  report->explained_variance = spread > 0 ? 1 - Variance(errors) / spread : 0;
  report->reward_spread =
      return_scale * std::sqrt(Variance(advantages) / static_cast<double>(samples.size()));
  Normalize(&advantages);
  for (size_t i = 0; i < samples.size(); ++i) {
    samples[i].advantage = advantages[i];
    samples[i].value_target = targets[i];
  }
  return samples;
}

absl::StatusOr<UpdateReport> PacketLearner::Update(const std::vector<RolloutGroup>& groups,
                                                   PacketState* state) const {
  try {
    return UpdateOrThrow(groups, state);
  } catch (const std::exception& failure) {
    return absl::InternalError(
        absl::StrFormat("training update %d: %s", state->updates, failure.what()));
  }
}

absl::StatusOr<UpdateReport> PacketLearner::UpdateOrThrow(const std::vector<RolloutGroup>& groups,
                                                          PacketState* state) const {
  std::vector<Sample> samples = InOrder(groups);
  std::vector<double> values;
  for (size_t at = 0; at < samples.size(); at += kValueBatch) {
    const PpoBatch batch = ToBatch(
        absl::MakeConstSpan(samples).subspan(at, std::min(kValueBatch, samples.size() - at)));
    const std::vector<double> some = ValuesOf(state->parameters, batch, config_.iterations);
    values.insert(values.end(), some.begin(), some.end());
  }
  for (const RolloutGroup& group : groups) {
    for (const Trajectory& trajectory : group.trajectories) {
      std::vector<double> rewards;
      for (const Transition& transition : trajectory) rewards.push_back(transition.reward);
      for (double value : ReturnsToGo(rewards, config_.discount)) state->returns.Add(value);
    }
  }
  UpdateReport report;
  samples = MakeSamples(groups, values, config_, state->returns.scale(), &report);
  const double rate = LearningRate(config_, state->updates);
  const size_t minibatch = static_cast<size_t>(config_.minibatch);
  for (int epoch = 0; epoch < config_.epochs && report.kl <= config_.kl_limit; ++epoch) {
    for (size_t i = samples.size(); i > 1; --i) {
      std::swap(samples[i - 1], samples[state->random.Below(static_cast<int>(i))]);
    }
    for (size_t at = 0; at < samples.size() && report.kl <= config_.kl_limit; at += minibatch) {
      const auto some =
          absl::MakeConstSpan(samples).subspan(at, std::min(minibatch, samples.size() - at));
      if (absl::Status status = Step(some, rate, state, &report); !status.ok()) return status;
    }
  }
  ++state->updates;
  return report;
}

absl::Status PacketLearner::Step(absl::Span<const Sample> samples, double rate, PacketState* state,
                                 UpdateReport* report) const {
  PpoOptions options;
  options.iterations = config_.iterations;
  options.clip = config_.clip;
  options.entropy = config_.entropy;
  options.value = config_.value;
  torch::Tensor parameters = torch::tensor(state->parameters, torch::kFloat).requires_grad_(true);
  const PpoLoss loss = PpoObjective(parameters, ToBatch(samples), options);
  report->kl = loss.kl;
  report->clipped_share = loss.clipped_share;
  report->value_error = loss.value_error;
  report->entropy = loss.entropy;
  // This batch has been used up: the policy is as far away as it may go.
  if (loss.kl > config_.kl_limit) return absl::OkStatus();
  loss.loss.backward();
  torch::Tensor gradient = parameters.grad().contiguous();
  float* g = gradient.data_ptr<float>();
  if (!config_.learn_sigma) g[NumParameters() - 1] = 0;
  if (reduce_) {
    absl::Status status = reduce_(absl::MakeSpan(g, state->parameters.size()));
    if (!status.ok()) return status;
  }
  const neural::WeightBlock& block = neural::WeightTable()[neural::kTradeOff];
  const auto trade_off = state->parameters.begin() + block.offset;
  const std::vector<float> before(trade_off, trade_off + block.size());
  state->adam.Step({g, state->parameters.size()}, rate, config_.clip_norm,
                   state->parameters.data());
  for (int i = 0; i < block.size(); ++i) {
    trade_off[i] = before[i] + kTradeOffSpeed * (trade_off[i] - before[i]);
  }
  ++report->steps;
  return absl::OkStatus();
}

}  // namespace rhumb::training
