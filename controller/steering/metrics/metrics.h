// What the controller counts and times, behind an interface, so that its core needs no metrics
// library.
#ifndef RHUMB_CONTROLLER_STEERING_METRICS_METRICS_H_
#define RHUMB_CONTROLLER_STEERING_METRICS_METRICS_H_

#include "absl/status/status.h"
#include "rhumb/v1/live_plan.pb.h"

namespace rhumb {

// What is counted is an enumerator; an implementation gives it its name. kCount comes last: it says
// how many there are, and is none of them.

// A part of the work that takes time.
enum class Stage {
  kReroute,  // the first answer to a failure
  kPolicy,
  kGuard,
  kFanOut,   // from a plan to the last stream woken
  kStore,    // one transaction
  kCompute,  // one question
  kCount,
};

// A value of now.
enum class Gauge {
  kMluPredicted,
  kMluObserved,
  kMluShortestPath,
  kMluEcmp,
  kAdapters,
  kAdapterLagVersions,
  kTelemetryAge,  // s
  kStoreHealthy,  // 1 or 0
  kReady,         // 1 or 0
  kCertificateDaysLeft,
  kCertificateHealthy,  // 1 or 0
  kCount,
};

// Something that happens now and then.
enum class Event {
  kNack,  // an adapter refused a plan
  kAnswerToNothing,
  kTelemetryAccepted,
  kTelemetryIgnored,
  kTelemetryRefused,
  kDecisionDropped,
  kStorePlanDropped,
  kConnectionGivenUp,
  kCount,
};

// A call or a stream that is answered.
enum class CallMethod {
  kSetTopology,
  kUpdateTopology,
  kStreamTelemetry,
  kStreamPlans,
  kComputeRoutes,
  kEvaluatePlan,
  kExplainDecision,
  kDrainLink,
  kUndrainLink,
  kSetPolicy,
  kPinDemand,
  kRollbackPlan,
  kConfirmRollback,
  kGetStatus,
  kGetPlan,
  kWatchPlan,
  kListAudit,
  kHealthWatch,
  kLiveFeed,  // a viewer of the live page
  kCount,
};

// Implementations are safe to call from any thread and cost well under a microsecond.
class Metrics {
 public:
  virtual ~Metrics() = default;
  virtual void ObserveStage(Stage stage, double seconds) = 0;
  // Plans published, and verdicts of the guard.
  virtual void CountPlan(rhumb::v1::PlanReason reason) = 0;
  virtual void CountGuard(rhumb::v1::GuardOutcome outcome, rhumb::v1::GuardRule rule) = 0;
  virtual void CountCall(CallMethod method, absl::StatusCode code) = 0;
  virtual void Set(Gauge gauge, double value) = 0;
  virtual void CountEvent(Event event) = 0;
};

class NoMetrics : public Metrics {
 public:
  void ObserveStage(Stage, double) override {}
  void CountPlan(rhumb::v1::PlanReason) override {}
  void CountGuard(rhumb::v1::GuardOutcome, rhumb::v1::GuardRule) override {}
  void CountCall(CallMethod, absl::StatusCode) override {}
  void Set(Gauge, double) override {}
  void CountEvent(Event) override {}
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_METRICS_METRICS_H_
