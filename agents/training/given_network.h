// Episodes on one given network: traffic of a generator or of a series, and the events that a
// replay knows. For random networks see episode_scenario.h.
#ifndef RHUMB_AGENTS_TRAINING_GIVEN_NETWORK_H_
#define RHUMB_AGENTS_TRAINING_GIVEN_NETWORK_H_

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "agents/training/episode_scenario.h"
#include "simulator/scenario/scenario_event.h"
#include "topologies/generators/traffic_generator.h"
#include "topologies/topology.h"
#include "topologies/traffic_series.h"

namespace rhumb::training {

struct GivenNetwork {
  explicit GivenNetwork(Topology given) : topology(std::move(given)) {}

  Topology topology;
  // Without a series: what every episode's traffic is generated from; its count has no meaning.
  TrafficGeneratorSpec generator;
  bool same_traffic = false;  // the generator's seed holds for all episodes, else each has its own
  // On the nodes of the topology. An episode plays a random stretch, repeated where it is too
  // short.
  std::optional<TrafficSeries> series;
  // Times are steps. Random failures differ by episode.
  std::vector<ScenarioEvent> events;
  // Loads, numbers of steps and paths, traffic model, times and scale. What draws random networks
  // and their failures has no meaning here.
  ScenarioDraw draw;
};

struct GivenNetworkEpisodes {
  // Of every episode; all pairs of nodes, or those that the series ever has traffic for.
  std::shared_ptr<const PathSet> paths;
  ScenarioSource source;
};

// Finds the candidate paths: the only slow part. Errors of the generator and of the events (names,
// times); InvalidArgument when the traffic puts nothing on any link, or when demands would change
// inside of a step. ResourceExhausted when there would be more than `max_paths` candidate paths.
absl::StatusOr<GivenNetworkEpisodes> EpisodesOn(GivenNetwork network, int max_paths);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_GIVEN_NETWORK_H_
