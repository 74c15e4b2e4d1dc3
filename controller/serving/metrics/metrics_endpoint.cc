#include "controller/serving/metrics/metrics_endpoint.h"

#include <utility>

namespace rhumb {

absl::StatusOr<std::unique_ptr<MetricsEndpoint>> MetricsEndpoint::Open(
    const std::string& listen, const PrometheusMetrics& metrics) {
  std::unique_ptr<MetricsEndpoint> endpoint(new MetricsEndpoint(metrics));
  HttpServerOptions options;
  options.key = "metrics.listen";
  options.listen = listen;
  // Scrapers are few.
  options.connections = options.strangers = 64;
  auto server = HttpServer::Start(std::move(options), endpoint.get());
  if (!server.ok()) return server.status();
  endpoint->server_ = *std::move(server);
  return endpoint;
}

HttpHandler::Admission MetricsEndpoint::Admit(const HttpRequest& head) {
  Admission admission;
  if (head.path != "/metrics") {
    admission.refusal = TextResponse(404, "there is only /metrics\n");
  } else if (head.method != "GET" && head.method != "HEAD") {
    admission.refusal = TextResponse(405, "use GET\n");
    admission.refusal->headers.emplace_back("Allow", "GET, HEAD");
  }
  return admission;
}

void MetricsEndpoint::Handle(HttpRequest, HttpReply reply) {
  reply.Send(MetricsResponse(metrics_));
}

HttpResponse MetricsResponse(const PrometheusMetrics& metrics) {
  return TextResponse(200, metrics.Text(), "text/plain; version=0.0.4; charset=utf-8");
}

}  // namespace rhumb
