#include "agents/training/actor.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "agents/neural/history.h"
#include "agents/neural/network_shape.h"
#include "agents/training/random.h"

namespace rhumb::training {
namespace {

constexpr float kNever = 1e-20F;  // a ratio whose logarithm stands for 0

// One logit a path of the observation's path set. Those that are not in the graph are not usable.
std::vector<float> LogitsOf(const neural::PathGraph& graph, absl::Span<const float> ratios,
                            int num_paths) {
  std::vector<float> logits(num_paths, std::log(kNever));
  for (int p = 0; p < graph.num_paths(); ++p) {
    logits[graph.path_of_set[p]] = std::log(std::max(ratios[p], kNever));
  }
  return logits;
}

}  // namespace

Actor::Actor(std::shared_ptr<const ActingAgent> agent)
    : agent_(std::move(agent)),
      inference_(agent_->weights, agent_->inference),
      priced_(&inference_) {}

void Actor::Follow(const Observation& observation) {
  if (graph_ == nullptr || paths_ != observation.candidate_paths ||
      topology_version_ != observation.topology.version()) {
    paths_ = observation.candidate_paths;
    topology_version_ = observation.topology.version();
    graph_ = std::make_shared<const neural::PathGraph>(
        neural::BuildPathGraph(observation.topology, *paths_));
    priced_.SetGraph(graph_);
  }
  history_.resize(static_cast<size_t>(graph_->num_pairs()) * neural::kHistory);
  neural::FillHistory(*graph_, observation.past_demands, absl::MakeSpan(history_));
}

absl::StatusOr<Trajectory> Actor::PlayEpisode(Environment* environment, uint64_t seed, int repeat) {
  Trajectory trajectory;
  if (absl::Status status = environment->Reset(seed); !status.ok()) return status;
  Random noise(Random(seed).Bits() + static_cast<uint64_t>(repeat));
  for (bool done = false; !done;) {
    Transition transition;
    const Observation& observation = environment->observation();
    Follow(observation);
    transition.features = priced_.Look(observation, history_);
    if (!agent_->price_head.empty()) {
      transition.answer = neural::AskPriceHead(agent_->price_head, transition.features);
      transition.action = transition.answer.mean;
    }
    for (int k = 0; k < neural::kNumPrices && agent_->explore; ++k) {
      transition.action[k] += static_cast<float>(transition.answer.sigma[k] * noise.Normal());
    }
    auto step = environment->Step(LogitsOf(*graph_, priced_.Split(transition.action),
                                           observation.candidate_paths->num_paths()));
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
  for (bool done = false; !done;) {
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
