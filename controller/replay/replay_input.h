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
#include "topologies/traffic_stream.h"

namespace rhumb {

// What is known of an interval without its demands.
struct ReplayMoment {
  int number = 0;  // in the series
  std::optional<absl::Time> time;
  Topology topology;                               // at its start
  std::shared_ptr<const PathSet> candidate_paths;  // empty when no policy uses them
};

// One interval with all that policies and simulators need of it. Shared by policies and seeds,
// never changed.
struct ReplayInterval : ReplayMoment {
  ScheduledInterval scheduled;
  std::shared_ptr<const TrafficMatrix> measured;  // mean demands: what is known when it is over
};

struct ReplayInput {
  Topology topology;
  std::string traffic_name;
  std::optional<double> load;
  // The first is decided by shortest-path for all and not counted; at least two.
  std::vector<ReplayMoment> moments;
  std::vector<std::string> notes;  // what was merged, skipped, assumed or drawn; one line each
  // Puts the demands to moments[index], and keeps as many intervals as kReplayBytes hold, so that a
  // series may be larger than the memory. Errors of the traffic's source. Called from several
  // threads.
  std::function<absl::StatusOr<std::shared_ptr<const ReplayInterval>>(int index)> interval;

  int num_counted() const { return static_cast<int>(moments.size()) - 1; }
};

// Memory for what may be computed or read again: intervals of a replay, and matrices of the past
// that policies are shown. Beyond it the oldest are forgotten.
inline constexpr double kReplayBytes = 64 << 20;
// Matrices of that many nodes that fit in, `matrices` in a piece; 16 at least.
int PiecesInMemory(int nodes, int matrices);

// The factor that gives `shortest-path` the MLU `load` on `mean`. InvalidArgument when there is no
// traffic to scale.
absl::StatusOr<double> LoadFactor(const Topology& topology, const TrafficMatrix& mean, double load,
                                  const PolicyFactory& make_policy);

// Reads everything the configuration names, with progress on a terminal. The load refers to the
// mean of the whole series, so that the same load means the same traffic whatever intervals are
// played. Errors of the readers; OutOfRange for intervals that are not there.
absl::StatusOr<ReplayInput> LoadReplayInput(const ReplayConfig& config,
                                            const PolicyFactory& make_policy);

// The same from values in memory; names and reading options of the configuration are not used.
absl::StatusOr<ReplayInput> MakeReplayInput(const ReplayConfig& config, const Topology& topology,
                                            const TrafficStream& traffic,
                                            const PolicyFactory& make_policy);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPLAY_REPLAY_INPUT_H_
