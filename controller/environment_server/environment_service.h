// Environments as a gRPC service; see proto/rhumb/v1/simulation.proto for what each call does.
#ifndef RHUMB_CONTROLLER_ENVIRONMENT_SERVER_ENVIRONMENT_SERVICE_H_
#define RHUMB_CONTROLLER_ENVIRONMENT_SERVER_ENVIRONMENT_SERVICE_H_

#include <atomic>
#include <memory>

#include "controller/environment_server/batch_table.h"
#include "controller/environment_server/scenario_request.h"
#include "controller/environment_server/task_pool.h"
#include "controller/replay/replay_input.h"
#include "rhumb/v1/simulation.grpc.pb.h"

namespace rhumb {

struct EnvironmentServerOptions {
  int threads = 1;  // that play environments; in ns-3 each keeps one worker busy
  BatchLimits batches;
  ScenarioLimits scenarios;
  size_t max_answer_bytes = size_t{256} << 20;
  PolicyFactory policies;
};

// Handlers only enqueue: environments are made, stepped and reset by the pool's threads. Outlives
// the gRPC server that it is registered with.
class EnvironmentService final : public rhumb::v1::Simulation::CallbackService {
 public:
  explicit EnvironmentService(EnvironmentServerOptions options);

  // From now on every call is UNAVAILABLE.
  void Close() { closed_ = true; }
  // Closes batches that nobody used for the time-out; how many. Called now and then.
  int CloseIdle() { return batches_.CloseIdle(SteadyNow()); }

  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;
  Reactor* CreateBatch(Context* context, const rhumb::v1::CreateBatchRequest* request,
                       rhumb::v1::CreateBatchResponse* response) override;
  Reactor* Reset(Context* context, const rhumb::v1::ResetRequest* request,
                 rhumb::v1::StepResponse* response) override;
  Reactor* Step(Context* context, const rhumb::v1::StepRequest* request,
                rhumb::v1::StepResponse* response) override;
  Reactor* CloseBatch(Context* context, const rhumb::v1::CloseBatchRequest* request,
                      rhumb::v1::CloseBatchResponse* response) override;

 private:
  absl::Status Create(const std::string& client, const rhumb::v1::CreateBatchRequest& request,
                      rhumb::v1::CreateBatchResponse* response);
  // Plays `actions` side by side and answers when the last is done.
  void Play(uint64_t id, std::shared_ptr<const rhumb::v1::StepRequest> request, Reactor* reactor,
            rhumb::v1::StepResponse* response);

  const EnvironmentServerOptions options_;
  std::atomic<bool> closed_ = false;
  const std::shared_ptr<EnvironmentQuota> quota_;
  BatchTable batches_;
  TaskPool pool_;  // last: its tasks use the others
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_ENVIRONMENT_SERVER_ENVIRONMENT_SERVICE_H_
