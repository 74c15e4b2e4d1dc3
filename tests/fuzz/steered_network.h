// A controller without threads and sockets that is held to its promises after every request.
#ifndef RHUMB_TESTS_FUZZ_STEERED_NETWORK_H_
#define RHUMB_TESTS_FUZZ_STEERED_NETWORK_H_

#include <optional>
#include <string>
#include <vector>

#include "controller/client/held_plan.h"
#include "controller/steering/decision/controller_core.h"
#include "controller/steering/decision/decision_worker.h"
#include "controller/steering/questions/policy_cache.h"
#include "rhumb/v1/north.pb.h"
#include "rhumb/v1/south.pb.h"

namespace rhumb::testing {

// What is promised, and checked here (Require aborts):
// - a request that is refused says why, and leaves everything as it was: status, plan, settings,
//   what is to be stored;
// - versions only grow, over restarts too;
// - every plan that is published is valid on its topology and routes every demand that is still
//   connected;
// - the updates on the plan stream, put together, are the plan;
// - status, plans and answers hold only finite numbers and can be sent.
class SteeredNetwork {
 public:
  SteeredNetwork();

  // A network of four nodes with parallel links and a risk group, measured twice, with a drained
  // link, a pin and two adapters.
  void Prepare();

  void Take(const rhumb::v1::SetTopologyRequest& request);
  void Take(const rhumb::v1::UpdateTopologyRequest& request);
  void Take(const rhumb::v1::TelemetryReport& report);
  void Take(const rhumb::v1::DrainLinkRequest& request);
  void Take(const rhumb::v1::UndrainLinkRequest& request);
  void Take(const rhumb::v1::SetPolicyRequest& request);
  void Take(const rhumb::v1::PinDemandRequest& request);
  void Take(const rhumb::v1::RollbackPlanRequest& request);
  void Take(const rhumb::v1::ConfirmRollbackRequest& request);
  void Take(const rhumb::v1::ExplainDecisionRequest& request);
  void Take(const rhumb::v1::EvaluatePlanRequest& request);
  void Take(const rhumb::v1::ComputeRoutesRequest& request);
  void Take(const rhumb::v1::ListAuditRequest& request);
  // A first message on a plan stream, or an answer to an update.
  void Take(StreamId stream, const rhumb::v1::PlanStreamRequest& request, uint64_t sent_version);
  void Close(StreamId stream) { core_->south().CloseAdapter(stream); }

  void Wait(absl::Duration time);
  void Restart();
  // Lets the policy answer what it was asked last.
  void Decide();
  // A decision stays out until Decide is called.
  void HoldDecisions() { hold_decisions_ = true; }
  void CheckPromises();

 private:
  std::string State() const;
  template <typename Request, typename Work>
  void Change(const Request& request, Work work);
  template <typename Response>
  void CheckAnswer(const absl::StatusOr<Response>& answer);
  void Keep(StoreChange change);
  void Start();
  void CheckPlan(const LivePlanPtr& plan);

  NoMetrics metrics_;
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  Decider decider_;
  PolicyCache policies_;
  std::vector<LivePlanPtr> unchecked_;
  LivePlanPtr last_;
  HeldPlan held_;  // by one adapter that takes every update
  uint64_t last_topology_version_ = 0;
  uint64_t last_plan_version_ = 0;
  std::optional<DecisionInput> waiting_;
  bool hold_decisions_ = false;
  StoredState stored_;
  std::optional<ControllerCore> core_;
};

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_FUZZ_STEERED_NETWORK_H_
