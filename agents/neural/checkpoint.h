// Trained weights on disk, with what is needed to trust and to reproduce them.
//
// One file, every number little-endian, one field after another:
//   8 bytes          "RHUMBNN\n"
//   uint32           format: 1 weights for plans of minimum MLU, 2 the same with a price head,
//                    3 weights for plans made for packets (LoadScale::kOverCapacity), 4 the same
//                    for an agent that sees what a running network measures
//   uint32           kFeatureLayoutVersion
//   uint32 n         number of entries about the run, then n times
//     uint32, bytes    length and name
//     uint32, bytes    length and value
//   uint32 n         NumWeights(), then n float32: the blocks of WeightTable() in order
//   format 2:
//   uint32           kPriceLayoutVersion
//   uint32 n         NumPriceWeights(), then n float32: the blocks of PriceWeightTable() in order
//   formats 3 and 4:
//   uint32           kPlanLayoutVersion
//   format 4:
//   uint32           kFeedbackLayoutVersion
//   uint32 n         NumFeedbackWeights(), then n float32: the blocks of FeedbackTable() in order
//   uint32           CRC-32 (IEEE 802.3) of everything before it
#ifndef RHUMB_AGENTS_NEURAL_CHECKPOINT_H_
#define RHUMB_AGENTS_NEURAL_CHECKPOINT_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agents/neural/network_shape.h"

namespace rhumb::neural {

struct Checkpoint {
  // What training wrote about itself: "config" (TOML), "seed", "updates", "data", "code_version".
  std::map<std::string, std::string> about;
  std::vector<float> weights;  // [NumWeights()]
  // What the weights were trained with: kOverMlu for plans of minimum MLU, alone or under a price
  // head; kOverCapacity for plans made for packets, without one.
  LoadScale scale = LoadScale::kOverMlu;
  // [NumPriceWeights()], or empty for an agent without one. Written as format 1 without, 2 with.
  std::vector<float> price_head;
  // [NumFeedbackWeights()], or empty for an agent that does not see it. Written as format 4 with, 3
  // without.
  std::vector<float> feedback;

  // `weights` with `feedback` behind them, as Inference takes them.
  std::vector<float> NetworkWeights() const;
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
// "default", "packet" and "plan" are shipped, any other name is a file.
absl::StatusOr<Checkpoint> FindCheckpoint(const std::string& name);

// Shared with the training state: the same care for every file that a kill may interrupt.
absl::Status WriteFileAtomically(const std::string& path, absl::string_view bytes);
absl::StatusOr<std::string> ReadWholeFile(const std::string& path);

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_CHECKPOINT_H_
