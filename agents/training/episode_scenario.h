// One episode of packet-level training: a network, its traffic and what fails meanwhile.
#ifndef RHUMB_AGENTS_TRAINING_EPISODE_SCENARIO_H_
#define RHUMB_AGENTS_TRAINING_EPISODE_SCENARIO_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agents/training/network_families.h"
#include "simulator/network_simulator.h"
#include "topologies/path_set.h"
#include "topologies/paths/shortest_paths.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb::training {

// Links change at a moment of a step. At zero the policy knows of it when it decides; later, the
// running plan meets it unprepared.
struct StepChange {
  int step = 0;
  absl::Duration at;
  TopologyDelta change;
};

struct EpisodeScenario {
  Episode episode;                       // topology at the start, traffic model, arrivals, scale
  std::shared_ptr<const PathSet> paths;  // candidate paths on that topology
  // Measured before the first step, the latest last; at least one.
  std::vector<std::shared_ptr<const TrafficMatrix>> past;
  std::vector<std::shared_ptr<const TrafficMatrix>> played;  // one a step
  std::vector<StepChange> changes;                           // by step, then time
  absl::Duration duration = absl::Seconds(1);                // of a step
  absl::Duration warm_up = absl::ZeroDuration();             // before the first one
  absl::Duration drain = absl::ZeroDuration();               // after every one
  // The shortest path that loads are relative to and rewards compare with.
  LinkMetric reference = LinkMetric::kIgp;
};

// The episode of a seed, always the same one.
using ScenarioSource =
    std::function<absl::StatusOr<std::shared_ptr<const EpisodeScenario>>(uint64_t seed)>;

// What random scenarios are drawn from.
struct ScenarioDraw {
  NetworkDraw networks;
  int candidate_paths = 8;  // a pair
  int steps = 2;
  int past = 8;  // matrices before the first step
  // Load: MLU of `reference` on the mean of the matrices; uniform in the logarithm.
  double min_load = 0.25, max_load = 1.5;
  LinkMetric reference = LinkMetric::kIgp;
  std::vector<double> tcp_shares = {0, 0.5, 1};
  std::vector<TrafficModel::FlowSizes> flow_sizes = {TrafficModel::FlowSizes::kMiceElephants};
  // Demands as PackeRL draws them (packerl_networks.h), constant over an episode; min_load and
  // max_load are its traffic scaling then. For networks of that family alone.
  bool packerl_traffic = false;
  double constant_share = 0.5;  // of the episodes have the same matrix throughout
  // Of the episodes have 1 to 3 demands that grow for 2 to 5 steps by 0.3 to 0.8 of the rate of the
  // narrowest link of a path of theirs. Nobody knows of it before the step it begins in is over.
  double burst_share = 0;
  double failure_share = 0.2;  // of the episodes lose a cable, half of them inside a step
  // Capacities are scaled until the narrowest usable link has a rate in between; uniform in the
  // logarithm.
  double min_narrowest_bps = 10e6, max_narrowest_bps = 25e6;
  // Episodes of more packets (estimated, all hops) are scaled down further. 0: no limit.
  double max_hop_packets = 100e3;
  // Every link has a rate in between, uniform, instead of those that the families draw; 0: theirs.
  double min_capacity_bps = 0, max_capacity_bps = 0;
  absl::Duration duration = absl::Seconds(1);
  absl::Duration warm_up = absl::Milliseconds(500);
  absl::Duration drain = absl::Seconds(1);
};

// Errors of the generators and path searches for draws that make no sense (no family, say).
absl::StatusOr<std::shared_ptr<const EpisodeScenario>> DrawScenario(const ScenarioDraw& draw,
                                                                    uint64_t seed);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_EPISODE_SCENARIO_H_
