// The metrics of a running controller as Prometheus reads them. Names and labels are in README.md.
#ifndef RHUMB_CONTROLLER_SERVING_METRICS_PROMETHEUS_METRICS_H_
#define RHUMB_CONTROLLER_SERVING_METRICS_PROMETHEUS_METRICS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
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

  void ObserveStage(absl::string_view stage, double seconds) override;
  void CountPlan(absl::string_view reason) override;
  void CountGuard(absl::string_view outcome, absl::string_view rule) override;
  void CountCall(absl::string_view method, absl::string_view code) override;
  void Set(absl::string_view gauge, double value) override;
  void CountEvent(absl::string_view event, double times) override;

  const std::shared_ptr<prometheus::Registry>& registry() const { return registry_; }

 private:
  struct Families;
  std::shared_ptr<prometheus::Registry> registry_;
  std::unique_ptr<Families> families_;
};

// Serves a registry over HTTP at /metrics until it is destroyed.
class MetricsEndpoint {
 public:
  // `listen` is HOST:PORT, port 0 lets the system choose. Unavailable when the port is taken.
  static absl::StatusOr<std::unique_ptr<MetricsEndpoint>> Open(const std::string& listen,
                                                               const PrometheusMetrics& metrics);
  ~MetricsEndpoint();

  int port() const { return port_; }

 private:
  struct Http;
  MetricsEndpoint();

  std::unique_ptr<Http> http_;
  int port_ = 0;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_METRICS_PROMETHEUS_METRICS_H_
