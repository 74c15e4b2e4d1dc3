#include "controller/steering/decision/controller_core.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "controller/steering/plan/enum_names.h"
#include "topologies/formats/proto_conversion.h"
#include "topologies/formats/proto_time.h"

namespace rhumb {
namespace {

using rhumb::v1::PlanReason;

// Versions are promised to the store in blocks, so that one may be used before its write is done.
constexpr uint64_t kFloorBlock = 1'000'000;
constexpr uint64_t kFloorMargin = 100'000;

}  // namespace

ControllerCore::ControllerCore(CoreOptions options, Outputs outputs, Metrics* metrics)
    : options_(std::move(options)),
      out_(std::move(outputs)),
      metrics_(metrics),
      started_at_(out_.now()),
      topology_(0, options_.topology_limits),
      intake_(options_.max_telemetry_sources),
      traffic_(options_.traffic_history),
      policy_(options_.policy),
      next_decision_(started_at_) {}

std::vector<std::string> ControllerCore::Restore(const StoredState& stored) {
  std::vector<std::string> problems;
  epoch_ = stored.epoch;
  floor_ = stored.floor;
  plan_version_ = floor_.plan;
  topology_ = TopologyState(floor_.topology, options_.topology_limits);
  traffic_ = TrafficState(options_.traffic_history, floor_.traffic);
  KeepFloor();
  if (!stored.settings.policy().empty()) policy_ = stored.settings.policy();
  for (const auto& pin : stored.settings.pins()) {
    pins_[{pin.source(), pin.destination()}] = pin;
  }
  if (!stored.reported) return problems;
  const auto& drained = stored.settings.drained_links();
  if (auto status = topology_.Restore(*stored.reported, {drained.begin(), drained.end()},
                                      floor_.topology + 1);
      !status.ok()) {
    problems.push_back("stored topology: " + std::string(status.message()));
    return problems;
  }
  for (const auto& message : stored.plans) {
    rhumb::v1::RoutingPlan routes;
    routes.set_topology_version(message.header().topology_version());
    *routes.mutable_routes() = message.routes();
    absl::StatusOr<RoutingPlan> plan = FromProto(routes, topology_.snapshot());
    if (!plan.ok()) {
      problems.push_back(absl::StrFormat("stored plan %d: %s", message.header().plan_version(),
                                         plan.status().message()));
      continue;
    }
    plans_.push_back(std::make_shared<LivePlan>(
        LivePlan{message.header(), *std::move(plan), topology_.snapshot(), ""}));
    out_.publish(plans_.back());  // a base for adapters that resume
  }
  const auto in_force = InForce();
  if (in_force) {
    int touched = 0;
    rhumb::v1::GuardReport report = plans_.back()->header.guard();
    Publish(RerouteAround(topology_.snapshot(), *in_force, &touched),
            rhumb::v1::PLAN_REASON_RESTART, report, "");
    // A rollback outlives the process as long as its plan does.
    const auto& settings = stored.settings;
    if (touched == 0 && (settings.rollback_held() || settings.has_rollback_confirm_before())) {
      hold_ = Hold{FromProto(settings.rollback_confirm_before()), settings.rollback_held()};
      return problems;
    }
  }
  StartDecision(rhumb::v1::PLAN_REASON_RESTART);
  return problems;
}

std::optional<RoutingPlan> ControllerCore::InForce() const {
  if (plans_.empty() || !topology_.known()) return std::nullopt;
  const LivePlan& live = *plans_.back();
  if (!live.topology.SameStructure(topology_.snapshot())) return std::nullopt;
  return live.plan;
}

// Step one of the answer to a failure, or the first plan of a network; step two is the decision
// that it starts.
void ControllerCore::TopologyChanged() {
  const Topology& topology = topology_.snapshot();
  std::optional<RoutingPlan> base = InForce();
  const bool touched_plan = !base || UsesDeadLinks(topology, *base);
  if (touched_plan) {
    failure_unanswered_ = true;
    const absl::Time begin = absl::Now();
    if (!base) {
      // Of a plan for another network nothing could be read back.
      change_.plans_promised = true;
      traffic_.Forget();
      base = plans_.empty() ? CarryOver(topology, RoutingPlan(), topology)
                            : CarryOver(plans_.back()->topology, plans_.back()->plan, topology);
    }
    int touched = 0;
    RoutingPlan rerouted = RerouteAround(topology, *base, &touched);
    rhumb::v1::GuardReport report;
    report.set_outcome(rhumb::v1::GUARD_OUTCOME_ACCEPTED);
    report.set_rule(rhumb::v1::GUARD_RULE_NONE);
    report.set_explanation(
        absl::StrFormat("%d demands moved to what is left of their paths", touched));
    Publish(rerouted, rhumb::v1::PLAN_REASON_REROUTE, report, "");
    metrics_->ObserveStage(Stage::kReroute, absl::ToDoubleSeconds(absl::Now() - begin));
  }
  if (hold_ && !touched_plan) return;
  EndHold();
  StartDecision(rhumb::v1::PLAN_REASON_TOPOLOGY);
}

std::vector<std::shared_ptr<const TrafficEstimate>> ControllerCore::TrafficHistory() const {
  return {traffic_.history().begin(), traffic_.history().end()};
}

void ControllerCore::StartDecision(PlanReason reason) {
  if (!topology_.known()) return;
  // A decision that runs for an older topology is not waited for.
  if (running_id_ != 0 && reason == rhumb::v1::PLAN_REASON_INTERVAL) {
    decide_again_ = true;
    return;
  }
  if (running_id_ != 0 && reason != rhumb::v1::PLAN_REASON_TOPOLOGY &&
      running_reason_ == rhumb::v1::PLAN_REASON_TOPOLOGY) {
    reason = rhumb::v1::PLAN_REASON_TOPOLOGY;
  }
  std::string fallback;
  if (Freshness() == rhumb::v1::TELEMETRY_FRESHNESS_LOST) {
    fallback = absl::StrFormat("the latest telemetry is older than %s",
                               absl::FormatDuration(options_.fall_back_after));
  }
  if (running_id_ != 0 && running_topology_version_ != topology_.version()) {
    rhumb::v1::GuardReport report;
    report.set_outcome(rhumb::v1::GUARD_OUTCOME_REPLACED_BY_LAST_SAFE);
    report.set_rule(rhumb::v1::GUARD_RULE_STALE_TOPOLOGY);
    report.set_explanation(absl::StrFormat(
        "topology %d came while the policy was deciding for %d; its answer is not used",
        topology_.version(), running_topology_version_));
    CountGuard(report);
  }
  // A link that returns hurries nobody: its traffic moves back within the bound of an interval.
  const bool asked =
      reason != rhumb::v1::PLAN_REASON_INTERVAL && reason != rhumb::v1::PLAN_REASON_TOPOLOGY;
  running_forced_ = asked || failure_unanswered_ || (running_id_ != 0 && running_forced_);
  const absl::Time now = out_.now();
  running_id_ = ++last_decision_id_;
  running_reason_ = reason;
  running_since_ = now;
  running_traffic_version_ = traffic_.latest() ? traffic_.latest()->version : 0;
  running_topology_version_ = topology_.version();
  decide_again_ = false;
  next_decision_ = now + options_.interval;
  // Only a plan that answers what just failed is on its way to the adapters now.
  const bool urgent = reason == rhumb::v1::PLAN_REASON_TOPOLOGY && failure_unanswered_;
  const absl::Duration lead =
      urgent ? std::min(options_.max_lead, adapters_.size() * options_.lead_per_adapter)
             : absl::ZeroDuration();
  out_.start_decision({running_id_, reason, running_forced_, topology_.snapshot(), policy_,
                       fallback, TrafficHistory(), InForce(), ResolvedPins(), lead});
}

void ControllerCore::FinishDecision(const DecisionOutput& output) {
  metrics_->ObserveStage(Stage::kPolicy, output.policy_s);
  metrics_->ObserveStage(Stage::kGuard, output.guard_s);
  if (output.id != running_id_) {
    // A change of the topology overtook it, or it was late and has been counted as that.
    metrics_->CountEvent(Event::kDecisionDropped);
    return;
  }
  running_id_ = 0;
  failure_unanswered_ = false;
  decided_traffic_version_ = running_traffic_version_;
  decided_topology_version_ = running_topology_version_;
  last_guard_ = output.verdict.report;
  policy_note_ = output.policy_note;
  CountGuard(output.verdict.report);
  const auto in_force = InForce();
  // What is in force is said again for a new topology, or adapters that resume would refuse it.
  const bool new_topology =
      !in_force || plans_.back()->header.topology_version() != topology_.version();
  // What nobody asked for is published when it differs: the same plan again would only make every
  // adapter answer. The agent's answer to a change is said even when it is the first answer's.
  const bool new_plan =
      output.verdict.changes && (running_reason_ != rhumb::v1::PLAN_REASON_INTERVAL || !in_force ||
                                 !SameRoutes(*in_force, output.verdict.plan));
  if (new_plan || new_topology) {
    Publish(output.verdict.plan, running_reason_, output.verdict.report, output.policy_note);
  }
  const auto& report = output.verdict.report;
  if (report.has_predicted_mlu()) {
    metrics_->Set(Gauge::kMluPredicted, report.predicted_mlu());
    metrics_->Set(Gauge::kMluShortestPath, report.shortest_path_mlu());
    metrics_->Set(Gauge::kMluEcmp, report.ecmp_mlu());
  }
  if (decide_again_) StartDecision(rhumb::v1::PLAN_REASON_INTERVAL);
}

void ControllerCore::CountGuard(const rhumb::v1::GuardReport& report) {
  metrics_->CountGuard(report.outcome(), report.rule());
  if (report.outcome() == rhumb::v1::GUARD_OUTCOME_ACCEPTED) return;
  ++guard_counts_[NameOf(report.rule())];
  spdlog::info("guard outcome={} rule={} explanation=\"{}\"", NameOf(report.outcome()),
               NameOf(report.rule()), report.explanation());
}

void ControllerCore::Publish(const RoutingPlan& plan, PlanReason reason,
                             const rhumb::v1::GuardReport& report, const std::string& note) {
  auto live = std::make_shared<LivePlan>(
      LivePlan{{},
               RoutingPlan(plan.shared_paths(), {plan.ratios().begin(), plan.ratios().end()},
                           topology_.version()),
               topology_.snapshot(),
               note});
  rhumb::v1::PlanHeader& header = live->header;
  header.set_epoch(epoch_);
  header.set_plan_version(++plan_version_);
  header.set_topology_version(topology_.version());
  header.set_traffic_version(traffic_.latest() ? traffic_.latest()->version : 0);
  header.set_model(policy_);
  header.set_reason(reason);
  *header.mutable_decided_at() = ToTimestamp(out_.now());
  *header.mutable_guard() = report;
  plans_.push_back(live);
  while (static_cast<int>(plans_.size()) > std::max(1, options_.kept_plans)) plans_.pop_front();
  change_.plans.push_back(live);
  KeepFloor();
  metrics_->CountPlan(reason);
  out_.publish(live);
  spdlog::info(
      "plan version={} reason={} topology={} traffic={} predicted_mlu={:.4f} "
      "shortest_path_mlu={:.4f} moved_share={:.4f}",
      live->version(), NameOf(reason), topology_.version(), header.traffic_version(),
      report.predicted_mlu(), report.shortest_path_mlu(), report.moved_share());
}

void ControllerCore::EndHold() {
  if (!hold_) return;
  hold_.reset();
  change_.settings = Settings();
}

void ControllerCore::KeepFloor() {
  auto keep = [](uint64_t used, uint64_t* floor) {
    if (used + kFloorMargin < *floor) return false;
    *floor = used + kFloorBlock;
    return true;
  };
  const bool plan = keep(plan_version_, &floor_.plan);
  const bool topology = keep(topology_.version(), &floor_.topology);
  const bool traffic = keep(traffic_.version(), &floor_.traffic);
  if (plan || topology || traffic) change_.floor = floor_;
}

rhumb::v1::TelemetryFreshness ControllerCore::Freshness() const {
  const auto latest = traffic_.latest();
  if (latest == nullptr) return rhumb::v1::TELEMETRY_FRESHNESS_NONE;
  const absl::Duration age = out_.now() - latest->received_at;
  if (age >= options_.fall_back_after) return rhumb::v1::TELEMETRY_FRESHNESS_LOST;
  if (age >= options_.hold_after) return rhumb::v1::TELEMETRY_FRESHNESS_STALE;
  return rhumb::v1::TELEMETRY_FRESHNESS_FRESH;
}

void ControllerCore::Tick() {
  const absl::Time now = out_.now();
  if (running_id_ != 0 && now - running_since_ > options_.deadline) {
    running_id_ = 0;
    rhumb::v1::GuardReport report;
    report.set_outcome(rhumb::v1::GUARD_OUTCOME_REPLACED_BY_LAST_SAFE);
    report.set_rule(rhumb::v1::GUARD_RULE_NO_PROPOSAL);
    report.set_explanation(absl::StrFormat("policy %s did not answer within %s", policy_,
                                           absl::FormatDuration(options_.deadline)));
    CountGuard(report);
    last_guard_ = report;
  }
  if (hold_ && !hold_->confirmed && now >= hold_->confirm_before) {
    EndHold();
    spdlog::warn("rollback reverted: it was not confirmed in time");
    StartDecision(rhumb::v1::PLAN_REASON_REVERT);
  }
  const rhumb::v1::TelemetryFreshness freshness = Freshness();
  if (freshness != last_freshness_) {
    last_freshness_ = freshness;
    if (freshness == rhumb::v1::TELEMETRY_FRESHNESS_STALE) {
      rhumb::v1::GuardReport report;
      report.set_outcome(rhumb::v1::GUARD_OUTCOME_HELD);
      report.set_rule(rhumb::v1::GUARD_RULE_STALE_TELEMETRY);
      report.set_explanation(absl::StrFormat("the latest telemetry is older than %s",
                                             absl::FormatDuration(options_.hold_after)));
      CountGuard(report);
      last_guard_ = report;
    } else if (freshness == rhumb::v1::TELEMETRY_FRESHNESS_LOST) {
      EndHold();
      StartDecision(rhumb::v1::PLAN_REASON_STALE);
    }
  }
  const bool may_move = freshness == rhumb::v1::TELEMETRY_FRESHNESS_FRESH ||
                        freshness == rhumb::v1::TELEMETRY_FRESHNESS_NONE;
  if (may_move && !hold_ && now >= next_decision_) {
    StartDecision(rhumb::v1::PLAN_REASON_INTERVAL);
  }
  if (const auto latest = traffic_.latest()) {
    metrics_->Set(Gauge::kTelemetryAge, absl::ToDoubleSeconds(now - latest->received_at));
    if (latest->measurements) metrics_->Set(Gauge::kMluObserved, latest->measurements->mlu);
  }
  // In plans, not in differences of versions, which jump at a restart.
  int64_t lag = 0;
  for (const auto& [id, adapter] : adapters_) {
    const uint64_t known = adapter.status.plan_version_acknowledged();
    lag = std::max<int64_t>(lag, std::count_if(plans_.begin(), plans_.end(), [&](const auto& plan) {
                              return plan->version() > known;
                            }));
  }
  metrics_->Set(Gauge::kAdapters, static_cast<double>(adapters_.size()));
  metrics_->Set(Gauge::kAdapterLagVersions, ready() ? static_cast<double>(lag) : 0);
  metrics_->Set(Gauge::kReady, ready() ? 1 : 0);
}

}  // namespace rhumb
