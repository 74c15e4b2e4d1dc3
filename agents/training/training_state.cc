#include <zlib.h>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "agents/neural/byte_stream.h"
#include "agents/neural/network_shape.h"
#include "agents/training/trainer.h"

namespace rhumb::training {
namespace {

constexpr absl::string_view kMagic = "RHUMBTS3";

uint32_t Checksum(absl::string_view bytes) {
  return static_cast<uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace

std::string TrainingState::Serialize(const std::string& config_toml) const {
  neural::ByteWriter writer;
  writer.bytes().append(kMagic.data(), kMagic.size());
  writer.Text(config_toml);
  writer.Floats(weights);
  writer.Floats(average);
  writer.Floats(adam.mean);
  writer.Floats(adam.square);
  writer.Number(adam.steps);
  writer.Number(random.state());
  writer.Number(updates);
  writer.Number(loss);
  writer.Floats(best_weights);
  writer.Number(best_score);
  writer.Number(stale_validations);
  writer.Text(metrics);
  writer.Number(Checksum(writer.bytes()));
  return std::move(writer.bytes());
}

absl::StatusOr<TrainingState> TrainingState::Parse(absl::string_view bytes,
                                                   const std::string& config_toml,
                                                   absl::string_view name) {
  if (!absl::StartsWith(bytes, kMagic)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: is not a training state of this version of rhumb train", name));
  }
  const absl::string_view body = bytes.substr(0, bytes.size() - sizeof(uint32_t));
  neural::ByteReader checksum(bytes.substr(body.size()));
  if (checksum.Number<uint32_t>() != Checksum(body)) {
    return absl::DataLossError(
        absl::StrFormat("%s: torn or altered; start again in another directory", name));
  }
  neural::ByteReader reader(body.substr(kMagic.size()));
  if (reader.Text() != config_toml) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "%s: belongs to another configuration; resume with the one it was started with", name));
  }
  TrainingState state(0);
  state.weights = reader.Floats();
  state.average = reader.Floats();
  state.adam.mean = reader.Floats();
  state.adam.square = reader.Floats();
  state.adam.steps = reader.Number<int64_t>();
  state.random.set_state(reader.Number<uint64_t>());
  state.updates = reader.Number<int64_t>();
  state.loss = reader.Number<double>();
  state.best_weights = reader.Floats();
  state.best_score = reader.Number<double>();
  state.stale_validations = reader.Number<int64_t>();
  state.metrics = reader.Text();
  const size_t count = static_cast<size_t>(neural::NumWeights());
  if (!reader.ok() || !reader.at_end() || state.weights.size() != count ||
      state.average.size() != count || state.adam.mean.size() != count ||
      state.adam.square.size() != count) {
    return absl::DataLossError(
        absl::StrFormat("%s: does not fit this program's network; start again", name));
  }
  return state;
}

}  // namespace rhumb::training
