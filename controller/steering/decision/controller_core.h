// The controller without threads, sockets or disks: what it knows, what it does on every event.
#ifndef RHUMB_CONTROLLER_STEERING_DECISION_CONTROLLER_CORE_H_
#define RHUMB_CONTROLLER_STEERING_DECISION_CONTROLLER_CORE_H_

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "controller/steering/decision/core_options.h"
#include "controller/steering/decision/decision_worker.h"
#include "controller/steering/metrics/metrics.h"
#include "controller/steering/plan/live_plan.h"
#include "controller/steering/questions/live_view.h"
#include "controller/steering/state/election.h"
#include "controller/steering/state/telemetry_intake.h"
#include "controller/steering/state/topology_state.h"
#include "controller/steering/state/traffic_state.h"
#include "controller/steering/store/store.h"
#include "rhumb/v1/north.pb.h"
#include "rhumb/v1/south.pb.h"

namespace rhumb {

// Owned by the control thread. Requests that fail leave it unchanged. What a request changed is
// fetched with TakeChange and written before the request is answered.
class ControllerCore {
 public:
  struct Outputs {
    std::function<void(LivePlanPtr)> publish;           // to all plan streams
    std::function<void(DecisionInput)> start_decision;  // answered by FinishDecision
    std::function<void()> election_changed;
    std::function<absl::Time()> now;
  };

  ControllerCore(CoreOptions options, Outputs outputs, Metrics* metrics);

  // Takes up the state of an earlier run. What cannot be read is left out and named in the result,
  // one line each.
  std::vector<std::string> Restore(const StoredState& stored);

  // South.
  absl::StatusOr<rhumb::v1::SetTopologyResponse> SetTopology(
      const rhumb::v1::SetTopologyRequest& request, const std::string& who);
  absl::StatusOr<rhumb::v1::UpdateTopologyResponse> UpdateTopology(
      const rhumb::v1::UpdateTopologyRequest& request, const std::string& who);
  rhumb::v1::TelemetryAnswer TakeTelemetry(const rhumb::v1::TelemetryReport& report);
  absl::StatusOr<std::optional<StreamId>> OpenAdapter(
      StreamId stream, const rhumb::v1::PlanSubscription& subscription);
  void CloseAdapter(StreamId stream);
  void TakePlanAnswer(StreamId stream, const rhumb::v1::PlanAnswer& answer, uint64_t sent_version);
  rhumb::v1::ElectionState ElectionFor(StreamId stream) const;

  // North.
  absl::StatusOr<rhumb::v1::SettingResponse> DrainLink(const rhumb::v1::DrainLinkRequest& request,
                                                       const std::string& who);
  absl::StatusOr<rhumb::v1::SettingResponse> UndrainLink(
      const rhumb::v1::UndrainLinkRequest& request, const std::string& who);
  // The policy was loaded before, so it exists.
  absl::StatusOr<rhumb::v1::SettingResponse> SetPolicy(const rhumb::v1::SetPolicyRequest& request,
                                                       const std::string& who);
  absl::StatusOr<rhumb::v1::SettingResponse> PinDemand(const rhumb::v1::PinDemandRequest& request,
                                                       const std::string& who);
  absl::StatusOr<rhumb::v1::RollbackPlanResponse> RollbackPlan(
      const rhumb::v1::RollbackPlanRequest& request, const std::string& who);
  absl::StatusOr<rhumb::v1::SettingResponse> ConfirmRollback(
      const rhumb::v1::ConfirmRollbackRequest& request, const std::string& who);
  rhumb::v1::ControllerStatus GetStatus() const;
  LiveView View() const;

  // Time passed; call a few times a second.
  void Tick();
  void FinishDecision(const DecisionOutput& output);

  StoreChange TakeChange() { return std::exchange(change_, {}); }
  const std::deque<LivePlanPtr>& kept_plans() const { return plans_; }
  LivePlanPtr plan() const { return plans_.empty() ? nullptr : plans_.back(); }
  const std::string& policy() const { return policy_; }
  bool ready() const { return !plans_.empty(); }

 private:
  struct Adapter {
    rhumb::v1::AdapterStatus status;
  };
  struct Hold {  // of a rolled-back plan
    absl::Time confirm_before;
    bool confirmed = false;
  };

  // What the network runs now, if its ids still mean the same.
  std::optional<RoutingPlan> InForce() const;
  void TopologyChanged();
  void StartDecision(rhumb::v1::PlanReason reason);
  void Publish(const RoutingPlan& plan, rhumb::v1::PlanReason reason,
               const rhumb::v1::GuardReport& report, const std::string& note);
  void CountGuard(const rhumb::v1::GuardReport& report);
  rhumb::v1::TelemetryFreshness Freshness() const;
  std::vector<std::shared_ptr<const TrafficEstimate>> TrafficHistory() const;
  absl::Status CheckKnown() const;
  absl::StatusOr<Pin> ReadPin(const rhumb::v1::PinDemandRequest& request) const;
  Pins ResolvedPins() const;
  rhumb::v1::OperatorSettings Settings() const;
  void SettingsChanged(absl::string_view action, absl::string_view detail, const std::string& who);
  void Audit(absl::string_view action, absl::string_view detail, const std::string& who);
  absl::StatusOr<rhumb::v1::SettingResponse> DrainOrUndrain(bool drain, const std::string& link,
                                                            const std::string& comment,
                                                            const std::string& who);
  void KeepFloor();
  void EndHold();

  const CoreOptions options_;
  const Outputs out_;
  Metrics* const metrics_;
  const absl::Time started_at_;

  uint64_t epoch_ = 1;
  TopologyState topology_;
  TelemetryIntake intake_;
  TrafficState traffic_;
  Election election_;
  std::map<StreamId, Adapter> adapters_;
  std::string policy_;
  std::map<std::pair<std::string, std::string>, rhumb::v1::PinStatus> pins_;
  std::deque<LivePlanPtr> plans_;  // the latest last
  uint64_t plan_version_ = 0;
  VersionFloor floor_;
  std::optional<Hold> hold_;
  std::map<std::string, uint64_t> guard_counts_;
  rhumb::v1::GuardReport last_guard_;
  std::string policy_note_;

  uint64_t last_decision_id_ = 0;
  uint64_t running_id_ = 0;  // 0: none
  rhumb::v1::PlanReason running_reason_ = rhumb::v1::PLAN_REASON_UNSPECIFIED;
  bool running_forced_ = false;
  // Paths died since the last decision that was answered: how much its plan moves is not bounded.
  bool failure_unanswered_ = false;
  absl::Time running_since_;
  uint64_t running_traffic_version_ = 0;
  uint64_t running_topology_version_ = 0;
  uint64_t decided_traffic_version_ = 0;
  uint64_t decided_topology_version_ = 0;
  bool decide_again_ = false;
  absl::Time next_decision_;
  rhumb::v1::TelemetryFreshness last_freshness_ = rhumb::v1::TELEMETRY_FRESHNESS_NONE;

  StoreChange change_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_DECISION_CONTROLLER_CORE_H_
