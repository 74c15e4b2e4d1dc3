#include "controller/serving/metrics/prometheus_metrics.h"

#include <gtest/gtest.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace rhumb {
namespace {

using Lines = std::set<std::string>;

// What precedes the values in the text that Prometheus reads: names with labels, buckets apart.
Lines NamesIn(const PrometheusMetrics& metrics) {
  Lines names;
  const std::string text = prometheus::TextSerializer().Serialize(metrics.registry()->Collect());
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    if (absl::StartsWith(line, "#") || absl::StrContains(line, "_bucket{")) continue;
    names.insert(std::string(line.substr(0, line.rfind(' '))));
  }
  return names;
}

Lines WithLabel(const std::string& name, const std::string& label,
                const std::vector<std::string>& values) {
  Lines names;
  for (const std::string& value : values) {
    names.insert(absl::StrCat(name, "{", label, "=\"", value, "\"}"));
  }
  return names;
}

template <typename Enum, typename Use>
void ForEach(Use use) {
  for (int i = 0; i < static_cast<int>(Enum::kCount); ++i) use(static_cast<Enum>(i));
}

// The lists below are a promise to dashboards and alerts. An enumerator that is added goes in here.

TEST(PrometheusMetricsTest, StagesKeepTheirNames) {
  PrometheusMetrics metrics;
  ForEach<Stage>([&](Stage stage) { metrics.ObserveStage(stage, 0.001); });
  const std::vector<std::string> stages = {"reroute", "policy", "guard",
                                           "fan_out", "store",  "compute"};
  Lines expected = WithLabel("rhumb_stage_seconds_count", "stage", stages);
  expected.merge(WithLabel("rhumb_stage_seconds_sum", "stage", stages));
  EXPECT_EQ(NamesIn(metrics), expected);
}

TEST(PrometheusMetricsTest, GaugesKeepTheirNames) {
  PrometheusMetrics metrics;
  ForEach<Gauge>([&](Gauge gauge) { metrics.Set(gauge, 1); });
  EXPECT_EQ(NamesIn(metrics),
            (Lines{"rhumb_mlu_predicted", "rhumb_mlu_observed", "rhumb_mlu_shortest_path",
                   "rhumb_mlu_ecmp", "rhumb_adapters", "rhumb_adapter_lag_versions",
                   "rhumb_telemetry_age_s", "rhumb_store_healthy", "rhumb_ready",
                   "rhumb_certificate_days_left", "rhumb_certificate_healthy"}));
}

TEST(PrometheusMetricsTest, EventsKeepTheirNames) {
  PrometheusMetrics metrics;
  ForEach<Event>([&](Event event) { metrics.CountEvent(event); });
  EXPECT_EQ(NamesIn(metrics),
            WithLabel("rhumb_events_total", "event",
                      {"nack", "answer_to_nothing", "telemetry_accepted", "telemetry_ignored",
                       "telemetry_refused", "decision_dropped", "store_plan_dropped",
                       "connection_given_up"}));
}

TEST(PrometheusMetricsTest, PlanReasonsKeepTheirNames) {
  PrometheusMetrics metrics;
  for (int i = 1; i < rhumb::v1::PlanReason_ARRAYSIZE; ++i) {
    metrics.CountPlan(static_cast<rhumb::v1::PlanReason>(i));
  }
  EXPECT_EQ(NamesIn(metrics), WithLabel("rhumb_plans_total", "reason",
                                        {"interval", "reroute", "topology", "setting", "rollback",
                                         "revert", "stale", "restart"}));
}

TEST(PrometheusMetricsTest, VerdictsKeepTheirNames) {
  PrometheusMetrics metrics;
  for (int o = 1; o < rhumb::v1::GuardOutcome_ARRAYSIZE; ++o) {
    for (int r = 1; r < rhumb::v1::GuardRule_ARRAYSIZE; ++r) {
      metrics.CountGuard(static_cast<rhumb::v1::GuardOutcome>(o),
                         static_cast<rhumb::v1::GuardRule>(r));
    }
  }
  Lines expected;
  for (const char* outcome : {"accepted", "limited", "held", "replaced_by_last_safe",
                              "replaced_by_shortest_path", "replaced_by_ecmp"}) {
    for (const char* rule : {"none", "valid_plan", "routes_all", "mlu", "moved_share", "hysteresis",
                             "no_proposal", "stale_telemetry", "stale_topology"}) {
      expected.insert(absl::StrCat("rhumb_guard_verdicts_total{outcome=\"", outcome, "\",rule=\"",
                                   rule, "\"}"));
    }
  }
  EXPECT_EQ(NamesIn(metrics), expected);
}

TEST(PrometheusMetricsTest, AVerdictByARuleOfALaterVersionIsCountedAsOneByNoKnownRule) {
  PrometheusMetrics metrics;
  const auto beyond = [](int rule) {
    return static_cast<rhumb::v1::GuardRule>(rhumb::v1::GuardRule_ARRAYSIZE + rule);
  };
  metrics.CountGuard(rhumb::v1::GUARD_OUTCOME_ACCEPTED, beyond(rhumb::v1::GUARD_RULE_MLU));
  metrics.CountGuard(rhumb::v1::GUARD_OUTCOME_LIMITED, rhumb::v1::GUARD_RULE_MLU);
  EXPECT_EQ(NamesIn(metrics),
            (Lines{"rhumb_guard_verdicts_total{outcome=\"accepted\",rule=\"unspecified\"}",
                   "rhumb_guard_verdicts_total{outcome=\"limited\",rule=\"mlu\"}"}));
}

TEST(PrometheusMetricsTest, CallsKeepTheirNames) {
  PrometheusMetrics metrics;
  ForEach<CallMethod>([&](CallMethod method) { metrics.CountCall(method, absl::StatusCode::kOk); });
  metrics.CountCall(CallMethod::kGetPlan, absl::StatusCode::kInvalidArgument);
  metrics.CountCall(CallMethod::kGetPlan, absl::StatusCode::kUnauthenticated);
  Lines expected = {"rhumb_calls_total{code=\"INVALID_ARGUMENT\",method=\"GetPlan\"}",
                    "rhumb_calls_total{code=\"UNAUTHENTICATED\",method=\"GetPlan\"}"};
  for (const char* method :
       {"SetTopology", "UpdateTopology", "StreamTelemetry", "StreamPlans", "ComputeRoutes",
        "EvaluatePlan", "ExplainDecision", "DrainLink", "UndrainLink", "SetPolicy", "PinDemand",
        "RollbackPlan", "ConfirmRollback", "GetStatus", "GetPlan", "WatchPlan", "ListAudit",
        "HealthWatch", "LiveFeed"}) {
    expected.insert(absl::StrCat("rhumb_calls_total{code=\"OK\",method=\"", method, "\"}"));
  }
  EXPECT_EQ(NamesIn(metrics), expected);
}

TEST(PrometheusMetricsTest, WhatNeverHappenedIsNotShownAndWhatDidIsCounted) {
  PrometheusMetrics metrics;
  EXPECT_TRUE(NamesIn(metrics).empty());
  metrics.CountEvent(Event::kNack);
  metrics.CountEvent(Event::kNack);
  metrics.Set(Gauge::kReady, 1);
  metrics.Set(Gauge::kReady, 0);
  const std::string text = prometheus::TextSerializer().Serialize(metrics.registry()->Collect());
  EXPECT_TRUE(absl::StrContains(text, "rhumb_events_total{event=\"nack\"} 2\n")) << text;
  EXPECT_TRUE(absl::StrContains(text, "rhumb_ready 0\n")) << text;
}

}  // namespace
}  // namespace rhumb
