#include "agents/training/actor.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "agents/neural/history.h"
#include "agents/neural/network_shape.h"
#include "agents/training/random.h"
#include "agents/training/weight_noise.h"

namespace rhumb::training {
namespace {

constexpr float kNever = 1e-20F;  // a ratio whose logarithm stands for 0

// Of the graph's paths [paths], for the observation's path set. Those that are not in the graph are
// not usable.
std::vector<float> Spread(const neural::PathGraph& graph, absl::Span<const float> logits,
                          int num_paths) {
  std::vector<float> all(num_paths, std::log(kNever));
  for (int p = 0; p < graph.num_paths(); ++p) all[graph.path_of_set[p]] = logits[p];
  return all;
}

std::vector<float> LogitsOf(absl::Span<const float> ratios) {
  std::vector<float> logits;
  for (float ratio : ratios) logits.push_back(std::log(std::max(ratio, kNever)));
  return logits;
}

// The demands that an interval brought, [pairs] over the mean capacity.
std::vector<float> PlayedDemands(const neural::PathGraph& graph, const TrafficMatrix& demands) {
  std::vector<float> played;
  for (const NodePair& pair : graph.pairs) {
    played.push_back(static_cast<float>(demands.rate_bps(pair.source, pair.destination) /
                                        graph.mean_capacity_bps));
  }
  return played;
}

}  // namespace

Actor::Actor(std::shared_ptr<const ActingAgent> agent)
    : agent_(std::move(agent)),
      inference_(agent_->weights,
                 agent_->whole_plan ? neural::ForPlans(agent_->inference) : agent_->inference),
      priced_(&inference_) {}

void Actor::Follow(const Observation& observation) {
  if (graph_ == nullptr || paths_ != observation.candidate_paths ||
      topology_version_ != observation.topology.version()) {
    paths_ = observation.candidate_paths;
    topology_version_ = observation.topology.version();
    graph_ = std::make_shared<const neural::PathGraph>(
        neural::BuildPathGraph(observation.topology, *paths_));
    priced_.SetGraph(graph_);
    if (noisy_ != nullptr) noisy_->SetGraph(graph_);
  }
  history_.resize(static_cast<size_t>(graph_->num_pairs()) * neural::kHistory);
  neural::FillHistory(*graph_, observation.past_demands, absl::MakeSpan(history_));
}

std::vector<float> Actor::Act(const Observation& observation, Random& noise,
                              Transition* transition) {
  transition->features = priced_.Look(observation, history_);
  if (!agent_->price_head.empty()) {
    transition->answer = neural::AskPriceHead(agent_->price_head, transition->features);
    transition->action = transition->answer.mean;
  }
  for (int k = 0; k < neural::kNumPrices && agent_->explore; ++k) {
    transition->action[k] += static_cast<float>(transition->answer.sigma[k] * noise.Normal());
  }
  return LogitsOf(priced_.Split(transition->action));
}

std::vector<float> Actor::ActWholly(const Observation& observation, Random& noise, bool turned,
                                    Transition* transition) {
  const std::vector<float> latest = PlayedDemands(*graph_, *observation.past_demands.back());
  if (inference_.sees_feedback()) {
    neural::FillFeedback(*graph_, observation, latest, &feedback_);
  }
  acting().Run(history_, &feedback_);
  std::vector<float> logits(acting().logits().begin(), acting().logits().end());
  if (!agent_->explore || noisy_ != nullptr) return logits;
  auto moment = std::make_shared<PlanMoment>();
  moment->graph = graph_;
  moment->history = history_;
  moment->logits = logits;
  if (inference_.sees_feedback()) moment->feedback = feedback_;
  moment->noise = DrawPlanNoise(*graph_, UtilizationOf(*graph_, inference_.ratios(), latest),
                                agent_->noise, noise);
  for (size_t p = 0; p < logits.size(); ++p) {
    if (turned) moment->noise[p] = -moment->noise[p];
    logits[p] += moment->noise[p];
  }
  transition->plan = std::move(moment);
  return logits;
}

namespace {

double DoubtOf(const Measurements& measured) {
  if (!measured.prediction) return 0;
  const PredictedRange& range = measured.prediction->ranges[kPredictedFct];
  if (!(range.low > 0)) return 0;
  return std::log(range.high / range.low) / 2 * (1 + measured.prediction->distance);
}

}  // namespace

absl::StatusOr<Trajectory> Actor::PlayEpisode(Environment* environment, uint64_t seed, int repeat) {
  Trajectory trajectory;
  if (absl::Status status = environment->Reset(seed); !status.ok()) return status;
  const bool whole = agent_->whole_plan;
  if (agent_->explore && agent_->weight_noise > 0) {
    noisy_ = std::make_unique<neural::Inference>(
        WithWeightNoise(agent_->weights, agent_->weight_noise, seed, repeat),
        neural::ForPlans(agent_->inference));
    graph_ = nullptr;
  }
  Random noise(Random(seed).Bits() + static_cast<uint64_t>(whole ? repeat / 2 : repeat));
  for (bool done = false; !done;) {
    Transition transition;
    const Observation& observation = environment->observation();
    Follow(observation);
    const std::vector<float> logits =
        whole ? ActWholly(observation, noise, repeat % 2 == 1, &transition)
              : Act(observation, noise, &transition);
    auto step =
        environment->Step(Spread(*graph_, logits, observation.candidate_paths->num_paths()));
    if (!step.ok()) return step.status();
    if (transition.plan != nullptr) {
      transition.plan->next =
          PlayedDemands(*graph_, *environment->observation().past_demands.back());
    }
    transition.reward = step->reward;
    transition.terms = step->terms;
    transition.doubt = DoubtOf(*step->measured);
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
