#include "agents/training/packet_learner.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_format.h"
#include "agents/training/estimators.h"
#include "agents/training/learning_rate.h"
#include "agents/training/ppo_objective.h"

namespace rhumb::training {
namespace {

constexpr double kVarianceMemory = 0.9;
// Steps of an update that may go too far, each followed by smaller ones, before the update ends.
constexpr int kMostTakenBack = 4;

torch::Tensor Weights(const PacketState& state) {
  return torch::tensor(state.learned, torch::kFloat);
}

}  // namespace

absl::Status PacketLearner::ScaleReturns(const std::vector<RolloutGroup>& groups,
                                         PacketState* state, ReplicaGroup* replicas) const {
  std::vector<double> returns;
  for (const RolloutGroup& group : groups) {
    for (const Trajectory& trajectory : group.trajectories) {
      const auto some = ReturnsToGo(RewardsOf(trajectory), config_.discount);
      returns.insert(returns.end(), some.begin(), some.end());
    }
  }
  const absl::Status any = returns.empty()
                               ? absl::UnavailableError(
                                     "every episode of an update was lost to dead or hung workers; "
                                     "look at simulator.deadline_s and the machine's memory")
                               : absl::OkStatus();
  if (absl::Status status = replicas->RequireAllOk(any); !status.ok()) return status;
  const double deviation = MomentsOf(returns).deviation;
  float variance = static_cast<float>(deviation * deviation);
  if (absl::Status status =
          replicas->Average(absl::MakeSpan(&variance, 1), static_cast<double>(returns.size()));
      !status.ok()) {
    return status;
  }
  state->return_variance = state->updates == 0 ? variance
                                               : kVarianceMemory * state->return_variance +
                                                     (1 - kVarianceMemory) * variance;
  return absl::OkStatus();
}

absl::StatusOr<UpdateReport> PacketLearner::Update(const std::vector<RolloutGroup>& groups,
                                                   PacketState* state,
                                                   ReplicaGroup* replicas) const {
  if (absl::Status status = ScaleReturns(groups, state, replicas); !status.ok()) return status;
  const double scale = state->return_variance > 0 ? std::sqrt(state->return_variance) : 1.0;
  UpdateReport report;
  std::vector<Sample> samples = MakeSamples(groups, config_, scale, &report);
  // The same number of steps on all ranks, however many episodes a rank lost.
  const int all = config_.scenarios * config_.repeats * config_.episodes.steps;
  const int parts = (all + config_.minibatch - 1) / config_.minibatch;
  double rate = LearningRate(config_, state->updates);
  int taken_back = 0;
  try {
    const PpoBatch whole = ToBatch(samples);
    for (int step = 0; step < config_.epochs * parts && taken_back < kMostTakenBack; ++step) {
      const size_t part = static_cast<size_t>(step % parts);
      if (part == 0) {
        for (size_t i = samples.size(); i > 1; --i) {
          std::swap(samples[i - 1], samples[state->random.Below(static_cast<int>(i))]);
        }
      }
      const size_t begin = part * samples.size() / parts, end = (part + 1) * samples.size() / parts;
      const std::vector<float> head = state->learned;
      const Adam adam = state->adam;
      absl::Status status = Step(absl::MakeConstSpan(samples).subspan(begin, end - begin), rate,
                                 state, &report, replicas);
      float kl = static_cast<float>(KlFromActing(Weights(*state), whole));
      if (status.ok()) {
        status = replicas->Average(absl::MakeSpan(&kl, 1), static_cast<double>(samples.size()));
      }
      if (!status.ok()) return status;
      if (kl <= config_.kl_limit) {
        report.kl = kl;
        ++report.steps;
      } else {
        state->learned = head;
        state->adam = adam;
        rate /= 2;
        ++taken_back;
      }
    }
  } catch (const std::exception& failure) {
    return absl::InternalError(
        absl::StrFormat("training update %d: %s", state->updates, failure.what()));
  }
  ++state->updates;
  if (absl::Status status = replicas->RequireSame(state->learned); !status.ok()) return status;
  return report;
}

absl::Status PacketLearner::Step(absl::Span<const Sample> samples, double rate, PacketState* state,
                                 UpdateReport* report, ReplicaGroup* replicas) const {
  std::vector<float> gradient(state->learned.size(), 0.0F);
  if (!samples.empty()) {
    torch::Tensor weights = Weights(*state).requires_grad_(true);
    const PpoLoss loss =
        PpoObjective(weights, ToBatch(samples), {config_.clip, config_.entropy, config_.value});
    report->clipped_share = loss.clipped_share;
    report->value_error = loss.value_error;
    report->entropy = loss.entropy;
    loss.loss.backward();
    const torch::Tensor computed = weights.grad().contiguous();
    std::copy_n(computed.data_ptr<float>(), gradient.size(), gradient.begin());
  }
  absl::Status status =
      replicas->Average(absl::MakeSpan(gradient), static_cast<double>(samples.size()));
  if (!status.ok()) return status;
  state->adam.Step(gradient, rate, config_.clip_norm, state->learned.data());
  return absl::OkStatus();
}

}  // namespace rhumb::training
