#include "controller/serving/metrics/prometheus_metrics.h"

#include <netdb.h>
#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "controller/serving/rpc/listen_address.h"

namespace rhumb {
namespace {

// Connects to an endpoint of this process and hangs up.
void Knock(const std::string& listen, int port) {
  const auto address = ParseListenAddress(listen);
  if (!address.ok()) return;
  const bool any = address->host == "0.0.0.0" || address->host == "::";
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const char* host = any ? nullptr : address->host.c_str();
  if (getaddrinfo(host, absl::StrCat(port).c_str(), &hints, &found) != 0) return;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    const int socket_fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket_fd < 0) continue;
    static_cast<void>(connect(socket_fd, at->ai_addr, at->ai_addrlen));
    close(socket_fd);
  }
  freeaddrinfo(found);
}

// One metric for each value of the labels, looked up by their text: a family's own look-up hashes a
// map of strings every time.
template <typename Metric>
class Kept {
 public:
  template <typename Make>
  Metric& Get(absl::string_view key, Make&& make) {
    absl::MutexLock lock(&mutex_);
    auto it = metrics_.find(key);
    if (it == metrics_.end()) it = metrics_.emplace(std::string(key), &make()).first;
    return *it->second;
  }

 private:
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Metric*> metrics_ ABSL_GUARDED_BY(mutex_);
};

const std::vector<double>& StageBuckets() {
  static const auto* const kBuckets = new std::vector<double>{
      0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5};
  return *kBuckets;
}

}  // namespace

struct PrometheusMetrics::Families {
  explicit Families(prometheus::Registry& registry)
      : stages(prometheus::BuildHistogram()
                   .Name("rhumb_stage_seconds")
                   .Help("Time that a stage of steering took")
                   .Register(registry)),
        plans(prometheus::BuildCounter()
                  .Name("rhumb_plans_total")
                  .Help("Plans published, by reason")
                  .Register(registry)),
        guards(prometheus::BuildCounter()
                   .Name("rhumb_guard_verdicts_total")
                   .Help("Verdicts of the guard, by outcome and rule")
                   .Register(registry)),
        calls(prometheus::BuildCounter()
                  .Name("rhumb_calls_total")
                  .Help("Calls answered, by method and canonical code")
                  .Register(registry)),
        events(prometheus::BuildCounter()
                   .Name("rhumb_events_total")
                   .Help("Events, by name")
                   .Register(registry)),
        registry(registry) {}

  prometheus::Family<prometheus::Histogram>& stages;
  prometheus::Family<prometheus::Counter>& plans;
  prometheus::Family<prometheus::Counter>& guards;
  prometheus::Family<prometheus::Counter>& calls;
  prometheus::Family<prometheus::Counter>& events;
  prometheus::Registry& registry;

  Kept<prometheus::Histogram> kept_stages;
  Kept<prometheus::Counter> kept_plans, kept_guards, kept_calls, kept_events;
  Kept<prometheus::Gauge> kept_gauges;
};

PrometheusMetrics::PrometheusMetrics()
    : registry_(std::make_shared<prometheus::Registry>()),
      families_(std::make_unique<Families>(*registry_)) {}
PrometheusMetrics::~PrometheusMetrics() = default;

void PrometheusMetrics::ObserveStage(absl::string_view stage, double seconds) {
  families_->kept_stages
      .Get(stage,
           [&]() -> prometheus::Histogram& {
             return families_->stages.Add({{"stage", std::string(stage)}}, StageBuckets());
           })
      .Observe(seconds);
}

void PrometheusMetrics::CountPlan(absl::string_view reason) {
  families_->kept_plans
      .Get(reason,
           [&]() -> prometheus::Counter& {
             return families_->plans.Add({{"reason", std::string(reason)}});
           })
      .Increment();
}

void PrometheusMetrics::CountGuard(absl::string_view outcome, absl::string_view rule) {
  families_->kept_guards
      .Get(absl::StrCat(outcome, " ", rule),
           [&]() -> prometheus::Counter& {
             return families_->guards.Add(
                 {{"outcome", std::string(outcome)}, {"rule", std::string(rule)}});
           })
      .Increment();
}

void PrometheusMetrics::CountCall(absl::string_view method, absl::string_view code) {
  families_->kept_calls
      .Get(absl::StrCat(method, " ", code),
           [&]() -> prometheus::Counter& {
             return families_->calls.Add(
                 {{"method", std::string(method)}, {"code", std::string(code)}});
           })
      .Increment();
}

void PrometheusMetrics::Set(absl::string_view gauge, double value) {
  families_->kept_gauges
      .Get(gauge,
           [&]() -> prometheus::Gauge& {
             return prometheus::BuildGauge()
                 .Name(absl::StrCat("rhumb_", gauge))
                 .Help("Of now; see controller/serving/metrics/README.md")
                 .Register(families_->registry)
                 .Add({});
           })
      .Set(value);
}

void PrometheusMetrics::CountEvent(absl::string_view event, double times) {
  families_->kept_events
      .Get(event,
           [&]() -> prometheus::Counter& {
             return families_->events.Add({{"event", std::string(event)}});
           })
      .Increment(times);
}

struct MetricsEndpoint::Http {
  explicit Http(const std::string& listen) : listen(listen), exposer(listen, 1) {}
  const std::string listen;
  prometheus::Exposer exposer;
};

MetricsEndpoint::MetricsEndpoint() = default;
MetricsEndpoint::~MetricsEndpoint() {
  if (http_ == nullptr) return;
  // The HTTP server looks whether it is to end every two seconds, or when somebody connects.
  const std::string listen = http_->listen;
  std::atomic<bool> ended = false;
  std::thread ending([&] {
    http_.reset();
    ended = true;
  });
  while (!ended) {
    Knock(listen, port_);
    absl::SleepFor(absl::Milliseconds(5));
  }
  ending.join();
}

absl::StatusOr<std::unique_ptr<MetricsEndpoint>> MetricsEndpoint::Open(
    const std::string& listen, const PrometheusMetrics& metrics) {
  std::unique_ptr<MetricsEndpoint> endpoint(new MetricsEndpoint);
  try {
    endpoint->http_ = std::make_unique<Http>(listen);
    endpoint->http_->exposer.RegisterCollectable(metrics.registry());
    const std::vector<int> ports = endpoint->http_->exposer.GetListeningPorts();
    endpoint->port_ = ports.empty() ? 0 : ports.front();
  } catch (const std::exception& e) {
    return absl::UnavailableError(absl::StrFormat(
        "metrics.listen: cannot listen on %s (%s); choose another port", listen, e.what()));
  }
  return endpoint;
}

}  // namespace rhumb
