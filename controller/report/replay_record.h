// What a report of a replay needs beyond the cells: kept while it is played.
#ifndef RHUMB_CONTROLLER_REPORT_REPLAY_RECORD_H_
#define RHUMB_CONTROLLER_REPORT_REPLAY_RECORD_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "controller/replay/replay_observer.h"
#include "controller/report/moved_demands.h"
#include "controller/report/path_table.h"

namespace rhumb {

// Of one policy. Loads are means over the seeds, moved demands those of the first seed: plans of
// other seeds differ only as far as what was measured did.
struct PolicyRecord {
  std::vector<double> load_sum;                 // [moments, links]
  std::vector<int> load_count;                  // [moments]: seeds that were measured
  std::vector<std::vector<MovedDemand>> moved;  // [intervals]
};

// Keeps loads of every interval while they fit into `most_loads` values for all policies together;
// of a longer series, of every second, third, ... interval.
class ReplayRecord {
 public:
  ReplayRecord(int policies, int links, int intervals, double most_loads);

  // From several threads.
  void Add(const PlayedInterval& played);

  // Loads are kept of the intervals 0, every(), 2 * every(), ...
  int every() const { return every_; }
  int moments() const { return moments_; }
  // [links, moments], per mille; kUnknownLoad where no seed was measured.
  std::vector<uint16_t> Loads(int policy) const;
  const std::vector<std::vector<MovedDemand>>& moved(int policy) const {
    return policies_[policy].moved;
  }
  const std::vector<Path>& paths() const { return paths_.paths(); }

 private:
  int links_;
  int every_;
  int moments_;
  std::mutex mutex_;
  std::vector<PolicyRecord> policies_;
  ShortestPlans shortest_;
  PathTable paths_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPORT_REPLAY_RECORD_H_
