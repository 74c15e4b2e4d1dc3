#include "controller/serving/calls/north_calls.h"

#include <exception>

#include "absl/strings/str_cat.h"
#include "controller/clock/steady_time.h"
#include "controller/serving/calls/kept_answer.h"
#include "controller/steering/plan/request_error.h"
#include "controller/steering/questions/compute_routes.h"
#include "controller/steering/questions/evaluate_plan.h"
#include "controller/steering/questions/explain_decision.h"
#include "controller/steering/store/audit.h"

namespace rhumb {
namespace {

ComputePool::Lane LaneOf(const NorthCalls::Asker& asker) {
  return asker.role == Role::kOperator ? ComputePool::Lane::kOperators : ComputePool::Lane::kOthers;
}

absl::Status AllBusy() {
  return absl::ResourceExhaustedError(
      "all workers are busy and enough waits already; try again after a pause, or raise "
      "limits.compute_threads and limits.compute_queue");
}

template <typename Response, typename Work>
absl::StatusOr<Response> Try(const Work& work, PolicyCache* policies) {
  try {
    return work(policies);
  } catch (const std::exception& e) {
    return absl::InternalError(absl::StrCat("the question could not be answered: ", e.what()));
  }
}

}  // namespace

template <typename Response, typename Work>
void NorthCalls::OnControlThread(const Asker& asker, Done<Response> done, Work work) {
  parts_.control.Call<Response>(
      [asker, work](ControllerCore& core) -> absl::StatusOr<Response> {
        if (auto status = asker.wanted(); !status.ok()) return status;
        return work(core, asker.who);
      },
      [this, done = std::move(done)](absl::StatusOr<Response> answer) {
        done(KeptAnswer(parts_.standing, std::move(answer)));
      });
}

template <typename Response, typename Work>
void NorthCalls::OnPool(ComputePool& pool, const Asker& asker, Done<Response> done, Work work) {
  const bool queued = pool.TrySubmit(
      [this, asker, done, work](PolicyCache* policies) {
        if (auto status = asker.wanted(); !status.ok()) return done(status);
        const SteadyTime begin = SteadyNow();
        absl::StatusOr<Response> result = [&] {
          const PolicyCache::Question question(policies, asker.wanted);
          return Try<Response>(work, policies);
        }();
        parts_.metrics.ObserveStage(Stage::kCompute, absl::ToDoubleSeconds(SteadyNow() - begin));
        done(std::move(result));
      },
      LaneOf(asker));
  if (!queued) done(AllBusy());
}

template <typename Response, typename Ask>
void NorthCalls::AboutLive(const Asker& asker, Done<Response> done, Ask ask) {
  parts_.control.Call<LiveView>(
      [](ControllerCore& core) -> absl::StatusOr<LiveView> { return core.north().View(); },
      [this, asker, done = std::move(done), ask](absl::StatusOr<LiveView> view) {
        if (!view.ok()) return done(view.status());
        OnPool<Response>(
            parts_.compute, asker, done,
            [ask, view = *std::move(view)](PolicyCache* policies) { return ask(view, policies); });
      });
}

void NorthCalls::Answer(Message<rhumb::v1::ComputeRoutesRequest> request, const Asker& asker,
                        Done<rhumb::v1::ComputeRoutesResponse> done) {
  auto answer = [this, request, asker, done](const std::string& policy) {
    OnPool<rhumb::v1::ComputeRoutesResponse>(
        parts_.compute, asker, done,
        [request, limits = parts_.topology_limits, policy](PolicyCache* policies) {
          return ComputeRoutes(*request, limits, policy, policies);
        });
  };
  if (!request->policy().empty()) return answer(request->policy());
  parts_.control.Call<std::string>(
      [](ControllerCore& core) -> absl::StatusOr<std::string> { return core.policy(); },
      [answer, done](absl::StatusOr<std::string> policy) {
        if (!policy.ok()) return done(policy.status());
        answer(*policy);
      });
}

void NorthCalls::Answer(Message<rhumb::v1::EvaluatePlanRequest> request, const Asker& asker,
                        Done<rhumb::v1::EvaluatePlanResponse> done) {
  AboutLive(asker, std::move(done), [request](const LiveView& view, PolicyCache* policies) {
    return EvaluatePlan(*request, view, policies);
  });
}

void NorthCalls::Answer(Message<rhumb::v1::ExplainDecisionRequest> request, const Asker& asker,
                        Done<rhumb::v1::ExplainDecisionResponse> done) {
  AboutLive(asker, std::move(done), [request](const LiveView& view, PolicyCache* policies) {
    return ExplainDecision(*request, view, policies);
  });
}

void NorthCalls::Answer(Message<rhumb::v1::DrainLinkRequest> request, const Asker& asker,
                        Done<rhumb::v1::SettingResponse> done) {
  OnControlThread(asker, std::move(done), [request](ControllerCore& core, const std::string& who) {
    return core.north().DrainLink(*request, who);
  });
}

void NorthCalls::Answer(Message<rhumb::v1::UndrainLinkRequest> request, const Asker& asker,
                        Done<rhumb::v1::SettingResponse> done) {
  OnControlThread(asker, std::move(done), [request](ControllerCore& core, const std::string& who) {
    return core.north().UndrainLink(*request, who);
  });
}

void NorthCalls::Answer(Message<rhumb::v1::SetPolicyRequest> request, const Asker& asker,
                        Done<rhumb::v1::SettingResponse> done) {
  // Loaded on a thread of the pool first, so that only a policy that works reaches the core.
  const bool queued = parts_.compute.TrySubmit(
      [this, request, asker, done](PolicyCache* policies) {
        if (auto policy = policies->Get(request->policy()); !policy.ok()) {
          return done(FieldError("policy", policy.status().message()));
        }
        OnControlThread(asker, done, [request](ControllerCore& core, const std::string& who) {
          return core.north().SetPolicy(*request, who);
        });
      },
      LaneOf(asker));
  if (!queued) done(AllBusy());
}

void NorthCalls::Answer(Message<rhumb::v1::PinDemandRequest> request, const Asker& asker,
                        Done<rhumb::v1::SettingResponse> done) {
  OnControlThread(asker, std::move(done), [request](ControllerCore& core, const std::string& who) {
    return core.north().PinDemand(*request, who);
  });
}

void NorthCalls::Answer(Message<rhumb::v1::RollbackPlanRequest> request, const Asker& asker,
                        Done<rhumb::v1::RollbackPlanResponse> done) {
  OnControlThread(asker, std::move(done), [request](ControllerCore& core, const std::string& who) {
    return core.north().RollbackPlan(*request, who);
  });
}

void NorthCalls::Answer(Message<rhumb::v1::ConfirmRollbackRequest> request, const Asker& asker,
                        Done<rhumb::v1::SettingResponse> done) {
  OnControlThread(asker, std::move(done), [request](ControllerCore& core, const std::string& who) {
    return core.north().ConfirmRollback(*request, who);
  });
}

void NorthCalls::Answer(Message<rhumb::v1::GetStatusRequest>, const Asker& asker,
                        Done<rhumb::v1::ControllerStatus> done) {
  OnControlThread(asker, std::move(done),
                  [this](ControllerCore& core,
                         const std::string&) -> absl::StatusOr<rhumb::v1::ControllerStatus> {
                    rhumb::v1::ControllerStatus status = core.north().GetStatus();
                    status.set_version(parts_.version);
                    *status.mutable_store() = parts_.control.Get()->store().Health();
                    if (parts_.standing != nullptr) {
                      *status.mutable_replica() = parts_.standing->Status();
                    }
                    return status;
                  });
}

void NorthCalls::Answer(Message<rhumb::v1::GetPlanRequest>, const Asker& asker,
                        Done<rhumb::v1::LivePlan> done) {
  OnPool(parts_.quick, asker, std::move(done),
         [this](PolicyCache*) -> absl::StatusOr<rhumb::v1::LivePlan> {
           const LivePlanPtr plan = parts_.latest_plan();
           if (plan != nullptr) return ToProto(*plan);
           return RequestError(
               absl::StatusCode::kFailedPrecondition, rhumb::v1::ERROR_REASON_NO_TOPOLOGY,
               "there is no plan yet; wait until an adapter has declared a topology");
         });
}

void NorthCalls::Answer(Message<rhumb::v1::ListAuditRequest> request, const Asker& asker,
                        Done<rhumb::v1::ListAuditResponse> done) {
  // Reads the disk: not on the control thread.
  OnPool(parts_.quick, asker, std::move(done), [this, request](PolicyCache*) {
    const std::shared_ptr<ControlThread> control = parts_.control.Get();
    return ListAudit(*request, &control->store());
  });
}

}  // namespace rhumb
