#include "controller/environment_server/environment_slot.h"

#include <exception>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/environment_server/observation_message.h"
#include "controller/steering/plan/request_error.h"

namespace rhumb {
namespace {

using rhumb::v1::Action;
using training::EnvironmentStep;

void SetTerms(const training::RewardTerms& terms, rhumb::v1::RewardTerms* message) {
  message->set_completion(terms.completion);
  message->set_on_time(terms.on_time);
  message->set_delay(terms.delay);
  message->set_loss(terms.loss);
  message->set_goodput(terms.goodput);
}

void SetMeasurements(const Measurements& measured, rhumb::v1::StepMeasurements* message) {
  message->set_mlu(measured.mlu);
  message->set_offered_bps(measured.offered_bps);
  message->set_goodput_bps(measured.goodput_bps);
  message->set_loss_ratio(measured.loss_ratio);
  message->set_mean_delay_s(measured.mean_delay_s);
  message->set_mean_packet_delay_s(measured.mean_packet_delay_s);
  message->set_p99_delay_s(measured.p99_delay_s);
  message->set_unrouted_bps(measured.unrouted_bps);
  if (measured.flows) {
    message->set_flows_started(measured.flows->started);
    message->set_flows_completed(measured.flows->completed);
    message->set_mean_completion_s(measured.flows->mean_s);
    message->set_p99_completion_s(measured.flows->p99_s);
  }
  message->set_simulator_s(measured.cost.wall_s);
  message->set_hop_packets(measured.cost.hop_packets);
}

}  // namespace

rhumb::v1::Outcome EnvironmentSlot::Play(const Action& action) {
  rhumb::v1::Outcome outcome;
  outcome.set_environment(action.environment());
  absl::Status status;
  const bool was_running = running_;
  try {
    status = action.action_case() == Action::kResetSeed ? Reset(action.reset_seed(), &outcome)
                                                        : Step(action, &outcome);
  } catch (const std::exception& e) {
    status = absl::InternalError(absl::StrCat("unexpected fault: ", e.what()));
    running_ = false;
  }
  outcome.set_step(step_);
  if (status.ok()) return outcome;
  *outcome.mutable_fault() = rhumb::ToProto(status);
  // An action that was refused cost nothing; whatever else ended the episode did.
  outcome.set_truncated(!running_ && (was_running || action.action_case() == Action::kResetSeed));
  outcome.clear_layout();
  return outcome;
}

absl::Status EnvironmentSlot::Reset(uint64_t seed, rhumb::v1::Outcome* outcome) {
  running_ = false;
  step_ = 0;
  baselines_.clear();
  if (absl::Status status = environment_->Reset(seed); !status.ok()) return status;
  running_ = true;
  const Observation& observation = environment_->observation();
  *outcome->mutable_observation() = ToObservation(observation, history_, false);
  if (observation.candidate_paths != known_) {
    *outcome->mutable_layout() =
        ToLayout(observation.topology, *observation.candidate_paths, history_, steps_);
    known_ = observation.candidate_paths;
  }
  return absl::OkStatus();
}

absl::Status EnvironmentSlot::Step(const Action& action, rhumb::v1::Outcome* outcome) {
  if (!running_) {
    return absl::FailedPreconditionError(
        "no episode runs in this environment: reset it before the first step and after the last");
  }
  const absl::StatusOr<EnvironmentStep> step = Advance(action);
  if (!step.ok()) {
    // Everything but a refused action ends the episode.
    running_ = absl::IsInvalidArgument(step.status());
    return step.status();
  }
  ++step_;
  running_ = !step->done;
  *outcome->mutable_observation() = ToObservation(environment_->observation(), history_, true);
  outcome->set_reward(step->reward);
  outcome->set_done(step->done);
  SetTerms(step->terms, outcome->mutable_terms());
  SetMeasurements(*step->measured, outcome->mutable_measurements());
  return absl::OkStatus();
}

absl::StatusOr<EnvironmentStep> EnvironmentSlot::Advance(const Action& action) {
  const Observation& observation = environment_->observation();
  const int paths = observation.candidate_paths->num_paths();
  switch (action.action_case()) {
    case Action::kLogits: {
      const auto logits = FromFloats(action.logits(), paths);
      if (!logits.ok()) return AboutField("actions.logits", logits.status());
      return environment_->Step(*logits);
    }
    case Action::kSplitRatios: {
      const auto ratios = FromFloats(action.split_ratios(), paths);
      if (!ratios.ok()) return AboutField("actions.split_ratios", ratios.status());
      const auto plan = PlanOfRatios(observation, *ratios);
      if (!plan.ok()) return AboutField("actions.split_ratios", plan.status());
      return environment_->StepWithPlan(*plan);
    }
    case Action::kPolicy: {
      const auto plan = Decide(action.policy());
      if (!plan.ok()) return plan.status();
      return environment_->StepWithPlan(*plan);
    }
    default:
      return FieldError("actions.action",
                        "is absent; give logits, split_ratios, policy or reset_seed");
  }
}

absl::StatusOr<RoutingPlan> EnvironmentSlot::Decide(const std::string& name) {
  std::unique_ptr<RoutingPolicy>& policy = baselines_[name];
  if (policy == nullptr) {
    auto made = policies_(name);
    if (!made.ok()) {
      return FieldError("actions.policy",
                        absl::StrFormat("\"%s\": %s", name, std::string(made.status().message())));
    }
    if ((*made)->omniscient()) {
      return FieldError("actions.policy",
                        absl::StrFormat("\"%s\" would have to know the traffic to come", name));
    }
    policy = *std::move(made);
  }
  absl::StatusOr<Decision> decision = policy->Decide(environment_->observation());
  if (!decision.ok()) return decision.status();
  return std::move(decision->plan);
}

}  // namespace rhumb
