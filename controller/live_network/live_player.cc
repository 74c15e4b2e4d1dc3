#include "controller/live_network/live_player.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "agents/registry/policy_registry.h"

namespace rhumb {
namespace {

constexpr uint64_t kSeed = 1;
// Ctrl-C is looked at this often in real time.
constexpr absl::Duration kSlice = absl::Milliseconds(100);

std::string Describe(const Topology& topology, const TopologyDelta& delta) {
  std::string text;
  for (const LinkChange& change : delta) {
    const std::string& name = topology.link(change.link).name;
    const char* comma = text.empty() ? "" : ", ";
    if (change.operational_state) {
      const bool up = *change.operational_state == OperationalState::kUp;
      absl::StrAppend(&text, comma, name, up ? " up" : " down");
    } else if (change.administrative_state) {
      const bool drained = *change.administrative_state == AdministrativeState::kDrained;
      absl::StrAppend(&text, comma, name, drained ? " drained" : " in use");
    }
  }
  return text;
}

}  // namespace

LivePlayer::LivePlayer(const ReplayInput& input, NetworkAdapter* adapter,
                       SimulatorFactory make_simulator, const LivePlayerOptions& options)
    : input_(input),
      adapter_(adapter),
      make_simulator_(std::move(make_simulator)),
      options_(options),
      clock_begin_(input.moments[0].time.value_or(absl::Now())),
      telemetry_("simulate-network", options.telemetry, input.topology),
      topology_(input.moments[0].topology) {}

absl::Status LivePlayer::Start() {
  auto policy = MakePolicy("shortest-path");
  if (!policy.ok()) return policy.status();
  shortest_path_ = *std::move(policy);
  for (auto* simulator : {&live_, &reference_}) {
    auto made = make_simulator_();
    if (!made.ok()) return made.status();
    *simulator = *std::move(made);
    if (absl::Status status =
            (*simulator)->Reset(Episode{topology_, options_.traffic, kSeed, options_.scale});
        !status.ok()) {
      return status;
    }
  }
  if (absl::Status status = adapter_->Declare(topology_); !status.ok()) return status;
  const auto first = input_.interval(0);
  if (!first.ok()) return first.status();
  return adapter_->ReportTraffic(
      telemetry_.Begin(clock_begin_, (*first)->scheduled.interval.duration));
}

absl::Status LivePlayer::Play(const std::function<void(const LiveInterval&)>& on_interval) {
  if (absl::Status status = Start(); !status.ok()) return status;
  wall_begin_ = SteadyNow();
  for (size_t i = 0; i < input_.moments.size(); ++i) {
    if (Stopped()) return absl::CancelledError("stopped");
    if (options_.reconnect_every > 0 && i > 0 && i % options_.reconnect_every == 0) {
      if (absl::Status status = adapter_->Reconnect(); !status.ok()) return status;
    }
    const auto interval = input_.interval(static_cast<int>(i));
    if (!interval.ok()) return interval.status();
    absl::StatusOr<LiveInterval> row = PlayInterval(**interval, i == 0);
    if (!row.ok()) {
      return absl::Status(
          row.status().code(),
          absl::StrFormat("interval %d: %s", input_.moments[i].number, row.status().message()));
    }
    on_interval(*row);
  }
  return absl::OkStatus();
}

absl::StatusOr<LiveInterval> LivePlayer::PlayInterval(const ReplayInterval& interval, bool first) {
  LiveInterval row;
  row.number = interval.number;
  row.time = interval.time;
  Interval played = interval.scheduled.interval;
  played.changes_at_start = Difference(topology_, interval.scheduled.topology);
  if (first) played.warm_up = options_.warm_up;
  if (!played.changes_at_start.empty()) {
    row.events.push_back(Describe(topology_, played.changes_at_start));
  }
  topology_ = interval.scheduled.topology;
  RoutingPlan plan;
  if (absl::Status status = Steer(interval, &played, &plan, &row); !status.ok()) return status;

  const absl::StatusOr<Measurements> measured = live_->Play(plan, played);
  if (!measured.ok()) return measured.status();
  row.observed_mlu = measured->mlu;
  row.offered_bps = measured->offered_bps;
  row.goodput_bps = measured->goodput_bps;
  row.unrouted_bps = measured->unrouted_bps;
  row.loss_ratio = measured->loss_ratio;
  row.delay_s = measured->mean_delay_s;
  const absl::StatusOr<double> reference = PlayShortestPath(interval, std::move(played));
  if (!reference.ok()) return reference.status();
  row.shortest_path_mlu = *reference;

  const absl::Duration length = interval.scheduled.interval.duration;
  elapsed_ += length;
  const absl::Time end = interval.time ? *interval.time + length : clock_begin_ + elapsed_;
  if (absl::Status status =
          adapter_->ReportTraffic(telemetry_.Report(*measured, *interval.measured, end, length));
      !status.ok()) {
    return status;
  }
  return row;
}

absl::Status LivePlayer::Steer(const ReplayInterval& interval, Interval* played, RoutingPlan* plan,
                               LiveInterval* row) {
  if (absl::Status status = adapter_->ReportLinks(topology_); !status.ok()) return status;
  if (!options_.speed || adapter_->plan()->version() == 0) {
    if (absl::Status status = AwaitDecision(row); !status.ok()) return status;
  }
  absl::StatusOr<RoutingPlan> at_start = PlanInForce();
  if (!at_start.ok()) return at_start.status();
  *plan = *std::move(at_start);
  played->changes.clear();
  const absl::Status steered =
      options_.speed ? SteerInRealTime(interval, played) : SteerInLockStep(interval, played, row);
  if (!steered.ok()) return steered;
  for (const TimedChange& change : interval.scheduled.interval.changes) {
    if (const auto* delta = std::get_if<TopologyDelta>(&change.change)) {
      row->events.push_back(Describe(topology_, *delta));
    }
  }
  if (!options_.speed) return absl::OkStatus();
  const absl::StatusOr<rhumb::v1::ControllerStatus> status = adapter_->GetStatus();
  if (!status.ok()) return status.status();
  row->plan = status->plan();
  return absl::OkStatus();
}

absl::Status LivePlayer::AwaitDecision(LiveInterval* row) {
  const absl::StatusOr<NetworkAdapter::Answer> answer = adapter_->AwaitDecision();
  if (!answer.ok()) return answer.status();
  row->plan = answer->status.plan();
  row->late |= answer->late;
  return absl::OkStatus();
}

absl::StatusOr<RoutingPlan> LivePlayer::PlanInForce() const {
  return adapter_->plan()->Resolve(topology_);
}

absl::Status LivePlayer::SteerInLockStep(const ReplayInterval& interval, Interval* played,
                                         LiveInterval* row) {
  for (const TimedChange& change : interval.scheduled.interval.changes) {
    played->changes.push_back(change);
    const auto* delta = std::get_if<TopologyDelta>(&change.change);
    if (delta == nullptr) continue;
    absl::StatusOr<Topology> next = topology_.Apply(*delta);
    if (!next.ok()) return next.status();
    topology_ = *std::move(next);
    if (absl::Status status = adapter_->ReportLinks(topology_); !status.ok()) return status;
    if (absl::Status status = AwaitDecision(row); !status.ok()) return status;
    absl::StatusOr<RoutingPlan> plan = PlanInForce();
    if (!plan.ok()) return plan.status();
    played->changes.push_back({change.at, *std::move(plan)});
  }
  return absl::OkStatus();
}

absl::Status LivePlayer::SteerInRealTime(const ReplayInterval& interval, Interval* played) {
  uint64_t version = adapter_->plan()->version();
  auto until = [&](absl::Duration at) -> absl::Status {
    const SteadyTime wall = wall_begin_ + at / *options_.speed;
    while (SteadyNow() < wall) {
      if (Stopped()) return absl::CancelledError("stopped");
      if (absl::Status failed = adapter_->stream().Get().failed; !failed.ok()) return failed;
      const bool came = adapter_->stream().Await(
          [version](const PlanSubscriber::State& s) { return s.plan->version() != version; },
          std::min(wall, SteadyNow() + kSlice));
      if (!came) continue;
      const absl::Duration now = (SteadyNow() - wall_begin_) * *options_.speed;
      version = adapter_->plan()->version();
      absl::StatusOr<RoutingPlan> plan = PlanInForce();
      if (!plan.ok()) return plan.status();
      played->changes.push_back({std::min(now, at), *std::move(plan)});
    }
    return absl::OkStatus();
  };
  for (const TimedChange& change : interval.scheduled.interval.changes) {
    if (absl::Status status = until(change.at); !status.ok()) return status;
    played->changes.push_back(change);
    const auto* delta = std::get_if<TopologyDelta>(&change.change);
    if (delta == nullptr) continue;
    absl::StatusOr<Topology> next = topology_.Apply(*delta);
    if (!next.ok()) return next.status();
    topology_ = *std::move(next);
    if (absl::Status status = adapter_->ReportLinks(topology_); !status.ok()) return status;
  }
  const absl::Duration length = interval.scheduled.interval.duration;
  if (absl::Status status = until(length); !status.ok()) return status;
  wall_begin_ += length / *options_.speed;
  return absl::OkStatus();
}

absl::StatusOr<RoutingPlan> LivePlayer::ShortestPathPlan(const Topology& topology) {
  const Observation observation{topology, {}, {}, std::make_shared<const PathSet>(), {}};
  absl::StatusOr<Decision> decision = shortest_path_->Decide(observation);
  if (!decision.ok()) return decision.status();
  return std::move(decision->plan);
}

absl::StatusOr<double> LivePlayer::PlayShortestPath(const ReplayInterval& interval,
                                                    Interval played) {
  Topology topology = interval.scheduled.topology;
  absl::StatusOr<RoutingPlan> plan = ShortestPathPlan(topology);
  if (!plan.ok()) return plan.status();
  played.changes.clear();
  for (const TimedChange& change : interval.scheduled.interval.changes) {
    played.changes.push_back(change);
    const auto* delta = std::get_if<TopologyDelta>(&change.change);
    if (delta == nullptr) continue;
    absl::StatusOr<Topology> next = topology.Apply(*delta);
    if (!next.ok()) return next.status();
    topology = *std::move(next);
    absl::StatusOr<RoutingPlan> rerouted = ShortestPathPlan(topology);
    if (!rerouted.ok()) return rerouted.status();
    played.changes.push_back({change.at, *std::move(rerouted)});
  }
  const absl::StatusOr<Measurements> measured = reference_->Play(*plan, played);
  if (!measured.ok()) return measured.status();
  return measured->mlu;
}

}  // namespace rhumb
