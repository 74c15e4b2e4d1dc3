// The exact multi-commodity optimum of every counted interval: what NormMLU divides by.
#ifndef RHUMB_CONTROLLER_REPLAY_OPTIMUM_SERIES_H_
#define RHUMB_CONTROLLER_REPLAY_OPTIMUM_SERIES_H_

#include <atomic>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "controller/replay/replay_input.h"

namespace rhumb {

// True for networks on which an exact optimum would take hours: instead of it OptimumSeries gives a
// proven lower bound, within 1 % where it can.
bool OptimumIsBound(const Topology& topology);

// MLU of the optimum on the links that an interval starts with and its mean demands, one a counted
// interval; 0 where nothing is demanded. Demands that no policy could route are left out. Solved in
// runs of at most 64 intervals, each run starting from the last solution, on `jobs` threads; the
// runs do not depend on `jobs`, so neither do the numbers.
absl::StatusOr<std::vector<double>> OptimumSeries(const ReplayInput& input, int jobs,
                                                  const std::atomic<bool>* stop,
                                                  const std::function<void(int, int)>& on_progress);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPLAY_OPTIMUM_SERIES_H_
