// Plays every policy and seed over the intervals of a replay.
#ifndef RHUMB_CONTROLLER_REPLAY_REPLAY_ENGINE_H_
#define RHUMB_CONTROLLER_REPLAY_REPLAY_ENGINE_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "controller/replay/cell.h"
#include "controller/replay/replay_input.h"
#include "controller/replay/replay_observer.h"
#include "simulator/distributions.h"
#include "simulator/network_simulator.h"

namespace rhumb {

using SimulatorFactory = std::function<absl::StatusOr<std::unique_ptr<NetworkSimulator>>()>;

// Finished cells of an earlier run: those of an interval's own episode, or all of an episode of
// many intervals together. Called from several threads.
class CellStore {
 public:
  virtual ~CellStore() = default;
  // The measurements of a cell that is done already; absent when it has to be played.
  virtual std::optional<Cell> Find(int policy, int seed, int interval) = 0;
  virtual absl::Status Add(int policy, int seed, int interval, const Cell& cell) = 0;
};

struct PolicyCells {
  std::string name;
  bool omniscient = false;
  std::vector<std::vector<Cell>> cells;        // [seeds][counted intervals]
  std::vector<Distributions> distributions{};  // [seeds], over the counted intervals
};

struct ReplayEngineOptions {
  std::vector<std::string> policies;
  int seeds = 1;
  int jobs = 1;  // threads, each with its own simulator; results do not depend on it

  // Packet level: one episode an interval, the first (uncounted) one not played.
  bool episode_per_interval = false;
  TrafficModel traffic;
  double scale = 1.0;
  absl::Duration warm_up = absl::ZeroDuration();
  absl::Duration drain = absl::ZeroDuration();

  std::function<void(int done, int total)> on_progress;  // from several threads; may be empty
  // How far a long decision is, in the policy's words; from several threads; may be empty.
  std::function<void(const std::string& policy, const std::string& what)> on_decision;
  // A policy whose seeds and intervals were all played; one call at a time, from any thread; may be
  // empty.
  std::function<void(int policy, const PolicyCells&)> on_policy;
  const std::atomic<bool>* stop = nullptr;  // not owned; may be null
  CellStore* store = nullptr;               // not owned; may be null
  ReplayObserver* observer = nullptr;       // not owned; may be null; told what is played
};

// Every (policy, seed) is one sequence of intervals, decided and played in order: the first
// interval by shortest-path, not counted. Policies see the demands and measurements of past
// intervals only; an omniscient one also the matrix about to be played, as the latest of the past.
// Measurements come from the same seed, so nothing depends on the number of jobs.
//
// A simulator that dies or hangs (Unavailable, DeadlineExceeded, DataLoss, Internal from it) costs
// one episode: it is replaced and the episode is played once more. Should that fail too, the cell
// is lost and marked.
//
// Errors: those of a policy or a simulator, naming policy and interval; Cancelled after `stop`;
// what the store says.
absl::StatusOr<std::vector<PolicyCells>> RunReplay(const ReplayInput& input,
                                                   const PolicyFactory& make_policy,
                                                   const SimulatorFactory& make_simulator,
                                                   const ReplayEngineOptions& options);

// Runs task(0) to task(count - 1) on up to `jobs` threads and returns the first error by index;
// after an error or `stop`, tasks that have not begun are skipped.
absl::Status RunTasks(int count, int jobs, const std::atomic<bool>* stop,
                      const std::function<absl::Status(int)>& task);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPLAY_REPLAY_ENGINE_H_
