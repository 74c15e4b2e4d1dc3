// The metrics of a running controller as Prometheus reads them. Names and labels are in README.md.
#ifndef RHUMB_CONTROLLER_SERVING_METRICS_PROMETHEUS_METRICS_H_
#define RHUMB_CONTROLLER_SERVING_METRICS_PROMETHEUS_METRICS_H_

#include <memory>
#include <string>

#include "controller/steering/metrics/metrics.h"

namespace prometheus {
class Registry;
}

namespace rhumb {

// Safe to call from any thread.
class PrometheusMetrics : public Metrics {
 public:
  PrometheusMetrics();
  ~PrometheusMetrics() override;

  void ObserveStage(Stage stage, double seconds) override;
  void CountPlan(rhumb::v1::PlanReason reason) override;
  void CountGuard(rhumb::v1::GuardOutcome outcome, rhumb::v1::GuardRule rule) override;
  void CountCall(CallMethod method, absl::StatusCode code) override;
  void Set(Gauge gauge, double value) override;
  void CountEvent(Event event) override;

  // As Prometheus reads it.
  std::string Text() const;

  const std::shared_ptr<prometheus::Registry>& registry() const { return registry_; }

 private:
  struct Families;
  std::shared_ptr<prometheus::Registry> registry_;
  std::unique_ptr<Families> families_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_METRICS_PROMETHEUS_METRICS_H_
