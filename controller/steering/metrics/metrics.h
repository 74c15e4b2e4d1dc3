// What the controller counts and times, behind an interface, so that its core needs no metrics
// library.
#ifndef RHUMB_CONTROLLER_STEERING_METRICS_METRICS_H_
#define RHUMB_CONTROLLER_STEERING_METRICS_METRICS_H_

#include "absl/strings/string_view.h"

namespace rhumb {

// Implementations are safe to call from any thread and cost well under a microsecond.
class Metrics {
 public:
  virtual ~Metrics() = default;
  // Time that a stage took: "reroute", "policy", "guard", "fan_out", "store".
  virtual void ObserveStage(absl::string_view stage, double seconds) = 0;
  // Plans published, by reason, and guard verdicts, by outcome and rule (lower case).
  virtual void CountPlan(absl::string_view reason) = 0;
  virtual void CountGuard(absl::string_view outcome, absl::string_view rule) = 0;
  // Answers to calls, by method and canonical code.
  virtual void CountCall(absl::string_view method, absl::string_view code) = 0;
  // A value of now: "mlu_predicted", "mlu_observed", "mlu_shortest_path", "mlu_ecmp", "adapters",
  // "adapter_lag_versions", "telemetry_age_s", "store_healthy", "ready".
  virtual void Set(absl::string_view gauge, double value) = 0;
  // Events: "nack", "telemetry_duplicate", ...
  virtual void CountEvent(absl::string_view event, double times) = 0;
};

class NoMetrics : public Metrics {
 public:
  void ObserveStage(absl::string_view, double) override {}
  void CountPlan(absl::string_view) override {}
  void CountGuard(absl::string_view, absl::string_view) override {}
  void CountCall(absl::string_view, absl::string_view) override {}
  void Set(absl::string_view, double) override {}
  void CountEvent(absl::string_view, double) override {}
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_METRICS_METRICS_H_
