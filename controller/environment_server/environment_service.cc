#include "controller/environment_server/environment_service.h"

#include <exception>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "controller/environment_server/observation_message.h"
#include "controller/serving/rpc/grpc_status.h"
#include "controller/steering/plan/request_error.h"
#include "topologies/formats/proto_time.h"

namespace rhumb {
namespace {

absl::Status ClosedError() {
  return RequestError(absl::StatusCode::kUnavailable, rhumb::v1::ERROR_REASON_NOT_READY,
                      "the server stops");
}

// Indices exist, none is there twice.
absl::Status CheckActions(const rhumb::v1::StepRequest& request, size_t environments) {
  if (request.actions_size() == 0) {
    return FieldError("actions", "is empty; give one for each environment to play");
  }
  std::vector<char> seen(environments, 0);
  for (int i = 0; i < request.actions_size(); ++i) {
    const uint32_t environment = request.actions(i).environment();
    const std::string field = absl::StrFormat("actions[%d].environment", i);
    if (environment >= environments) {
      return FieldError(
          field, absl::StrFormat("is %d; the batch has 0 to %d", environment, environments - 1));
    }
    if (seen[environment]++ != 0) {
      return FieldError(field, absl::StrFormat("is %d, for the second time", environment));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const rhumb::v1::StepRequest>> ResetsAsActions(
    const rhumb::v1::ResetRequest& request, size_t environments) {
  const bool all = request.environments_size() == 0;
  const size_t count = all ? environments : request.environments_size();
  if (static_cast<size_t>(request.seeds_size()) != count) {
    return FieldError("seeds", absl::StrFormat("has %d for %d environments; give one each",
                                               request.seeds_size(), count));
  }
  auto actions = std::make_shared<rhumb::v1::StepRequest>();
  for (size_t i = 0; i < count; ++i) {
    rhumb::v1::Action* action = actions->add_actions();
    action->set_environment(all ? i : request.environments(static_cast<int>(i)));
    action->set_reset_seed(request.seeds(static_cast<int>(i)));
  }
  return actions;
}

}  // namespace

EnvironmentService::EnvironmentService(EnvironmentServerOptions options)
    : options_(std::move(options)),
      quota_(std::make_shared<EnvironmentQuota>(options_.batches)),
      batches_(options_.batches.idle_timeout),
      pool_(options_.threads) {}

EnvironmentService::Reactor* EnvironmentService::CreateBatch(
    Context* context, const rhumb::v1::CreateBatchRequest* request,
    rhumb::v1::CreateBatchResponse* response) {
  Reactor* reactor = context->DefaultReactor();
  // Candidate paths of a large network take a while.
  pool_.Submit([this, reactor, request, response, client = context->peer()] {
    absl::Status status;
    try {
      status = Create(client, *request, response);
    } catch (const std::exception& e) {
      status = absl::InternalError(absl::StrCat("unexpected fault: ", e.what()));
    }
    reactor->Finish(ToGrpc(status));
  });
  return reactor;
}

absl::Status EnvironmentService::Create(const std::string& client,
                                        const rhumb::v1::CreateBatchRequest& request,
                                        rhumb::v1::CreateBatchResponse* response) {
  if (closed_) return ClosedError();
  const uint32_t asked = request.environments() == 0 ? 1 : request.environments();
  // As a number that the sums below can hold.
  const int count = static_cast<int>(std::min(asked, 1'000'000U));
  auto places = EnvironmentQuota::Take(quota_, client, count);
  if (!places.ok()) return places.status();
  const auto scenario = PrepareScenario(request.scenario(), options_.scenarios);
  if (!scenario.ok()) return scenario.status();
  auto batch = std::make_shared<EnvironmentBatch>();
  batch->places = *std::move(places);
  for (int i = 0; i < count; ++i) {
    auto environment = scenario->make();
    if (!environment.ok()) return environment.status();
    batch->slots.push_back(std::make_unique<EnvironmentSlot>(*std::move(environment),
                                                             scenario->history, scenario->steps,
                                                             scenario->paths, options_.policies));
  }
  if (scenario->topology) {
    *response->mutable_layout() =
        ToLayout(*scenario->topology, *scenario->paths, scenario->history, scenario->steps);
  }
  *response->mutable_idle_timeout() = ToDuration(options_.batches.idle_timeout);
  response->set_batch(batches_.Add(std::move(batch), SteadyNow()));
  return absl::OkStatus();
}

EnvironmentService::Reactor* EnvironmentService::Reset(Context* context,
                                                       const rhumb::v1::ResetRequest* request,
                                                       rhumb::v1::StepResponse* response) {
  Reactor* reactor = context->DefaultReactor();
  // How many "all" are is known with the batch only; another call may not come between.
  const auto batch = batches_.Take(request->batch());
  if (!batch.ok()) {
    reactor->Finish(ToGrpc(closed_ ? ClosedError() : batch.status()));
    return reactor;
  }
  const size_t environments = (*batch)->slots.size();
  batches_.Release(request->batch(), SteadyNow());
  auto actions = ResetsAsActions(*request, environments);
  if (!actions.ok()) {
    reactor->Finish(ToGrpc(actions.status()));
    return reactor;
  }
  Play(request->batch(), *std::move(actions), reactor, response);
  return reactor;
}

EnvironmentService::Reactor* EnvironmentService::Step(Context* context,
                                                      const rhumb::v1::StepRequest* request,
                                                      rhumb::v1::StepResponse* response) {
  Reactor* reactor = context->DefaultReactor();
  // The request stays until Finish, so nothing needs to own it.
  Play(request->batch(),
       std::shared_ptr<const rhumb::v1::StepRequest>(std::shared_ptr<void>(), request), reactor,
       response);
  return reactor;
}

void EnvironmentService::Play(uint64_t id, std::shared_ptr<const rhumb::v1::StepRequest> request,
                              Reactor* reactor, rhumb::v1::StepResponse* response) {
  if (closed_) return reactor->Finish(ToGrpc(ClosedError()));
  auto taken = batches_.Take(id);
  if (!taken.ok()) return reactor->Finish(ToGrpc(taken.status()));
  std::shared_ptr<EnvironmentBatch> batch = *std::move(taken);
  if (absl::Status status = CheckActions(*request, batch->slots.size()); !status.ok()) {
    batches_.Release(id, SteadyNow());
    return reactor->Finish(ToGrpc(status));
  }
  const int count = request->actions_size();
  for (int i = 0; i < count; ++i) response->add_outcomes();
  // The batch is handed over whole: who closes it after the answer is to be the last to hold it, so
  // that its workers have ended when the closing is answered.
  pool_.ForEach(
      count,
      [batch = std::move(batch), request, response](int i) {
        const rhumb::v1::Action& action = request->actions(i);
        *response->mutable_outcomes(i) = batch->slots[action.environment()]->Play(action);
      },
      [this, id, batch, request, reactor, response] {
        batches_.Release(id, SteadyNow());
        absl::Status status;
        if (const size_t bytes = response->ByteSizeLong(); bytes > options_.max_answer_bytes) {
          status = absl::ResourceExhaustedError(absl::StrFormat(
              "the answer has %d bytes, more than the %d that are sent; name fewer environments in "
              "a call",
              bytes, options_.max_answer_bytes));
        }
        reactor->Finish(ToGrpc(status));
      });
}

EnvironmentService::Reactor* EnvironmentService::CloseBatch(
    Context* context, const rhumb::v1::CloseBatchRequest* request,
    rhumb::v1::CloseBatchResponse* response) {
  Reactor* reactor = context->DefaultReactor();
  // Ending workers waits for them.
  pool_.Submit([this, reactor, request, response] {
    response->set_closed(batches_.Close(request->batch()));
    reactor->Finish(grpc::Status::OK);
  });
  return reactor;
}

}  // namespace rhumb
