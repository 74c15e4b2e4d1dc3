// The core with a clock that the test moves and a worker that decides when the test says so.
#ifndef RHUMB_TESTS_CONTROLLER_STEERING_DECISION_CORE_FIXTURE_H_
#define RHUMB_TESTS_CONTROLLER_STEERING_DECISION_CORE_FIXTURE_H_

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agents/registry/policy_registry.h"
#include "controller/steering/decision/controller_core.h"
#include "tests/networks.h"
#include "topologies/formats/proto_conversion.h"
#include "topologies/formats/proto_time.h"

namespace rhumb {

class CoreFixture : public ::testing::Test {
 protected:
  CoreFixture() {
    options_.policy = "shortest-path";
    Restart({});
  }

  void Restart(const StoredState& stored) {
    ControllerCore::Outputs outputs;
    outputs.publish = [this](LivePlanPtr plan) { published_.push_back(plan); };
    outputs.start_decision = [this](DecisionInput input) { waiting_ = std::move(input); };
    outputs.election_changed = [] {};
    outputs.clocks.steady = [this] { return SteadyTime() + (now_ - kBegin); };
    outputs.clocks.wall = [this] { return now_ + wall_step_; };
    core_.emplace(options_, outputs, &metrics_);
    StoredState state = stored;
    if (state.epoch == 0) state.epoch = 1;
    core_->Restore(state);
  }
  void Decide() {
    while (waiting_) core_->FinishDecision(decider_.Decide(*std::exchange(waiting_, {})));
  }
  void Declare(const Topology& topology) {
    rhumb::v1::SetTopologyRequest request;
    *request.mutable_topology() = ToProto(topology);
    ASSERT_TRUE(core_->south().SetTopology(request, "test").ok());
    Decide();
  }
  absl::Status Fail(const std::string& link) {
    rhumb::v1::UpdateTopologyRequest request;
    auto* update = request.add_links();
    update->set_link(link);
    update->set_operational_state(rhumb::v1::OPERATIONAL_STATE_DOWN);
    return core_->south().UpdateTopology(request, "test").status();
  }
  // All of A>D's traffic, measured.
  rhumb::v1::TelemetryAnswer Measure(double rate_bps) {
    return core_->south().TakeTelemetry(ReportOf(rate_bps));
  }
  rhumb::v1::TelemetryReport ReportOf(double rate_bps) {
    rhumb::v1::TelemetryReport report;
    report.set_sequence(++sequence_);
    *report.mutable_interval_end() = ToTimestamp(now_);
    report.mutable_interval()->set_seconds(10);
    report.set_demands_complete(true);
    auto* demand = report.add_demands();
    demand->set_source("A");
    demand->set_destination("D");
    demand->set_rate_bps(rate_bps);
    return report;
  }
  void Wait(absl::Duration time) {
    now_ += time;
    core_->Tick();
    Decide();
  }
  const LivePlan& latest() { return *published_.back(); }

  CoreOptions options_;
  NoMetrics metrics_;
  const absl::Time kBegin = absl::FromUnixSeconds(1'700'000'000);
  absl::Time now_ = kBegin;
  absl::Duration wall_step_;
  uint64_t sequence_ = 0;
  Decider decider_{MakePolicy, {}, {}};
  std::vector<LivePlanPtr> published_;
  std::optional<DecisionInput> waiting_;
  std::optional<ControllerCore> core_;
};

}  // namespace rhumb

#endif  // RHUMB_TESTS_CONTROLLER_STEERING_DECISION_CORE_FIXTURE_H_
