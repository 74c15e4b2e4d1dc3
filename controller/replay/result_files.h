// What `--out DIR` leaves behind.
#ifndef RHUMB_CONTROLLER_REPLAY_RESULT_FILES_H_
#define RHUMB_CONTROLLER_REPLAY_RESULT_FILES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "controller/replay/replay_config.h"
#include "controller/replay/replay_result.h"

namespace rhumb {

// Makes the directory (and those above it) unless it is there.
absl::Status MakeDirectory(const std::string& directory);

// Writes scenario.toml. Done before anything is played, so that a directory that takes no files is
// found out early.
absl::Status WriteScenario(const std::string& directory, const ReplayConfig& config);

// Writes results.json and intervals.csv (a row a policy, seed and counted interval), each under its
// name only when it is complete. `optimum` may be empty.
absl::Status WriteResultFiles(const std::string& directory, const ReplayInput& input,
                              const std::vector<PolicyCells>& cells,
                              const std::vector<double>& optimum, const ReplayResult& result);

// The rows of intervals.csv with their header.
std::string IntervalsCsv(const ReplayInput& input, const std::vector<PolicyCells>& cells,
                         const std::vector<double>& optimum);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPLAY_RESULT_FILES_H_
