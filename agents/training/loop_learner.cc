#include "agents/training/loop_learner.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "agents/neural/torch_network.h"
#include "agents/training/cost_model.h"
#include "agents/training/estimators.h"
#include "agents/training/gradient_step.h"
#include "agents/training/learning_rate.h"
#include "agents/training/loop_batch.h"
#include "agents/training/weight_noise.h"

namespace rhumb::training {
namespace {

using torch::Tensor;

constexpr double kModelRate = 3e-3;
constexpr int kModelSteps = 16;          // of the critic of actions, an update
constexpr double kModelClip = 10;        // of its gradient
constexpr double kAverageMemory = 0.95;  // of the moving average of the weights
constexpr double kModelMemory = 0.9;     // of that of the critic
constexpr double kMostAdvantage = 3;     // a few episodes without luck do not decide an update

Tensor Centred(const Tensor& rows) { return rows - rows.mean(1, true); }

class LoopUpdate {
 public:
  LoopUpdate(const PacketConfig& config, PacketState* state, ReplicaGroup* replicas)
      : config_(config), state_(*state), replicas_(*replicas) {}

  // `parts` of the moments in turn.
  absl::Status FitModel(const std::vector<LoopBatch>& parts, UpdateReport* report) {
    {
      const torch::NoGradGuard no_gradient;
      const LoopBatch& part = parts[0];
      const Tensor truth = Centred(part.advantages);
      const Tensor guess = Centred(PredictedAdvantages(AsTensor(state_.model), part.graph,
                                                       part.ratios, part.next, part.running));
      report->explained_variance =
          1 -
          ((truth - guess).square().mean() / truth.square().mean().clamp_min(1e-12)).item<double>();
    }
    for (int i = 0; i < kModelSteps; ++i) {
      const LoopBatch& part = parts[i % parts.size()];
      const Tensor truth = Centred(part.advantages);
      const absl::Status status = GradientStep(
          [&](const Tensor& model) {
            const Tensor guess = Centred(
                PredictedAdvantages(model, part.graph, part.ratios, part.next, part.running));
            return (truth - guess).square().mean() / truth.square().mean().clamp_min(1e-6);
          },
          static_cast<double>(truth.size(0)), kModelRate, kModelClip, &replicas_, &state_.model,
          &state_.model_adam);
      if (!status.ok()) return status;
    }
    MoveAverage(state_.model, state_.updates, kModelMemory, &state_.model_average);
    return absl::OkStatus();
  }

  absl::Status Learn(const std::vector<LoopBatch>& parts, UpdateReport* report) {
    const double rate = LearningRate(config_, state_.updates);
    const Tensor model = AsTensor(state_.model_average);
    for (int i = 0; i < config_.epochs; ++i) {
      const LoopBatch& part = parts[i % parts.size()];
      // What repeats measured differs: each epoch takes another one.
      const int64_t repeat = i / static_cast<int64_t>(parts.size()) % part.advantages.size(1);
      const RunningNetwork running = part.RunningOf(repeat);
      const absl::Status status = GradientStep(
          [&](const Tensor& weights) {
            const Tensor logits =
                neural::Forward(weights, part.InputOf(repeat), *config_.inference.iterations)
                    .logits.back();
            const Tensor ratios = neural::SoftmaxOfPairs(part.graph, logits).view({-1, 1});
            return -PredictedAdvantages(model, part.graph, ratios, part.next, running).mean();
          },
          static_cast<double>(part.advantages.size(0)), rate, config_.clip_norm, &replicas_,
          &state_.learned, &state_.adam);
      if (!status.ok()) return status;
      ++report->steps;
    }
    return absl::OkStatus();
  }

 private:
  const PacketConfig& config_;
  PacketState& state_;
  ReplicaGroup& replicas_;
};

// The gradient of what an agent with noise on its weights earns: the episodes' returns, less the
// mean of their repeats on the same arrivals, weighted by the noise (Salimans et al. 2017).
absl::Status Evolve(const std::vector<RolloutGroup>& groups, const PacketConfig& config,
                    PacketState* state, ReplicaGroup* replicas, UpdateReport* report) {
  std::vector<float> pull(kNumMovedWeights, 0.0F);
  std::vector<double> advantages;
  std::vector<std::pair<uint64_t, int>> played;  // seed and repeat of each
  double steps = 0;
  for (const RolloutGroup& group : groups) {
    if (group.trajectories.size() < 2) {
      ++report->lost_scenarios;
      continue;
    }
    std::vector<double> returns;
    for (const Trajectory& trajectory : group.trajectories) {
      double sum = 0;
      for (const Transition& transition : trajectory) {
        sum += transition.reward;
        report->terms += transition.terms;
      }
      report->reward += sum;
      steps += static_cast<double>(trajectory.size());
      returns.push_back(sum / static_cast<double>(trajectory.size()));
    }
    const double mean = MomentsOf(returns).mean;
    for (size_t r = 0; r < returns.size(); ++r) {
      advantages.push_back(returns[r] - mean);
      played.emplace_back(group.job.seed, static_cast<int>(r));
    }
  }
  report->reward /= std::max(steps, 1.0);
  report->terms *= 1 / std::max(steps, 1.0);
  report->reward_spread = MomentsOf(advantages).deviation;
  const double divisor = std::max(report->reward_spread, 1e-9);
  for (size_t i = 0; i < played.size(); ++i) {
    const double advantage = std::clamp(advantages[i] / divisor, -kMostAdvantage, kMostAdvantage);
    const auto noise = DrawWeightNoise(played[i].first, played[i].second);
    for (int k = 0; k < kNumMovedWeights; ++k) {
      pull[k] += static_cast<float>(advantage * noise[k] / static_cast<double>(played.size()));
    }
  }
  ++report->steps;
  return GradientStep(
      [&](const Tensor& weights) {
        return -(weights.narrow(0, FirstMovedWeight(), kNumMovedWeights) * AsTensor(pull)).sum();
      },
      static_cast<double>(played.size()), LearningRate(config, state->updates), config.clip_norm,
      replicas, &state->learned, &state->adam);
}

// Shuffled, in parts of at most `most` moments.
std::vector<LoopBatch> Parts(const std::vector<LoopMoment>& moments, int most, Random* random) {
  std::vector<const LoopMoment*> order;
  for (const LoopMoment& moment : moments) {
    if (moment.repeats.size() == moments[0].repeats.size()) order.push_back(&moment);
  }
  for (size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[random->Below(static_cast<int>(i))]);
  }
  const size_t count = (order.size() + most - 1) / static_cast<size_t>(most);
  std::vector<LoopBatch> parts;
  for (size_t part = 0; part < count; ++part) {
    parts.push_back(MakeLoopBatch({order.begin() + part * order.size() / count,
                                   order.begin() + (part + 1) * order.size() / count}));
  }
  return parts;
}

absl::StatusOr<UpdateReport> Finish(const UpdateReport& report, PacketState* state,
                                    ReplicaGroup* replicas) {
  ++state->updates;
  MoveAverage(state->learned, state->updates, kAverageMemory, &state->average);
  if (absl::Status status = replicas->RequireSame(state->learned); !status.ok()) return status;
  return report;
}

}  // namespace

absl::StatusOr<UpdateReport> LoopLearner::Update(const std::vector<RolloutGroup>& groups,
                                                 PacketState* state, ReplicaGroup* replicas) const {
  UpdateReport report;
  try {
    if (config_.estimator == PlanEstimator::kEvolution) {
      const absl::Status status = Evolve(groups, config_, state, replicas, &report);
      if (!status.ok()) return status;
      return Finish(report, state, replicas);
    }
    const std::vector<LoopMoment> moments = MakeLoopMoments(groups, config_, &report);
    const absl::Status any =
        !moments.empty()
            ? absl::OkStatus()
            : absl::UnavailableError(
                  "every episode of an update was lost to dead or hung workers; look at "
                  "simulator.deadline_s and the machine's memory");
    if (absl::Status status = replicas->RequireAllOk(any); !status.ok()) return status;
    const std::vector<LoopBatch> parts = Parts(moments, config_.minibatch, &state->random);
    LoopUpdate update(config_, state, replicas);
    absl::Status status = update.FitModel(parts, &report);
    // A policy that follows a critic that knows nothing yet forgets what it knew.
    const bool school = state->updates < config_.school * config_.updates;
    if (status.ok() && !school) status = update.Learn(parts, &report);
    if (!status.ok()) return status;
  } catch (const std::exception& failure) {
    return absl::InternalError(
        absl::StrFormat("training update %d: %s", state->updates, failure.what()));
  }
  return Finish(report, state, replicas);
}

}  // namespace rhumb::training
