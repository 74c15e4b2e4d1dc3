// Routing as a reinforcement-learning problem: what a learner, here or behind an RPC, plays
// against. Free of LibTorch.
//
// An episode is a network, a few intervals of traffic and what fails meanwhile, all a function of
// its seed. Before every interval the learner sees what a controller could know then
// (`Observation`: topology with link states, measured loads, losses and queueing delays, past
// demands; never the matrix about to be played), answers with one logit a candidate path, and is
// told a reward for what the network made of it.
#ifndef RHUMB_AGENTS_TRAINING_ENVIRONMENT_H_
#define RHUMB_AGENTS_TRAINING_ENVIRONMENT_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "agents/routing_policy.h"
#include "agents/training/reward.h"
#include "simulator/measurements.h"
#include "topologies/path_set.h"
#include "topologies/routing_plan.h"

namespace rhumb::training {

struct EnvironmentStep {
  double reward = 0;
  RewardTerms terms;  // what the reward was made of
  std::shared_ptr<const Measurements> measured;
  bool done = false;  // the episode is over: Reset comes next
};

// Since the environment was made.
struct EnvironmentCost {
  double simulator_s = 0;  // wall time inside of the simulator, references included
  uint64_t hop_packets = 0;
  int64_t steps = 0;  // of learners; the reference's are in the other two only
};

// Used from one thread at a time; environments in parallel are independent.
class Environment {
 public:
  virtual ~Environment() = default;

  // Starts the episode of this seed. The same seed and the same actions give the same observations
  // and rewards, whatever was played before. After an error of Reset or Step only Reset is
  // possible: Unavailable, DeadlineExceeded or DataLoss when a worker process died or hung (the
  // next Reset starts another one), others as the scenario or the simulator says.
  virtual absl::Status Reset(uint64_t seed) = 0;

  // Plays the next interval with the split ratios softmax(logits) over the paths of every pair.
  // `logits` is [paths of observation().candidate_paths], finite; those of paths over dead or
  // drained links are ignored while the pair has another path. InvalidArgument for a wrong number
  // of logits or one that is not finite (the episode goes on); FailedPrecondition before Reset and
  // after the last step.
  virtual absl::StatusOr<EnvironmentStep> Step(absl::Span<const float> logits) = 0;

  // The same with a plan of any paths, for policies that do not split over the candidates:
  // baselines are scored by what the learner is. InvalidArgument when it does not fit the network.
  virtual absl::StatusOr<EnvironmentStep> StepWithPlan(const RoutingPlan& plan) = 0;

  // What is known now. Candidate paths stay the same over an episode while links fail. Valid until
  // the next call of Reset or Step; undefined before the first Reset.
  virtual const Observation& observation() const = 0;

  virtual const EnvironmentCost& cost() const = 0;
};

// The plan of an action: softmax over the usable paths of every pair (over all of them where none
// is usable). `logits` is [paths].
RoutingPlan PlanOfLogits(const Topology& topology, std::shared_ptr<const PathSet> paths,
                         absl::Span<const float> logits);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_ENVIRONMENT_H_
