#include "controller/steering/decision/steering.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "controller/clock/steady_time.h"
#include "controller/steering/guard/guard_report.h"
#include "controller/steering/guard/plan_rules.h"
#include "controller/steering/guard/reference_loads.h"
#include "controller/steering/guard/safety_guard.h"
#include "controller/steering/plan/enum_names.h"
#include "topologies/formats/proto_time.h"

namespace rhumb {

std::vector<std::string> Steering::Restore(const StoredState& stored, bool copy) {
  std::vector<std::string> problems;
  s_.epoch = stored.epoch;
  s_.term = stored.term;
  s_.term_scope = stored.term_scope;
  s_.epoch_stored = !stored.epoch_unwritten;
  if (stored.epoch_unwritten) s_.change.epoch = stored.epoch;
  s_.versions.StartAbove(stored.floor);
  s_.rules.Restore(stored.settings, stored.settings_lost);
  if (stored.settings_lost) {
    problems.push_back(
        "what operators drained, pinned and chose: it cannot be read; the last plan stays, and "
        "nothing is decided, until an operator drains what is under maintenance and sets the "
        "policy");
  }
  if (!stored.reported) return problems;
  const auto& drained = stored.settings.drained_links();
  if (auto status = s_.topology.Restore(*stored.reported, {drained.begin(), drained.end()});
      !status.ok()) {
    problems.push_back("stored topology: " + std::string(status.message()));
    return problems;
  }
  for (const auto& message : stored.plans) {
    const auto plan = s_.plans.Restore(message, s_.topology.snapshot());
    if (plan.ok()) {
      out_.publish(*plan);  // a base for adapters that resume
    } else {
      problems.push_back(absl::StrFormat("stored plan %d: %s", message.header().plan_version(),
                                         plan.status().message()));
    }
  }
  if (stored.demands) {
    if (auto status = s_.traffic.Restore(*stored.demands, s_.topology.snapshot()); !status.ok()) {
      problems.push_back("stored demands: " + std::string(status.message()));
    }
  }
  if (copy) return problems;
  if (const auto in_force = s_.InForce()) {
    int touched = 0;
    const rhumb::v1::GuardReport report = s_.plans.latest()->header.guard();
    const RoutingPlan rerouted =
        RerouteAround(s_.topology.snapshot(), *in_force, s_.TreesNow(), &touched);
    // A rollback outlives the process as long as its plan does.
    if (touched == 0) s_.rules.RestoreHold(stored.settings);
    Publish(rerouted, rhumb::v1::PLAN_REASON_RESTART, report, "");
    // Without traffic nothing could be decided that is better.
    s_.plan_awaits_telemetry = true;
    return problems;
  }
  StartDecision(rhumb::v1::PLAN_REASON_RESTART);
  return problems;
}

void Steering::PromiseKept(const VersionFloor& floor, std::optional<uint64_t> epoch) {
  // Of an epoch that has been left since, it says nothing.
  if (epoch ? *epoch != s_.epoch : !s_.epoch_stored) return;
  s_.epoch_stored = true;
  s_.versions.Kept(floor);
}

void Steering::BeginEpoch() {
  const uint64_t before = std::exchange(s_.epoch, NewEpoch());
  s_.epoch_stored = false;
  s_.change.epoch = s_.epoch;
  s_.versions.PromiseAgain();
  spdlog::error("the store does not keep the versions that are promised to it; epoch {} follows {}",
                s_.epoch, before);
  // Adapters learn the epoch with a plan of it.
  if (const auto in_force = s_.InForce()) {
    s_.plans.StoreAtOnce();
    Publish(*in_force, rhumb::v1::PLAN_REASON_RESTART, s_.plans.latest()->header.guard(), "");
  }
  out_.epoch_changed();
}

void Steering::WatchPromises() {
  if (s_.epoch_stored && s_.versions.overdrawn()) BeginEpoch();
  const bool settled = s_.epoch_stored && s_.versions.settled();
  if (settled || s_.now() < s_.promise_again_at) return;
  // A promise that could not be written is made again, until it is kept.
  s_.promise_again_at = s_.now() + absl::Seconds(1);
  if (!s_.epoch_stored) s_.change.epoch = s_.epoch;
  s_.versions.PromiseAgain();
}

void Steering::TopologyChanged() {
  const Topology& topology = s_.topology.snapshot();
  std::optional<RoutingPlan> base = s_.InForce();
  const bool paths_died = !base || UsesDeadLinks(topology, *base);
  if (paths_died) {
    s_.schedule.PathsDied();
    const SteadyTime begin = SteadyNow();
    if (!base) {
      // Of a plan for another network nothing could be read back.
      s_.plans.StoreAtOnce();
      s_.traffic.CarryOver(topology);
      const LivePlanPtr last = s_.plans.latest();
      base = last == nullptr ? CarryOver(topology, RoutingPlan(), topology)
                             : CarryOver(last->topology, last->plan, topology);
    }
    int touched = 0;
    const RoutingPlan rerouted = RerouteAround(topology, *base, s_.TreesNow(), &touched);
    Publish(
        ApplyPins(topology, rerouted, s_.rules.KnownPins()), rhumb::v1::PLAN_REASON_REROUTE,
        AcceptedReport(absl::StrFormat("%d demands moved to what is left of their paths", touched)),
        "");
    s_.metrics.ObserveStage(Stage::kReroute, absl::ToDoubleSeconds(SteadyNow() - begin));
  }
  if (s_.rules.holding() && !paths_died) return;
  s_.rules.EndHold();
  StartDecision(rhumb::v1::PLAN_REASON_TOPOLOGY);
}

void Steering::TrafficChanged() {
  s_.plan_awaits_telemetry = false;
  if (s_.now() >= s_.keep_demands_at) {
    s_.keep_demands_at = s_.now() + absl::Seconds(1);
    s_.change.demands = s_.traffic.ToKeep();
  }
  if (s_.options.decide_on_telemetry && !s_.rules.holding()) {
    StartDecision(rhumb::v1::PLAN_REASON_INTERVAL);
  }
}

void Steering::SettingChanged() {
  if (!s_.rules.holding()) StartDecision(rhumb::v1::PLAN_REASON_SETTING);
}

LivePlanPtr Steering::GoBackTo(const LivePlan& target, const std::string& who) {
  s_.schedule.Drop();
  const auto report =
      AcceptedReport(absl::StrFormat("%s went back to plan %d", who, target.version()));
  s_.guard.Tell(report);
  s_.guard.TellNote("");
  s_.plans.StoreAtOnce();
  return Publish(target.plan, rhumb::v1::PLAN_REASON_ROLLBACK, report, "");
}

void Steering::StartDecision(rhumb::v1::PlanReason reason) {
  if (!s_.topology.known() || s_.rules.settings_lost()) return;
  const auto order = s_.schedule.Want(reason, {s_.topology.version(), s_.traffic_version()},
                                      s_.adapters.size(), s_.now());
  if (!order) return;
  if (order->overtaken_topology) {
    s_.guard.Count(MakeGuardReport(
        rhumb::v1::GUARD_OUTCOME_REPLACED_BY_LAST_SAFE, rhumb::v1::GUARD_RULE_STALE_TOPOLOGY,
        absl::StrFormat(
            "topology %d came while the policy was deciding for %d; its answer is not used",
            s_.topology.version(), *order->overtaken_topology)));
  }
  std::string fallback_reason;
  if (s_.freshness() == rhumb::v1::TELEMETRY_FRESHNESS_LOST) {
    fallback_reason = absl::StrFormat("the latest telemetry is older than %s",
                                      absl::FormatDuration(s_.options.fall_back_after));
  }
  std::vector<std::shared_ptr<const TrafficEstimate>> traffic(s_.traffic.history().begin(),
                                                              s_.traffic.history().end());
  if (const auto last = s_.traffic.last_known(); traffic.empty() && last != nullptr) {
    traffic.push_back(last);
  }
  out_.start_decision({order->id, order->reason, order->forced, s_.topology.snapshot(),
                       s_.rules.policy(), std::move(fallback_reason), std::move(traffic),
                       s_.InForce(), s_.rules.KnownPins(), order->lead});
}

void Steering::FinishDecision(const DecisionOutput& output) {
  s_.metrics.ObserveStage(Stage::kPolicy, output.policy_s);
  s_.metrics.ObserveStage(Stage::kGuard, output.guard_s);
  const auto finished = s_.schedule.Finish(output.id);
  if (!finished) {
    // A change of the topology overtook it, or it was late and has been counted as that.
    s_.metrics.CountEvent(Event::kDecisionDropped);
    return;
  }
  const rhumb::v1::GuardReport& report = output.verdict.report;
  s_.guard.Tell(report);
  s_.guard.TellNote(output.policy_note);
  s_.guard.Count(report);
  const auto in_force = s_.InForce();
  // What is in force is said again for a new topology, or adapters that resume would refuse it.
  const bool new_topology =
      !in_force || s_.plans.latest()->header.topology_version() != s_.topology.version();
  // What nobody asked for is published when it differs: the same plan again would only make every
  // adapter answer. The agent's answer to a change is said even when it is the first answer's.
  const bool new_plan =
      output.verdict.changes && (finished->reason != rhumb::v1::PLAN_REASON_INTERVAL || !in_force ||
                                 !SameRoutes(*in_force, output.verdict.plan));
  if (new_plan || new_topology) {
    Publish(output.verdict.plan, finished->reason, report, output.policy_note);
  }
  if (report.has_predicted_mlu()) {
    s_.metrics.Set(Gauge::kMluPredicted, report.predicted_mlu());
    s_.metrics.Set(Gauge::kMluShortestPath, report.shortest_path_mlu());
    s_.metrics.Set(Gauge::kMluEcmp, report.ecmp_mlu());
  }
  if (finished->again) StartDecision(rhumb::v1::PLAN_REASON_INTERVAL);
}

Verdict Steering::AskGuard(const absl::StatusOr<RoutingPlan>& plan) {
  const Topology& topology = s_.topology.snapshot();
  const Pins pins = s_.rules.KnownPins();
  const bool lost = s_.freshness() == rhumb::v1::TELEMETRY_FRESHNESS_LOST;
  const std::shared_ptr<const TrafficEstimate> last = s_.traffic.last_known();
  // Most plans pass, and passing costs no plans to compare with: adapters wait for this one.
  if (plan.ok() && CheckSafe(topology, *plan).ok()) {
    // While no traffic is known, not yet or not any more, there is nothing to compare on.
    if (lost || last == nullptr) {
      return {*plan,
              AcceptedReport("no traffic is known; the plan is valid and routes every demand"),
              true};
    }
    const ReferenceMlu routers = MluOfReferences(topology, *last->demands, pins, s_.TreesNow());
    const double mlu =
        MaxLinkUtilization(topology, ComputeLinkLoads(topology, *plan, *last->demands).load_bps);
    const double best = std::min(routers.shortest_path, routers.ecmp);
    if (mlu <= best * (1 + s_.options.guard.mlu_tolerance)) {
      Verdict verdict{*plan, AcceptedReport("all rules are met"), true};
      verdict.report.set_predicted_mlu(mlu);
      verdict.report.set_shortest_path_mlu(routers.shortest_path);
      verdict.report.set_ecmp_mlu(routers.ecmp);
      return verdict;
    }
  }
  const References::Plans& references = s_.references.On(topology, pins);
  std::vector<std::shared_ptr<const TrafficMatrix>> demands;
  if (last != nullptr) demands.push_back(last->demands);
  return Guard({topology, plan, s_.InForce(), references.shortest_path, references.ecmp, demands,
                /*forced=*/true, lost},
               s_.options.guard);
}

LivePlanPtr Steering::Publish(const RoutingPlan& proposed, rhumb::v1::PlanReason reason,
                              const rhumb::v1::GuardReport& proposed_report,
                              const std::string& note) {
  RoutingPlan plan = OnlyUsed(proposed);
  rhumb::v1::GuardReport report = proposed_report;
  const bool operators_word = reason == rhumb::v1::PLAN_REASON_ROLLBACK || s_.rules.holding();
  if (!operators_word) {
    Verdict verdict = AskGuard(plan);
    if (verdict.report.outcome() == rhumb::v1::GUARD_OUTCOME_ACCEPTED) {
      if (verdict.report.has_predicted_mlu()) {
        report.set_predicted_mlu(verdict.report.predicted_mlu());
        report.set_shortest_path_mlu(verdict.report.shortest_path_mlu());
        report.set_ecmp_mlu(verdict.report.ecmp_mlu());
      }
    } else {
      plan = OnlyUsed(verdict.plan);
      report = std::move(verdict.report);
      s_.guard.Count(report);
      s_.guard.Tell(report);
    }
  }
  rhumb::v1::PlanHeader header;
  header.set_epoch(s_.epoch);
  header.set_term(s_.term);
  header.set_term_scope(s_.term_scope);
  header.set_traffic_version(s_.traffic_version());
  header.set_model(s_.rules.policy());
  header.set_reason(reason);
  *header.mutable_decided_at() = ToTimestamp(s_.clocks.wall());
  *header.mutable_guard() = report;
  LivePlanPtr live = s_.plans.Add(plan, s_.topology.snapshot(), std::move(header), note);
  s_.metrics.CountPlan(reason);
  out_.publish(live);
  spdlog::info(
      "plan version={} reason={} topology={} traffic={} predicted_mlu={:.4f} "
      "shortest_path_mlu={:.4f} moved_share={:.4f}",
      live->version(), NameOf(reason), s_.topology.version(), live->header.traffic_version(),
      report.predicted_mlu(), report.shortest_path_mlu(), report.moved_share());
  return live;
}

void Steering::Tick() {
  const SteadyTime now = s_.now();
  WatchPromises();
  GiveUpLateDecision();
  if (s_.rules.ConfirmationMissed(now)) {
    s_.rules.EndHold();
    spdlog::warn("rollback reverted: it was not confirmed in time");
    StartDecision(rhumb::v1::PLAN_REASON_REVERT);
  }
  if (const auto change = s_.telemetry.Change(s_.traffic, now)) ActOnAge(*change);
  const rhumb::v1::TelemetryFreshness freshness = s_.telemetry.Of(s_.traffic, now);
  const bool may_move = freshness == rhumb::v1::TELEMETRY_FRESHNESS_FRESH ||
                        freshness == rhumb::v1::TELEMETRY_FRESHNESS_NONE;
  if (may_move && !s_.rules.holding() && !s_.plan_awaits_telemetry &&
      s_.schedule.IntervalEnded(now)) {
    StartDecision(rhumb::v1::PLAN_REASON_INTERVAL);
  }
  Measure();
}

void Steering::GiveUpLateDecision() {
  const auto running = s_.schedule.running();
  if (!s_.schedule.GiveUpLate(s_.now())) return;
  const Verdict verdict = AskGuard(absl::DeadlineExceededError(
      absl::StrFormat("policy %s did not answer within %s", s_.rules.policy(),
                      absl::FormatDuration(s_.options.deadline))));
  s_.guard.Count(verdict.report);
  s_.guard.Tell(verdict.report);
  // What is in force stays, unless the traffic has made it worse than what routers do.
  if (verdict.changes && !s_.rules.holding()) {
    Publish(verdict.plan, running->reason, verdict.report, "");
  }
}

void Steering::ActOnAge(rhumb::v1::TelemetryFreshness freshness) {
  if (freshness == rhumb::v1::TELEMETRY_FRESHNESS_STALE) {
    const auto report =
        MakeGuardReport(rhumb::v1::GUARD_OUTCOME_HELD, rhumb::v1::GUARD_RULE_STALE_TELEMETRY,
                        absl::StrFormat("the latest telemetry is older than %s",
                                        absl::FormatDuration(s_.options.hold_after)));
    s_.guard.Count(report);
    s_.guard.Tell(report);
  } else if (freshness == rhumb::v1::TELEMETRY_FRESHNESS_LOST) {
    s_.rules.EndHold();
    StartDecision(rhumb::v1::PLAN_REASON_STALE);
  }
}

void Steering::Measure() {
  if (const auto latest = s_.traffic.latest()) {
    s_.metrics.Set(Gauge::kTelemetryAge, absl::ToDoubleSeconds(s_.now() - latest->received_at));
    if (latest->measurements) s_.metrics.Set(Gauge::kMluObserved, latest->measurements->mlu);
  }
  const auto acknowledged = s_.adapters.AcknowledgedByAll();
  s_.metrics.Set(Gauge::kAdapters, static_cast<double>(s_.adapters.size()));
  s_.metrics.Set(Gauge::kAdapterLagVersions,
                 acknowledged ? static_cast<double>(s_.plans.CountAfter(*acknowledged)) : 0);
  s_.metrics.Set(Gauge::kReady, s_.plans.empty() ? 0 : 1);
}

}  // namespace rhumb
