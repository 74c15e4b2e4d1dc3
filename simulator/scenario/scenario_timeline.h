// Events worked into the intervals of a replay: which links are usable when, and what is demanded
// when.
#ifndef RHUMB_SIMULATOR_SCENARIO_SCENARIO_TIMELINE_H_
#define RHUMB_SIMULATOR_SCENARIO_SCENARIO_TIMELINE_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "simulator/network_simulator.h"
#include "simulator/scenario/scenario_event.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

// One interval, ready to be decided and played.
struct ScheduledInterval {
  Topology topology;           // at its start
  Interval interval;           // demands at its start, and all changes
  TrafficMatrix mean_demands;  // over its duration: what is measured afterwards
};

// Immutable. Every policy and seed sees the same timeline.
class ScenarioTimeline {
 public:
  // For intervals [first, first + count) of a series. NotFound, quoting the event, for links,
  // groups or nodes that the topology does not have. O(events * links).
  static absl::StatusOr<ScenarioTimeline> Create(const Topology& topology,
                                                 const std::vector<ScenarioEvent>& events,
                                                 int first, int count);

  // `interval` is a number of the series in [first, first + count); `demands` are those of the
  // series, `duration` is how long the interval is played: changes inside it are put at the same
  // fraction of it.
  ScheduledInterval Schedule(int interval, const TrafficMatrix& demands,
                             absl::Duration duration) const;
  // Network state at the start of an interval. Every state has its own Topology::version().
  const Topology& TopologyAt(int interval) const {
    return snapshots_[SnapshotAt(interval)].topology;
  }
  // Which state that is; equal numbers mean the same state.
  int SnapshotAt(double time) const;

  // What happens when, one line each, for people: explicit events that touch no interval are named
  // here too.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  // Links that are down or drained during [begin, end).
  struct Outage {
    std::vector<LinkId> links;
    bool drained = false;
    double begin = 0, end = 0;
  };
  // Demands times `factor` during [begin, end); -1 stands for any node.
  struct Surge {
    NodeId source = -1, destination = -1;
    double factor = 1;
    double begin = 0, end = 0;
  };
  struct Snapshot {
    double begin = 0;
    Topology topology;
  };

  absl::Status AddEvent(const Topology& topology, const ScenarioEvent& event);
  absl::Status AddSurge(const Topology& topology, const ScenarioEvent& event);
  void AddRandomFailures(const Topology& topology, const ScenarioEvent& event);
  absl::Status TakeSnapshots(const Topology& topology);
  absl::StatusOr<Topology> StateAt(const Topology& base, const Topology& last, double time) const;
  TrafficMatrix DemandsAt(const TrafficMatrix& demands, double time) const;
  // Times inside an interval at which demands change.
  std::set<double> DemandTurns(int interval) const;
  TrafficMatrix MeanDemands(int interval, const TrafficMatrix& demands) const;

  int first_ = 0;
  int end_ = 0;
  std::vector<Outage> outages_;
  std::vector<Surge> surges_;
  std::vector<Snapshot> snapshots_;  // by time
  std::vector<std::string> notes_;
};

}  // namespace rhumb

#endif  // RHUMB_SIMULATOR_SCENARIO_SCENARIO_TIMELINE_H_
