#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "agents/neural/byte_stream.h"
#include "agents/training/packet_learner.h"
#include "agents/training/state_file.h"

namespace rhumb::training {
namespace {

constexpr absl::string_view kMagic = "RHUMBPS1";

}  // namespace

std::string PacketState::Serialize(const std::string& config_toml) const {
  neural::ByteWriter writer;
  writer.Floats(parameters);
  writer.Floats(adam.mean);
  writer.Floats(adam.square);
  writer.Number(adam.steps);
  writer.Number(random.state());
  writer.Number(returns.count);
  writer.Number(returns.mean);
  writer.Number(returns.squares);
  writer.Number(updates);
  writer.Floats(best_weights);
  writer.Number(best_score);
  writer.Number(stale_validations);
  writer.Text(metrics);
  return WrapState(kMagic, config_toml, writer.bytes());
}

absl::StatusOr<PacketState> PacketState::Parse(absl::string_view bytes,
                                               const std::string& config_toml,
                                               absl::string_view name) {
  const absl::StatusOr<std::string> content = UnwrapState(kMagic, bytes, config_toml, name);
  if (!content.ok()) return content.status();
  neural::ByteReader reader(*content);
  PacketState state(reader.Floats());
  state.adam.mean = reader.Floats();
  state.adam.square = reader.Floats();
  state.adam.steps = reader.Number<int64_t>();
  state.random.set_state(reader.Number<uint64_t>());
  state.returns.count = reader.Number<int64_t>();
  state.returns.mean = reader.Number<double>();
  state.returns.squares = reader.Number<double>();
  state.updates = reader.Number<int64_t>();
  state.best_weights = reader.Floats();
  state.best_score = reader.Number<double>();
  state.stale_validations = reader.Number<int64_t>();
  state.metrics = reader.Text();
  const size_t count = static_cast<size_t>(NumParameters());
  if (!reader.ok() || !reader.at_end() || state.parameters.size() != count ||
      state.adam.mean.size() != count || state.adam.square.size() != count) {
    return absl::DataLossError(
        absl::StrFormat("%s: does not fit this program's network; start again", name));
  }
  return state;
}

}  // namespace rhumb::training
