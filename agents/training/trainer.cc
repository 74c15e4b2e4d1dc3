#include "agents/training/trainer.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_format.h"
#include "agents/training/flow_objective.h"
#include "agents/training/learning_rate.h"

namespace rhumb::training {
namespace {

using neural::NumWeights;

// Streams of random numbers that must not meet.
constexpr uint64_t kValidationStream = 0x5eed0001;
constexpr uint64_t kBatchStream = 0x5eed0002;

constexpr double kLossMemory = 0.98;

}  // namespace

absl::StatusOr<Trainer> Trainer::Create(const TrainingConfig& config, int rank) {
  at::set_num_threads(1);
  // Gradients underflow in places; denormal numbers would make them many times slower.
  at::globalContext().setFlushDenormal(true);
  absl::StatusOr<SamplePool> pool = SamplePool::Create(config.pool, SeedOfRank(config.seed, rank));
  if (!pool.ok()) return pool.status();
  if (rank != 0) return Trainer(config, *std::move(pool), ValidationSet());
  absl::StatusOr<ValidationSet> validation = ValidationSet::Create(
      config.pool, config.validation_networks, config.seed ^ kValidationStream);
  if (!validation.ok()) return validation.status();
  return Trainer(config, *std::move(pool), *std::move(validation));
}

TrainingState Trainer::Start() const {
  TrainingState state(NumWeights());
  const torch::Tensor weights = neural::InitialWeights(config_.seed);
  std::copy_n(weights.data_ptr<float>(), state.weights.size(), state.weights.data());
  state.average = state.weights;
  state.random = Random(config_.seed ^ kBatchStream);
  return state;
}

absl::Status Trainer::Update(TrainingState* state, ReplicaGroup* group) const {
  const double done = std::min(1.0, static_cast<double>(state->updates) / config_.updates);
  ObjectiveOptions objective;
  objective.iterations = config_.iterations;
  objective.without_gradient = config_.earlier_iterations[state->random.Below(
      static_cast<int>(config_.earlier_iterations.size()))];
  objective.sharpness =
      config_.first_sharpness * std::pow(config_.last_sharpness / config_.first_sharpness, done);
  objective.first_iterate_weight = config_.first_iterate_weight;
  objective.delay_weight = config_.delay_weight;
  const Batch batch = pool_.Draw(config_.batch_paths, config_.batch_networks, state->random);
  // What the objective is a mean over: weighted by it, the mean of the ranks is that of all
  // batches.
  const double weight =
      config_.score_function ? batch.graph->num_pairs() : batch.graph->num_graphs();
  std::vector<float> shared;  // the gradient, and the loss behind it
  try {
    torch::Tensor weights = torch::from_blob(state->weights.data(), {NumWeights()}, torch::kFloat)
                                .clone()
                                .requires_grad_(true);
    const neural::NetworkInput input = ToInput(batch);
    const ObjectiveValue value =
        config_.score_function
            ? ScoreFunctionObjective(weights, input, FlowReward(input, config_.delay_weight),
                                     objective, {config_.samples, config_.sigma}, state->random)
            : AnalyticObjective(weights, input, objective);
    value.loss.backward();
    const torch::Tensor gradient = weights.grad().contiguous();
    shared.assign(gradient.data_ptr<float>(), gradient.data_ptr<float>() + gradient.numel());
    shared.push_back(static_cast<float>(value.log_mlu));
  } catch (const std::exception& failure) {
    return absl::InternalError(
        absl::StrFormat("training update %d: %s", state->updates, failure.what()));
  }
  if (absl::Status status = group->Average(absl::MakeSpan(shared), weight); !status.ok())
    return status;
  const double loss = shared.back();
  shared.pop_back();
  state->adam.Step(shared, LearningRate(config_, state->updates), config_.clip_norm,
                   state->weights.data());
  state->loss = state->updates == 0 ? loss : kLossMemory * state->loss + (1 - kLossMemory) * loss;
  ++state->updates;
  // A short memory at first: the first weights are noise.
  const double keep = std::min(config_.average_memory, state->updates / (state->updates + 10.0));
  const double take = config_.average_memory > 0 ? 1 - keep : 1.0;
  for (size_t i = 0; i < state->weights.size(); ++i) {
    state->average[i] += static_cast<float>(take * (state->weights[i] - state->average[i]));
  }
  return group->RequireSame(state->weights);
}

}  // namespace rhumb::training
