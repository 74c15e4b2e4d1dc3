#include "simulator/scenario/scenario_timeline.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "simulator/scenario/random_failures.h"

namespace rhumb {
namespace {

bool Active(double begin, double end, double time) { return begin <= time && time < end; }

absl::Status WithEvent(const ScenarioEvent& event, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrFormat("event \"%s\": %s", event.text, status.message()));
}

// "A>B" gives (A, B); "A-B" gives both directions. Node names may hold '-', so every cut is tried.
std::vector<std::pair<NodeId, NodeId>> ResolvePairs(const Topology& topology,
                                                    const std::string& text) {
  for (const char separator : {'>', '-'}) {
    for (size_t at = text.find(separator); at != std::string::npos;
         at = text.find(separator, at + 1)) {
      const auto a = topology.FindNode(text.substr(0, at));
      const auto b = topology.FindNode(text.substr(at + 1));
      if (!a || !b || *a == *b) continue;
      if (separator == '>') return {{*a, *b}};
      return {{*a, *b}, {*b, *a}};
    }
  }
  return {};
}

}  // namespace

absl::StatusOr<ScenarioTimeline> ScenarioTimeline::Create(const Topology& topology,
                                                          const std::vector<ScenarioEvent>& events,
                                                          int first, int count) {
  ScenarioTimeline timeline;
  timeline.first_ = first;
  timeline.end_ = first + count;
  for (const ScenarioEvent& event : events) {
    if (absl::Status status = timeline.AddEvent(topology, event); !status.ok()) {
      return WithEvent(event, status);
    }
    if (event.begin >= timeline.end_ || event.end <= first) {
      timeline.notes_.push_back(
          absl::StrFormat("event \"%s\" touches none of the intervals %d to %d", event.text, first,
                          timeline.end_ - 1));
    }
  }
  if (absl::Status status = timeline.TakeSnapshots(topology); !status.ok()) return status;
  return timeline;
}

absl::Status ScenarioTimeline::AddEvent(const Topology& topology, const ScenarioEvent& event) {
  switch (event.kind) {
    case ScenarioEvent::Kind::kRandomFailures:
      AddRandomFailures(topology, event);
      return absl::OkStatus();
    case ScenarioEvent::Kind::kBurst:
    case ScenarioEvent::Kind::kFlashCrowd:
      return AddSurge(topology, event);
    case ScenarioEvent::Kind::kLinkDown:
    case ScenarioEvent::Kind::kDrain:
    case ScenarioEvent::Kind::kRiskGroupDown: {
      const bool group = event.kind == ScenarioEvent::Kind::kRiskGroupDown;
      absl::StatusOr<std::vector<LinkId>> links =
          group ? topology.LinksOfRiskGroup(event.target) : topology.ResolveLinks(event.target);
      if (!links.ok()) return links.status();
      outages_.push_back(
          {*std::move(links), event.kind == ScenarioEvent::Kind::kDrain, event.begin, event.end});
      return absl::OkStatus();
    }
  }
  return absl::InternalError("unknown kind of event");
}

absl::Status ScenarioTimeline::AddSurge(const Topology& topology, const ScenarioEvent& event) {
  if (event.kind == ScenarioEvent::Kind::kFlashCrowd) {
    const auto node = topology.FindNode(event.target);
    if (!node) {
      return absl::NotFoundError(
          absl::StrFormat("topology \"%s\" has no node \"%s\"", topology.name(), event.target));
    }
    surges_.push_back({-1, *node, event.factor, event.begin, event.end});
    return absl::OkStatus();
  }
  const auto pairs = ResolvePairs(topology, event.target);
  if (pairs.empty()) {
    return absl::NotFoundError(
        absl::StrFormat("topology \"%s\" has no two nodes \"%s\"; write A-B for both directions or "
                        "A>B for one, with node names",
                        topology.name(), event.target));
  }
  for (const auto& [a, b] : pairs) {
    surges_.push_back({a, b, event.factor, event.begin, event.end});
  }
  return absl::OkStatus();
}

void ScenarioTimeline::AddRandomFailures(const Topology& topology, const ScenarioEvent& event) {
  for (CableFailure& failure : DrawFailures(topology, event, end_)) {
    if (failure.end > first_) {
      notes_.push_back(absl::StrFormat("%s fails from %.2f to %.2f (intervals)",
                                       topology.link(failure.links[0]).name, failure.begin,
                                       failure.end));
    }
    outages_.push_back({std::move(failure.links), false, failure.begin, failure.end});
  }
}

absl::StatusOr<Topology> ScenarioTimeline::StateAt(const Topology& base, const Topology& last,
                                                   double time) const {
  TopologyDelta outages;
  for (const Outage& outage : outages_) {
    if (!Active(outage.begin, outage.end, time)) continue;
    for (LinkId l : outage.links) {
      LinkChange change;
      change.link = l;
      if (outage.drained) {
        change.administrative_state = AdministrativeState::kDrained;
      } else {
        change.operational_state = OperationalState::kDown;
      }
      outages.push_back(change);
    }
  }
  absl::StatusOr<Topology> wanted = base.Apply(outages);
  if (!wanted.ok()) return wanted.status();
  // Applied to the last state rather than to the base, so that versions keep growing.
  return last.Apply(Difference(last, *wanted));
}

absl::Status ScenarioTimeline::TakeSnapshots(const Topology& topology) {
  std::set<double> times = {static_cast<double>(first_)};
  for (const Outage& outage : outages_) {
    for (double time : {outage.begin, outage.end}) {
      if (time > first_ && time < end_) times.insert(time);
    }
  }
  for (double time : times) {
    const Topology& last = snapshots_.empty() ? topology : snapshots_.back().topology;
    absl::StatusOr<Topology> state = StateAt(topology, last, time);
    if (!state.ok()) return state.status();
    if (!snapshots_.empty() && Difference(last, *state).empty()) continue;
    snapshots_.push_back({time, *std::move(state)});
  }
  return absl::OkStatus();
}

int ScenarioTimeline::SnapshotAt(double time) const {
  const auto after =
      std::upper_bound(snapshots_.begin(), snapshots_.end(), time,
                       [](double t, const Snapshot& snapshot) { return t < snapshot.begin; });
  return std::max(0, static_cast<int>(after - snapshots_.begin()) - 1);
}

TrafficMatrix ScenarioTimeline::DemandsAt(const TrafficMatrix& demands, double time) const {
  TrafficMatrix result = demands;
  for (const Surge& surge : surges_) {
    if (!Active(surge.begin, surge.end, time)) continue;
    const int n = demands.num_nodes();
    for (NodeId s = 0; s < n; ++s) {
      if (surge.source >= 0 && s != surge.source) continue;
      const NodeId d = surge.destination;
      result.set_rate_bps(s, d, result.rate_bps(s, d) * surge.factor);
    }
  }
  return result;
}

std::set<double> ScenarioTimeline::DemandTurns(int interval) const {
  std::set<double> turns;
  for (const Surge& surge : surges_) {
    for (double time : {surge.begin, surge.end}) {
      if (time > interval && time < interval + 1) turns.insert(time);
    }
  }
  return turns;
}

TrafficMatrix ScenarioTimeline::MeanDemands(int interval, const TrafficMatrix& demands) const {
  std::set<double> turns = DemandTurns(interval);
  if (turns.empty()) return DemandsAt(demands, interval);
  turns.insert(interval + 1);
  TrafficMatrix mean(demands.num_nodes());
  double from = interval;
  for (double turn : turns) {
    const TrafficMatrix piece = DemandsAt(demands, from);
    for (NodeId s = 0; s < demands.num_nodes(); ++s) {
      for (NodeId d = 0; d < demands.num_nodes(); ++d) {
        mean.add_rate_bps(s, d, piece.rate_bps(s, d) * (turn - from));
      }
    }
    from = turn;
  }
  return mean;
}

ScheduledInterval ScenarioTimeline::Schedule(int interval, const TrafficMatrix& demands,
                                             absl::Duration duration) const {
  size_t state = SnapshotAt(interval);
  ScheduledInterval scheduled{snapshots_[state].topology, {}, MeanDemands(interval, demands)};
  scheduled.interval.duration = duration;
  scheduled.interval.demands = DemandsAt(demands, interval);
  auto change_into = [this](size_t next) {
    return Difference(snapshots_[next - 1].topology, snapshots_[next].topology);
  };
  if (state > 0 && snapshots_[state].begin == interval) {
    scheduled.interval.changes_at_start = change_into(state);
  }
  const std::set<double> demand_turns = DemandTurns(interval);
  std::set<double> turns = demand_turns;
  for (size_t i = state + 1; i < snapshots_.size() && snapshots_[i].begin < interval + 1; ++i) {
    turns.insert(snapshots_[i].begin);
  }
  for (double turn : turns) {
    const absl::Duration at = (turn - interval) * duration;
    if (state + 1 < snapshots_.size() && snapshots_[state + 1].begin == turn) {
      scheduled.interval.changes.push_back({at, change_into(++state)});
    }
    if (demand_turns.count(turn) > 0) {
      scheduled.interval.changes.push_back({at, DemandsAt(demands, turn)});
    }
  }
  return scheduled;
}

}  // namespace rhumb
