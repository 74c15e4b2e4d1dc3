// Trained weights on disk, with what is needed to trust and to reproduce them.
//
// One file, little-endian: the magic "RHUMBNN\n", the format version, the feature-layout version,
// then counted (name, value) texts, counted weights, and the CRC-32 (IEEE 802.3) of everything
// before it.
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
};

std::string SerializeCheckpoint(const Checkpoint& checkpoint);

// `name` is used in errors. InvalidArgument for a file that is not a checkpoint; DataLoss for one
// that is torn or altered; FailedPrecondition for one of a newer format or of another feature
// layout.
absl::StatusOr<Checkpoint> ParseCheckpoint(absl::string_view bytes, absl::string_view name);

// Replaces `path` as a whole or not at all: writes beside it, syncs, renames.
absl::Status SaveCheckpoint(const Checkpoint& checkpoint, const std::string& path);
absl::StatusOr<Checkpoint> LoadCheckpoint(const std::string& path);

// The checkpoints that this build ships: "default", trained at flow level for minimum MLU, and
// "packet", trained in ns-3 for completion times.
absl::StatusOr<Checkpoint> DefaultCheckpoint();
absl::StatusOr<Checkpoint> PacketCheckpoint();
// A shipped one by name, or a file.
absl::StatusOr<Checkpoint> FindCheckpoint(const std::string& name_or_path);
// What the entry "inference" says of agents that were trained to be right with their last iterate:
// options of NeuralPolicy by which nothing undoes what they learned.
std::string LastIterateOptions(int iterations);

// Shared with the training state: the same care for every file that a kill may interrupt.
absl::Status WriteFileAtomically(const std::string& path, absl::string_view bytes);
absl::StatusOr<std::string> ReadWholeFile(const std::string& path);

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_CHECKPOINT_H_
