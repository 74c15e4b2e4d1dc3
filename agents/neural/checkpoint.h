// Trained weights on disk, with what is needed to trust and to reproduce them.
//
// One file, little-endian: the magic "RHUMBNN\n", the format version, the feature-layout version,
// then counted (name, value) texts, counted weights, in format 2 the price-layout version and the
// counted weights of the price head, and the CRC-32 (IEEE 802.3) of everything before it.
#ifndef RHUMB_AGENTS_NEURAL_CHECKPOINT_H_
#define RHUMB_AGENTS_NEURAL_CHECKPOINT_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rhumb::neural {

struct Checkpoint {
  // What training wrote about itself: "config" (TOML), "seed", "updates", "data", "code_version".
  std::map<std::string, std::string> about;
  std::vector<float> weights;  // [NumWeights()]
  // [NumPriceWeights()], or empty for an agent without one. Written as format 1 without, 2 with.
  std::vector<float> price_head;
};

std::string SerializeCheckpoint(const Checkpoint& checkpoint);

// `name` is used in errors. InvalidArgument for a file that is not a checkpoint; DataLoss for one
// that is torn or altered; FailedPrecondition for one of a newer format or of another feature or
// price layout.
absl::StatusOr<Checkpoint> ParseCheckpoint(absl::string_view bytes, absl::string_view name);

// Replaces `path` as a whole or not at all: writes beside it, syncs, renames.
absl::Status SaveCheckpoint(const Checkpoint& checkpoint, const std::string& path);
absl::StatusOr<Checkpoint> LoadCheckpoint(const std::string& path);

// The checkpoint of the flow level that this build ships.
absl::StatusOr<Checkpoint> DefaultCheckpoint();
// "default" and "packet" are shipped, any other name is a file.
absl::StatusOr<Checkpoint> FindCheckpoint(const std::string& name);

// Shared with the training state: the same care for every file that a kill may interrupt.
absl::Status WriteFileAtomically(const std::string& path, absl::string_view bytes);
absl::StatusOr<std::string> ReadWholeFile(const std::string& path);

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_CHECKPOINT_H_
