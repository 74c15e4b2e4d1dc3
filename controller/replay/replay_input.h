// What is replayed: topology and traffic, read, scaled and put together with the events.
#ifndef RHUMB_CONTROLLER_REPLAY_REPLAY_INPUT_H_
#define RHUMB_CONTROLLER_REPLAY_REPLAY_INPUT_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agents/policy_factory.h"
#include "agents/routing_policy.h"
#include "controller/replay/replay_config.h"
#include "simulator/scenario/scenario_timeline.h"
#include "topologies/path_set.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"
#include "topologies/traffic_series.h"

namespace rhumb {

// One interval with all that policies and simulators need of it. Shared by all policies and seeds,
// never changed.
struct ReplayInterval {
  int number = 0;  // in the series
  std::optional<absl::Time> time;
  ScheduledInterval scheduled;
  std::shared_ptr<const TrafficMatrix> measured;   // mean demands: what is known when it is over
  std::shared_ptr<const PathSet> candidate_paths;  // empty when no policy uses them
};

struct ReplayInput {
  Topology topology;
  std::string traffic_name;
  std::optional<double> load;
  // The first is decided by shortest-path for all and not counted; at least two.
  std::vector<ReplayInterval> intervals;
  std::vector<std::string> notes;  // what was merged, skipped, assumed or drawn; one line each

  int num_counted() const { return static_cast<int>(intervals.size()) - 1; }
};

// The factor that gives `shortest-path` the MLU `load` on `mean`. InvalidArgument when there is no
// traffic to scale.
absl::StatusOr<double> LoadFactor(const Topology& topology, const TrafficMatrix& mean, double load,
                                  const PolicyFactory& make_policy);

// Reads everything the configuration names. The load refers to the mean of the whole series, so
// that the same load means the same traffic whatever intervals are played. Errors of the readers;
// OutOfRange for intervals that are not there.
absl::StatusOr<ReplayInput> LoadReplayInput(const ReplayConfig& config,
                                            const PolicyFactory& make_policy);

// The same from values in memory; names and reading options of the configuration are not used.
absl::StatusOr<ReplayInput> MakeReplayInput(const ReplayConfig& config, const Topology& topology,
                                            const TrafficSeries& series,
                                            const PolicyFactory& make_policy);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPLAY_REPLAY_INPUT_H_
