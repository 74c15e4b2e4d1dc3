#include "agents/training/state_file.h"

#include <zlib.h>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "agents/neural/byte_stream.h"

namespace rhumb::training {
namespace {

uint32_t Checksum(absl::string_view bytes) {
  return static_cast<uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace

std::string WrapState(absl::string_view magic, const std::string& config_toml,
                      absl::string_view content) {
  neural::ByteWriter writer;
  writer.bytes().append(magic.data(), magic.size());
  writer.Text(config_toml);
  writer.Text(content);
  writer.Number(Checksum(writer.bytes()));
  return std::move(writer.bytes());
}

absl::StatusOr<std::string> UnwrapState(absl::string_view magic, absl::string_view bytes,
                                        const std::string& config_toml, absl::string_view name) {
  if (!absl::StartsWith(bytes, magic) || bytes.size() < magic.size() + sizeof(uint32_t)) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s: is not a state of this kind of training and version of rhumb train", name));
  }
  const absl::string_view body = bytes.substr(0, bytes.size() - sizeof(uint32_t));
  neural::ByteReader checksum(bytes.substr(body.size()));
  if (checksum.Number<uint32_t>() != Checksum(body)) {
    return absl::DataLossError(
        absl::StrFormat("%s: torn or altered; start again in another directory", name));
  }
  neural::ByteReader reader(body.substr(magic.size()));
  if (reader.Text() != config_toml) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "%s: belongs to another configuration; resume with the one it was started with", name));
  }
  std::string content = reader.Text();
  if (!reader.ok() || !reader.at_end()) {
    return absl::DataLossError(absl::StrFormat("%s: torn; start again", name));
  }
  return content;
}

}  // namespace rhumb::training
