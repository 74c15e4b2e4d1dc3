// One `rhumb replay` from configuration to result.
#ifndef RHUMB_CONTROLLER_REPLAY_REPLAY_SESSION_H_
#define RHUMB_CONTROLLER_REPLAY_REPLAY_SESSION_H_

#include <string>

#include "absl/status/statusor.h"
#include "controller/replay/replay_config.h"
#include "controller/replay/replay_observer.h"
#include "controller/replay/replay_result.h"

namespace rhumb {

// How to run, as opposed to what: none of it changes a number.
struct ReplayRunOptions {
  int jobs = 0;     // 0: one a processor
  std::string out;  // directory for results; empty: none
  bool resume = false;
  ReplayObserver* observer = nullptr;  // not owned; may be null
};

// Reads, computes the optimum, plays, and writes the result files. Progress and notes go to stderr.
// InvalidArgument as a usage error for a policy or event that does not exist; Cancelled, saying
// what was kept and how to go on, after a signal. The default list of policies is played without
// those whose module cannot be loaded, with a note; any other list is FailedPrecondition then. What
// took hours is not lost to a full disk: `saved` tells whether the files were written, beside the
// result; an observer that could not finish is told there too.
absl::StatusOr<ReplayResult> RunReplaySession(const ReplayConfig& config,
                                              const ReplayRunOptions& options, absl::Status* saved);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPLAY_REPLAY_SESSION_H_
