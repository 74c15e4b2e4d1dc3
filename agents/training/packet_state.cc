#include "agents/training/packet_state.h"

#include "absl/strings/str_format.h"
#include "agents/neural/byte_stream.h"
#include "agents/neural/feedback.h"
#include "agents/neural/network_shape.h"
#include "agents/neural/price_head.h"
#include "agents/training/state_file.h"

namespace rhumb::training {
namespace {

constexpr absl::string_view kMagic = "RHUMBPS3";

}  // namespace

std::string PacketState::Serialize(const std::string& config_toml) const {
  neural::ByteWriter writer;
  writer.Floats(learned);
  writer.Floats(weights);
  writer.Floats(average);
  writer.Floats(model);
  writer.Floats(model_average);
  writer.Floats(model_adam.mean);
  writer.Floats(model_adam.square);
  writer.Number(model_adam.steps);
  writer.Floats(adam.mean);
  writer.Floats(adam.square);
  writer.Number(adam.steps);
  writer.Number(random.state());
  writer.Number(return_variance);
  writer.Number(updates);
  writer.Floats(best);
  writer.Number(best_score);
  writer.Number(stale_validations);
  writer.Number(run_s);
  writer.Text(metrics);
  writer.Text(truth);
  return WrapState(kMagic, config_toml, writer.bytes());
}

absl::StatusOr<PacketState> PacketState::Parse(absl::string_view bytes,
                                               const std::string& config_toml,
                                               absl::string_view name) {
  const absl::StatusOr<std::string> content = UnwrapState(kMagic, bytes, config_toml, name);
  if (!content.ok()) return content.status();
  neural::ByteReader reader(*content);
  PacketState state(reader.Floats());
  state.weights = reader.Floats();
  state.average = reader.Floats();
  state.model = reader.Floats();
  state.model_average = reader.Floats();
  state.model_adam.mean = reader.Floats();
  state.model_adam.square = reader.Floats();
  state.model_adam.steps = reader.Number<int64_t>();
  state.adam.mean = reader.Floats();
  state.adam.square = reader.Floats();
  state.adam.steps = reader.Number<int64_t>();
  state.random.set_state(reader.Number<uint64_t>());
  state.return_variance = reader.Number<double>();
  state.updates = reader.Number<int64_t>();
  state.best = reader.Floats();
  state.best_score = reader.Number<double>();
  state.stale_validations = reader.Number<int64_t>();
  state.run_s = reader.Number<double>();
  state.metrics = reader.Text();
  state.truth = reader.Text();
  const size_t network = static_cast<size_t>(neural::NumWeights());
  const bool whole_plan = state.weights.empty();
  const size_t with_feedback = network + static_cast<size_t>(neural::NumFeedbackWeights());
  const size_t count = !whole_plan ? static_cast<size_t>(neural::NumPriceWeights())
                       : state.learned.size() == with_feedback ? with_feedback
                                                               : network;
  if (!reader.ok() || !reader.at_end() || state.learned.size() != count ||
      state.adam.mean.size() != count || state.adam.square.size() != count ||
      state.average.size() != (whole_plan ? count : 0) ||
      state.model_average.size() != state.model.size() ||
      state.model_adam.mean.size() != state.model.size() ||
      state.model_adam.square.size() != state.model.size() ||
      (!whole_plan && state.weights.size() != network)) {
    return absl::DataLossError(
        absl::StrFormat("%s: does not fit this program's network; start again", name));
  }
  return state;
}

}  // namespace rhumb::training
