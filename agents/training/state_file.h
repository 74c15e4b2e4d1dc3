// The envelope of a training state on disk: whose it is, and that it is whole.
#ifndef RHUMB_AGENTS_TRAINING_STATE_FILE_H_
#define RHUMB_AGENTS_TRAINING_STATE_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rhumb::training {

// `magic` (8 bytes, names the kind of state and its version), the configuration of the run, the
// content, and a CRC-32 of everything before it.
std::string WrapState(absl::string_view magic, const std::string& config_toml,
                      absl::string_view content);

// The content. `name` is used in errors: InvalidArgument for another kind of file, DataLoss for a
// torn one, FailedPrecondition for the state of another configuration.
absl::StatusOr<std::string> UnwrapState(absl::string_view magic, absl::string_view bytes,
                                        const std::string& config_toml, absl::string_view name);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_STATE_FILE_H_
