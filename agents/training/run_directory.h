// The directory of a training run, the same for both stages.
#ifndef RHUMB_AGENTS_TRAINING_RUN_DIRECTORY_H_
#define RHUMB_AGENTS_TRAINING_RUN_DIRECTORY_H_

#include <string>

#include "absl/status/status.h"

namespace rhumb::training {

// The file that makes a directory a run's, see state_file.h.
std::string StatePath(const std::string& out);

// Makes `out` where it is missing. FailedPrecondition when it holds a run that is not to be
// resumed, or none that could be; Unavailable when it cannot be made.
absl::Status OpenRunDirectory(const std::string& out, bool resume);

// What ReplicaGroup::SetLastWords is to say from the first saved state on.
std::string LastWords(const std::string& out);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_RUN_DIRECTORY_H_
