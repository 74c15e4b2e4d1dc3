#include "agents/training/plan_learner.h"

#include <functional>
#include <utility>

#include "absl/strings/str_format.h"
#include "agents/neural/torch_network.h"
#include "agents/training/cost_model.h"
#include "agents/training/gradient_step.h"
#include "agents/training/learning_rate.h"
#include "agents/training/pair_density.h"
#include "agents/training/plan_batch.h"
#include "agents/training/ppo_objective.h"

namespace rhumb::training {
namespace {

using torch::Tensor;

constexpr double kModelRate = 3e-3;
constexpr int kModelSteps = 6;           // of the cost model, an update
constexpr double kModelClip = 10;        // of its gradient
constexpr double kAverageMemory = 0.98;  // of the moving average of the weights
constexpr double kModelMemory = 0.93;    // of that of the model, whose every batch is small

Tensor Centred(const Tensor& rows) { return rows - rows.mean(1, true); }

Tensor OfPaths(const PlanBatch& batch, const Tensor& of_moments) {
  return torch::index_select(of_moments, 0, batch.moment_of_path);
}

// Gradient of a random plan's reward: rewards weighted by the noise that they came with. This is
// the gradient times the covariance of the noise, a direction of ascent that is as smooth as the
// noise is (Wierstra et al., natural evolution strategies, 2014).
Tensor EvolutionLoss(const PlanBatch& batch, const Tensor& logits, double sigma) {
  const Tensor pull = (OfPaths(batch, batch.advantages) * batch.noise).mean(1) / (sigma * sigma);
  return -(pull * logits).sum() / batch.rewards.size(0);
}

// At the plan itself: a smooth model needs no noise.
Tensor ModelLoss(const PlanBatch& batch, const Tensor& logits, const Tensor& model) {
  const Tensor ratios = neural::SoftmaxOfPairs(batch.input.graph, logits).view({-1, 1});
  return -PredictedRewards(model, batch.input.graph, ratios, batch.input.next).mean();
}

class PlanUpdate {
 public:
  PlanUpdate(const PacketConfig& config, PacketState* state, ReplicaGroup* replicas)
      : config_(config), state_(*state), replicas_(*replicas) {}

  absl::Status Learn(const PlanBatch& batch, PlanEstimator estimator, UpdateReport* report) {
    const double samples = batch.rewards.defined() ? batch.rewards.size(0) : 0;
    const double rate = LearningRate(config_, state_.updates);
    const auto logits_of = [&](const Tensor& weights) {
      return neural::Forward(weights, batch.input, *config_.inference.iterations).logits.back();
    };
    const auto step = [&](const std::function<Tensor(const Tensor&)>& loss) {
      ++report->steps;
      return GradientStep([&](const Tensor& weights) { return loss(logits_of(weights)); }, samples,
                          rate, config_.clip_norm, &replicas_, &state_.learned, &state_.adam);
    };
    if (estimator == PlanEstimator::kEvolution) {
      return step(
          [&](const Tensor& logits) { return EvolutionLoss(batch, logits, config_.noise.links); });
    }
    if (estimator == PlanEstimator::kModel) {
      const Tensor model = AsTensor(state_.model_average);
      absl::Status status;
      for (int i = 0; i < config_.epochs && status.ok(); ++i) {
        status = step([&](const Tensor& logits) { return ModelLoss(batch, logits, model); });
      }
      return status;
    }
    return LearnClipped(batch, step, report);
  }

  // The cost model, on what was just played.
  absl::Status FitModel(const PlanBatch& batch, UpdateReport* report) {
    const double samples = batch.rewards.defined() ? batch.rewards.size(0) : 0;
    Tensor ratios, truth;
    if (samples > 0) {
      const torch::NoGradGuard no_gradient;
      ratios = NoisyRatios(batch.input.graph, batch.logits, batch.noise);
      truth = Centred(batch.rewards);
      const Tensor guess = Centred(
          PredictedRewards(AsTensor(state_.model), batch.input.graph, ratios, batch.input.next));
      report->explained_variance =
          1 -
          ((truth - guess).square().mean() / truth.square().mean().clamp_min(1e-12)).item<double>();
      report->value_error = (truth - guess).square().mean().item<double>();
    }
    absl::Status status;
    for (int i = 0; i < kModelSteps && status.ok(); ++i) {
      status = GradientStep(
          [&](const Tensor& model) {
            const Tensor guess =
                Centred(PredictedRewards(model, batch.input.graph, ratios, batch.input.next));
            return (truth - guess).square().mean() / truth.square().mean().clamp_min(1e-6);
          },
          samples, kModelRate, kModelClip, &replicas_, &state_.model, &state_.model_adam);
    }
    MoveAverage(state_.model, state_.updates, kModelMemory, &state_.model_average);
    return status;
  }

 private:
  template <typename TakeStep>
  absl::Status LearnClipped(const PlanBatch& batch, const TakeStep& step, UpdateReport* report) {
    const neural::SharedGraph& graph = batch.input.graph;
    std::vector<float> utilization;
    Tensor advantages;
    {
      const torch::NoGradGuard no_gradient;
      const Tensor ratios = neural::SoftmaxOfPairs(graph, batch.logits).contiguous();
      const Tensor latest = batch.input.history.select(1, 0).contiguous();
      utilization =
          UtilizationOf(*graph, absl::MakeConstSpan(ratios.data_ptr<float>(), graph->num_paths()),
                        absl::MakeConstSpan(latest.data_ptr<float>(), graph->num_pairs()));
      advantages = torch::index_select(
          batch.advantages, 0, torch::tensor(graph->graph_of_pair, torch::kInt32).to(torch::kLong));
    }
    const PairDensity density(graph, utilization, config_.noise, batch.logits, batch.noise);
    bool far = false;
    absl::Status status;
    for (int i = 0; i < config_.epochs && status.ok() && !far; ++i) {
      status = step([&](const Tensor& logits) {
        report->kl = density.Divergence(logits.detach()).mean().item<double>();
        far = report->kl > config_.kl_limit;  // this step still counts
        const Tensor log_ratio = density.LogRatio(logits);
        report->clipped_share = ((log_ratio.detach().exp() - 1).abs() > config_.clip)
                                    .to(torch::kDouble)
                                    .mean()
                                    .item<double>();
        return ClippedSurrogate(log_ratio, advantages, config_.clip).mean();
      });
      float shared = far ? 1 : 0;
      if (status.ok()) status = replicas_.Average(absl::MakeSpan(&shared, 1), 1);
      far = shared > 0;
    }
    return status;
  }

  const PacketConfig& config_;
  PacketState& state_;
  ReplicaGroup& replicas_;
};

}  // namespace

absl::StatusOr<UpdateReport> PlanLearner::Update(const std::vector<RolloutGroup>& groups,
                                                 PacketState* state, ReplicaGroup* replicas) const {
  UpdateReport report;
  const bool school = state->updates < config_.school * config_.updates;
  const PlanEstimator estimator = school ? PlanEstimator::kModel : config_.estimator;
  try {
    const PlanBatch batch = MakePlanBatch(groups, config_.discount, 0, &report);
    const absl::Status any =
        batch.rewards.defined()
            ? absl::OkStatus()
            : absl::UnavailableError(
                  "every episode of an update was lost to dead or hung workers; look at "
                  "simulator.deadline_s and the machine's memory");
    if (absl::Status status = replicas->RequireAllOk(any); !status.ok()) return status;
    report.reward_spread = batch.spread;
    PlanUpdate update(config_, state, replicas);
    absl::Status status;
    if (estimator == PlanEstimator::kModel) status = update.FitModel(batch, &report);
    if (status.ok()) status = update.Learn(batch, estimator, &report);
    if (!status.ok()) return status;
  } catch (const std::exception& failure) {
    return absl::InternalError(
        absl::StrFormat("training update %d: %s", state->updates, failure.what()));
  }
  ++state->updates;
  MoveAverage(state->learned, state->updates, kAverageMemory, &state->average);
  if (absl::Status status = replicas->RequireSame(state->learned); !status.ok()) return status;
  return report;
}

}  // namespace rhumb::training
