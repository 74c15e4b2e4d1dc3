#include "absl/strings/str_format.h"
#include "agents/neural/byte_stream.h"
#include "agents/neural/network_shape.h"
#include "agents/training/state_file.h"
#include "agents/training/trainer.h"

namespace rhumb::training {
namespace {

constexpr absl::string_view kMagic = "RHUMBTS4";

}  // namespace

std::string TrainingState::Serialize(const std::string& config_toml) const {
  neural::ByteWriter writer;
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
  return WrapState(kMagic, config_toml, writer.bytes());
}

absl::StatusOr<TrainingState> TrainingState::Parse(absl::string_view bytes,
                                                   const std::string& config_toml,
                                                   absl::string_view name) {
  const absl::StatusOr<std::string> content = UnwrapState(kMagic, bytes, config_toml, name);
  if (!content.ok()) return content.status();
  neural::ByteReader reader(*content);
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
