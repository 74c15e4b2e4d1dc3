// What of a replay is on disk should it be stopped, and how to go on from there.
#ifndef RHUMB_CONTROLLER_REPLAY_KEPT_WORK_H_
#define RHUMB_CONTROLLER_REPLAY_KEPT_WORK_H_

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "controller/replay/replay_engine.h"

namespace rhumb {

// At packet level a journal keeps every episode. At flow level, where an interval takes next to
// nothing or an optimum of minutes, whole policies are kept: each is written when it is finished,
// so nothing is left to do when a signal, a fault or a full stop comes. Safe to call from several
// threads.
class KeptWork {
 public:
  // Writes the results of finished policies, in the order of the replay, and names the others.
  using Save = std::function<absl::Status(const std::vector<PolicyCells>& finished,
                                          const std::vector<std::string>& unfinished)>;

  // `out` is the directory of results, empty when there is none.
  KeptWork(std::string out, std::vector<std::string> policies);

  // From now on episodes are in a journal in `out`.
  void HasJournal();

  // A policy is finished. Saves what there is, unless a journal does or it is the last policy,
  // whose results are about to be written anyway. A failure is left to that last time.
  void Finished(int policy, const PolicyCells& cells, const Save& save);

  // "stopped; ecmp is in results/results.json, --policies cspf,neural plays the others".
  std::string LastWords() const;

 private:
  const std::string out_;
  const std::vector<std::string> policies_;
  std::vector<std::pair<int, PolicyCells>> finished_;  // touched by Finished() only
  mutable std::mutex mutex_;
  bool has_journal_ = false;  // under mutex_
  std::vector<int> saved_;    // under mutex_; policies that are on disk
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPLAY_KEPT_WORK_H_
