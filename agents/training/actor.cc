#include "agents/training/actor.h"

#include <algorithm>
#include <utility>

#include "agents/neural/history.h"
#include "agents/neural/network_shape.h"
#include "agents/training/random.h"

namespace rhumb::training {
namespace {

using neural::kHistory;

neural::InferenceOptions ActingOptions(const ActingPolicy& policy) {
  neural::InferenceOptions options;
  options.iterations = policy.iterations;
  // What is learned is what the network says last, not what a score would pick.
  options.refinements = 0;
  options.keep_best = false;
  return options;
}

}  // namespace

Actor::Actor(const ActingPolicy& policy)
    : policy_(policy), inference_(*policy.weights, ActingOptions(policy)) {}

void Actor::Observe(const Observation& observation, Transition* transition) {
  if (graph_ == nullptr || paths_ != observation.candidate_paths ||
      topology_version_ != observation.topology.version()) {
    paths_ = observation.candidate_paths;
    topology_version_ = observation.topology.version();
    graph_ = std::make_shared<const neural::PathGraph>(
        neural::BuildPathGraph(observation.topology, *paths_));
    inference_.SetGraph(graph_);
  }
  transition->graph = graph_;
  transition->history.resize(static_cast<size_t>(graph_->num_pairs()) * kHistory);
  neural::FillHistory(*graph_, observation.past_demands, absl::MakeSpan(transition->history));
}

absl::StatusOr<Trajectory> Actor::PlayEpisode(Environment* environment, uint64_t seed, int repeat) {
  Trajectory trajectory;
  if (absl::Status status = environment->Reset(seed); !status.ok()) return status;
  Random noise(Random(seed).Bits() + static_cast<uint64_t>(repeat));
  bool done = false;
  while (!done) {
    Transition transition;
    const Observation& observation = environment->observation();
    Observe(observation, &transition);
    const double shift =
        policy_.trade_off_sigma > 0 ? policy_.trade_off_sigma * noise.Normal() : 0.0;
    inference_.Run(transition.history, static_cast<float>(shift));
    transition.trade_off = inference_.trade_off();
    transition.trade_off_mean = transition.trade_off - shift;
    transition.trade_off_sigma = policy_.trade_off_sigma;
    transition.means.assign(inference_.logits().begin(), inference_.logits().end());
    transition.logits = transition.means;
    transition.sigma = policy_.sigma;
    if (policy_.sigma > 0) {
      for (float& z : transition.logits) z += static_cast<float>(policy_.sigma * noise.Normal());
    }
    std::vector<float> action(observation.candidate_paths->num_paths(), 0.0F);
    for (int p = 0; p < graph_->num_paths(); ++p) {
      action[graph_->path_of_set[p]] = transition.logits[p];
    }
    auto step = environment->Step(action);
    if (!step.ok()) return step.status();
    transition.reward = step->reward;
    transition.terms = step->terms;
    done = step->done;
    trajectory.push_back(std::move(transition));
  }
  return trajectory;
}

absl::StatusOr<Trajectory> PlayEpisode(Environment* environment, RoutingPolicy* policy,
                                       uint64_t seed) {
  Trajectory trajectory;
  if (absl::Status status = environment->Reset(seed); !status.ok()) return status;
  bool done = false;
  while (!done) {
    auto decision = policy->Decide(environment->observation());
    if (!decision.ok()) return decision.status();
    auto step = environment->StepWithPlan(decision->plan);
    if (!step.ok()) return step.status();
    Transition transition;
    transition.reward = step->reward;
    transition.terms = step->terms;
    done = step->done;
    trajectory.push_back(std::move(transition));
  }
  return trajectory;
}

}  // namespace rhumb::training
