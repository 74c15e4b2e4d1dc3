// The metrics over HTTP, where Prometheus reads them.
#ifndef RHUMB_CONTROLLER_SERVING_METRICS_METRICS_ENDPOINT_H_
#define RHUMB_CONTROLLER_SERVING_METRICS_METRICS_ENDPOINT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "controller/serving/http/http_server.h"
#include "controller/serving/metrics/prometheus_metrics.h"

namespace rhumb {

// Serves /metrics, in plain text and without access control, until it is destroyed.
class MetricsEndpoint final : public HttpHandler {
 public:
  // `listen` is HOST:PORT, port 0 lets the system choose. Unavailable when the port is taken.
  // `metrics` outlives it.
  static absl::StatusOr<std::unique_ptr<MetricsEndpoint>> Open(const std::string& listen,
                                                               const PrometheusMetrics& metrics);

  int port() const { return server_->port(); }

  Admission Admit(const HttpRequest& head) override;
  void Handle(HttpRequest request, HttpReply reply) override;

 private:
  explicit MetricsEndpoint(const PrometheusMetrics& metrics) : metrics_(metrics) {}

  const PrometheusMetrics& metrics_;
  std::unique_ptr<HttpServer> server_;
};

// The answer to a scrape.
HttpResponse MetricsResponse(const PrometheusMetrics& metrics);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_METRICS_METRICS_ENDPOINT_H_
