#include "controller/serving/metrics/prometheus_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <atomic>
#include <vector>

#include "controller/steering/plan/enum_names.h"

namespace rhumb {
namespace {

// A new enumerator without a name here does not compile: the compiler asks for every case, and a
// warning is an error.
const char* NameOf(Stage stage) {
  switch (stage) {
    case Stage::kReroute:
      return "reroute";
    case Stage::kPolicy:
      return "policy";
    case Stage::kGuard:
      return "guard";
    case Stage::kFanOut:
      return "fan_out";
    case Stage::kStore:
      return "store";
    case Stage::kCompute:
      return "compute";
    case Stage::kCount:
      break;
  }
  return "";
}

const char* NameOf(Gauge gauge) {
  switch (gauge) {
    case Gauge::kMluPredicted:
      return "rhumb_mlu_predicted";
    case Gauge::kMluObserved:
      return "rhumb_mlu_observed";
    case Gauge::kMluShortestPath:
      return "rhumb_mlu_shortest_path";
    case Gauge::kMluEcmp:
      return "rhumb_mlu_ecmp";
    case Gauge::kAdapters:
      return "rhumb_adapters";
    case Gauge::kAdapterLagVersions:
      return "rhumb_adapter_lag_versions";
    case Gauge::kTelemetryAge:
      return "rhumb_telemetry_age_s";
    case Gauge::kStoreHealthy:
      return "rhumb_store_healthy";
    case Gauge::kReady:
      return "rhumb_ready";
    case Gauge::kCertificateDaysLeft:
      return "rhumb_certificate_days_left";
    case Gauge::kCertificateHealthy:
      return "rhumb_certificate_healthy";
    case Gauge::kCount:
      break;
  }
  return "";
}

const char* NameOf(Event event) {
  switch (event) {
    case Event::kNack:
      return "nack";
    case Event::kAnswerToNothing:
      return "answer_to_nothing";
    case Event::kTelemetryAccepted:
      return "telemetry_accepted";
    case Event::kTelemetryIgnored:
      return "telemetry_ignored";
    case Event::kTelemetryRefused:
      return "telemetry_refused";
    case Event::kDecisionDropped:
      return "decision_dropped";
    case Event::kStorePlanDropped:
      return "store_plan_dropped";
    case Event::kConnectionGivenUp:
      return "connection_given_up";
    case Event::kCount:
      break;
  }
  return "";
}

const char* NameOf(CallMethod method) {
  switch (method) {
    case CallMethod::kSetTopology:
      return "SetTopology";
    case CallMethod::kUpdateTopology:
      return "UpdateTopology";
    case CallMethod::kStreamTelemetry:
      return "StreamTelemetry";
    case CallMethod::kStreamPlans:
      return "StreamPlans";
    case CallMethod::kComputeRoutes:
      return "ComputeRoutes";
    case CallMethod::kEvaluatePlan:
      return "EvaluatePlan";
    case CallMethod::kExplainDecision:
      return "ExplainDecision";
    case CallMethod::kDrainLink:
      return "DrainLink";
    case CallMethod::kUndrainLink:
      return "UndrainLink";
    case CallMethod::kSetPolicy:
      return "SetPolicy";
    case CallMethod::kPinDemand:
      return "PinDemand";
    case CallMethod::kRollbackPlan:
      return "RollbackPlan";
    case CallMethod::kConfirmRollback:
      return "ConfirmRollback";
    case CallMethod::kGetStatus:
      return "GetStatus";
    case CallMethod::kGetPlan:
      return "GetPlan";
    case CallMethod::kWatchPlan:
      return "WatchPlan";
    case CallMethod::kListAudit:
      return "ListAudit";
    case CallMethod::kHealthWatch:
      return "HealthWatch";
    case CallMethod::kLiveFeed:
      return "LiveFeed";
    case CallMethod::kCount:
      break;
  }
  return "";
}

constexpr size_t kReasons = rhumb::v1::PlanReason_ARRAYSIZE;
constexpr size_t kOutcomes = rhumb::v1::GuardOutcome_ARRAYSIZE;
constexpr size_t kRules = rhumb::v1::GuardRule_ARRAYSIZE;
constexpr size_t kCodes = static_cast<size_t>(absl::StatusCode::kUnauthenticated) + 1;

// Place of an enumerator among `count`. What is beyond, which proto3 allows, counts as the first.
constexpr size_t PlaceOf(size_t enumerator, size_t count) {
  return enumerator < count ? enumerator : 0;
}

// One metric for each enumerator, made when it is first asked for: a family's own look-up hashes a
// map of strings every time, and what never happened is not shown.
template <typename Metric, size_t kSize>
class Kept {
 public:
  // `make` returns the same metric whenever it is asked, so that two threads may be first.
  template <typename Make>
  Metric& Get(size_t index, Make&& make) {
    std::atomic<Metric*>& kept = metrics_[PlaceOf(index, kSize)];
    Metric* metric = kept.load(std::memory_order_acquire);
    if (metric == nullptr) {
      metric = &make();
      kept.store(metric, std::memory_order_release);
    }
    return *metric;
  }

 private:
  std::array<std::atomic<Metric*>, kSize> metrics_{};
};

template <typename Metric, typename Enum>
using KeptBy = Kept<Metric, static_cast<size_t>(Enum::kCount)>;

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

  KeptBy<prometheus::Histogram, Stage> kept_stages;
  Kept<prometheus::Counter, kReasons> kept_plans;
  Kept<prometheus::Counter, kOutcomes * kRules> kept_guards;
  Kept<prometheus::Counter, static_cast<size_t>(CallMethod::kCount) * kCodes> kept_calls;
  KeptBy<prometheus::Counter, Event> kept_events;
  KeptBy<prometheus::Gauge, Gauge> kept_gauges;
};

PrometheusMetrics::PrometheusMetrics()
    : registry_(std::make_shared<prometheus::Registry>()),
      families_(std::make_unique<Families>(*registry_)) {}
PrometheusMetrics::~PrometheusMetrics() = default;

void PrometheusMetrics::ObserveStage(Stage stage, double seconds) {
  families_->kept_stages
      .Get(static_cast<size_t>(stage),
           [&]() -> prometheus::Histogram& {
             return families_->stages.Add({{"stage", NameOf(stage)}}, StageBuckets());
           })
      .Observe(seconds);
}

void PrometheusMetrics::CountPlan(rhumb::v1::PlanReason reason) {
  families_->kept_plans
      .Get(static_cast<size_t>(reason),
           [&]() -> prometheus::Counter& {
             return families_->plans.Add({{"reason", rhumb::NameOf(reason)}});
           })
      .Increment();
}

void PrometheusMetrics::CountGuard(rhumb::v1::GuardOutcome outcome, rhumb::v1::GuardRule rule) {
  families_->kept_guards
      .Get(PlaceOf(outcome, kOutcomes) * kRules + PlaceOf(rule, kRules),
           [&]() -> prometheus::Counter& {
             return families_->guards.Add(
                 {{"outcome", rhumb::NameOf(outcome)}, {"rule", rhumb::NameOf(rule)}});
           })
      .Increment();
}

void PrometheusMetrics::CountCall(CallMethod method, absl::StatusCode code) {
  families_->kept_calls
      .Get(static_cast<size_t>(method) * kCodes + static_cast<size_t>(code),
           [&]() -> prometheus::Counter& {
             return families_->calls.Add(
                 {{"method", NameOf(method)}, {"code", absl::StatusCodeToString(code)}});
           })
      .Increment();
}

void PrometheusMetrics::Set(Gauge gauge, double value) {
  families_->kept_gauges
      .Get(static_cast<size_t>(gauge),
           [&]() -> prometheus::Gauge& {
             return prometheus::BuildGauge()
                 .Name(NameOf(gauge))
                 .Help("Of now; see controller/serving/metrics/README.md")
                 .Register(families_->registry)
                 .Add({});
           })
      .Set(value);
}

void PrometheusMetrics::CountEvent(Event event) {
  families_->kept_events
      .Get(static_cast<size_t>(event),
           [&]() -> prometheus::Counter& {
             return families_->events.Add({{"event", NameOf(event)}});
           })
      .Increment();
}

std::string PrometheusMetrics::Text() const {
  return prometheus::TextSerializer().Serialize(registry_->Collect());
}

}  // namespace rhumb
