#include "agents/neural/checkpoint.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cmath>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "agents/neural/byte_stream.h"
#include "agents/neural/feedback.h"
#include "agents/neural/network_shape.h"
#include "agents/neural/price_head.h"

namespace rhumb::neural {
namespace {

constexpr absl::string_view kMagic = "RHUMBNN\n";
constexpr uint32_t kFormatVersion = 4;  // the newest: with feedback
constexpr uint32_t kFormatOfPlans = 3;
constexpr uint32_t kFormatWithPrices = 2;
constexpr uint32_t kFormatWithoutPrices = 1;
constexpr size_t kChecksumSize = sizeof(uint32_t);

uint32_t Crc32(absl::string_view bytes) {
  return static_cast<uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

absl::Status SystemError(absl::string_view doing, const std::string& path) {
  return absl::UnavailableError(
      absl::StrFormat("%s: cannot %s: %s", path, doing, std::strerror(errno)));
}

absl::Status WriteAndSync(int file, absl::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return SystemError("write", path);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  if (fsync(file) != 0) return SystemError("sync", path);
  return absl::OkStatus();
}

}  // namespace

absl::Status WriteFileAtomically(const std::string& path, absl::string_view bytes) {
  const std::string part = absl::StrFormat("%s.part%d", path, getpid());
  const int file = open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return SystemError("create", part);
  absl::Status status = WriteAndSync(file, bytes, part);
  if (close(file) != 0 && status.ok()) status = SystemError("close", part);
  if (status.ok() && rename(part.c_str(), path.c_str()) != 0)
    status = SystemError("rename to it", path);
  if (!status.ok()) unlink(part.c_str());
  return status;
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  // A directory opens but does not read.
  if (!file || !(bytes << file.rdbuf())) {
    return absl::NotFoundError(
        absl::StrFormat("%s: cannot read it; give the path of an existing file", path));
  }
  return bytes.str();
}

std::string SerializeCheckpoint(const Checkpoint& checkpoint) {
  ByteWriter writer;
  writer.bytes().append(kMagic.data(), kMagic.size());
  const bool plan = checkpoint.scale == LoadScale::kOverCapacity;
  const bool feedback = plan && !checkpoint.feedback.empty();
  writer.Number(feedback                        ? kFormatVersion
                : plan                          ? kFormatOfPlans
                : checkpoint.price_head.empty() ? kFormatWithoutPrices
                                                : kFormatWithPrices);
  writer.Number(static_cast<uint32_t>(kFeatureLayoutVersion));
  writer.Number(static_cast<uint32_t>(checkpoint.about.size()));
  for (const auto& [name, value] : checkpoint.about) {
    writer.Text(name);
    writer.Text(value);
  }
  writer.Floats(checkpoint.weights);
  if (plan) writer.Number(static_cast<uint32_t>(kPlanLayoutVersion));
  if (feedback) {
    writer.Number(static_cast<uint32_t>(kFeedbackLayoutVersion));
    writer.Floats(checkpoint.feedback);
  }
  if (!plan && !checkpoint.price_head.empty()) {
    writer.Number(static_cast<uint32_t>(kPriceLayoutVersion));
    writer.Floats(checkpoint.price_head);
  }
  writer.Number(Crc32(writer.bytes()));
  return std::move(writer.bytes());
}

absl::StatusOr<Checkpoint> ParseCheckpoint(absl::string_view bytes, absl::string_view name) {
  // A file that is cut off inside the magic is told apart from a foreign one.
  if (bytes.empty() || !absl::StartsWith(kMagic, bytes.substr(0, kMagic.size()))) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s: is not a checkpoint of Rhumb's agent; give a file that `rhumb train` wrote", name));
  }
  ByteReader reader(bytes.substr(std::min(bytes.size(), kMagic.size())));
  const uint32_t format = reader.Number<uint32_t>();
  const uint32_t layout = reader.Number<uint32_t>();
  if (!reader.ok()) {
    return absl::DataLossError(
        absl::StrFormat("%s: torn checkpoint, only %d bytes; copy it again", name, bytes.size()));
  }
  if (format > kFormatVersion) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "%s: checkpoint format %d is newer than %d, the newest this program reads; update Rhumb",
        name, format, kFormatVersion));
  }
  if (bytes.size() < kMagic.size() + 3 * sizeof(uint32_t) + kChecksumSize) {
    return absl::DataLossError(
        absl::StrFormat("%s: torn checkpoint, only %d bytes; copy it again", name, bytes.size()));
  }
  const absl::string_view body = bytes.substr(0, bytes.size() - kChecksumSize);
  ByteReader checksum(bytes.substr(body.size()));
  if (checksum.Number<uint32_t>() != Crc32(body)) {
    return absl::DataLossError(absl::StrFormat(
        "%s: torn or altered checkpoint, its checksum does not match its %d bytes; copy it again",
        name, bytes.size()));
  }
  if (format == 0 || layout != static_cast<uint32_t>(kFeatureLayoutVersion)) {
    return absl::FailedPreconditionError(
        absl::StrFormat("%s: has feature layout %d, this program has %d; train again or use the "
                        "program that wrote it",
                        name, layout, kFeatureLayoutVersion));
  }
  Checkpoint checkpoint;
  ByteReader content(body.substr(kMagic.size() + 2 * sizeof(uint32_t)));
  const uint32_t entries = content.Number<uint32_t>();
  for (uint32_t i = 0; i < entries && content.ok(); ++i) {
    std::string key = content.Text();
    checkpoint.about[std::move(key)] = content.Text();
  }
  checkpoint.weights = content.Floats();
  if (format >= kFormatOfPlans && content.ok()) {
    const uint32_t plans = content.Number<uint32_t>();
    if (content.ok() && plans != static_cast<uint32_t>(kPlanLayoutVersion)) {
      return absl::FailedPreconditionError(
          absl::StrFormat("%s: has plan layout %d, this program has %d; train again or use the "
                          "program that wrote it",
                          name, plans, kPlanLayoutVersion));
    }
    checkpoint.scale = LoadScale::kOverCapacity;
  }
  if (format == kFormatVersion && content.ok()) {
    const uint32_t version = content.Number<uint32_t>();
    if (content.ok() && version != static_cast<uint32_t>(kFeedbackLayoutVersion)) {
      return absl::FailedPreconditionError(
          absl::StrFormat("%s: has feedback layout %d, this program has %d; train again or use the "
                          "program that wrote it",
                          name, version, kFeedbackLayoutVersion));
    }
    checkpoint.feedback = content.Floats();
    if (static_cast<int>(checkpoint.feedback.size()) != NumFeedbackWeights()) {
      return absl::DataLossError(
          absl::StrFormat("%s: has %d weights for feedback, not %d; train again", name,
                          checkpoint.feedback.size(), NumFeedbackWeights()));
    }
  }
  if (format == kFormatWithPrices && content.ok()) {
    const uint32_t prices = content.Number<uint32_t>();
    if (content.ok() && prices != static_cast<uint32_t>(kPriceLayoutVersion)) {
      return absl::FailedPreconditionError(
          absl::StrFormat("%s: has price layout %d, this program has %d; train again or use the "
                          "program that wrote it",
                          name, prices, kPriceLayoutVersion));
    }
    checkpoint.price_head = content.Floats();
    if (static_cast<int>(checkpoint.price_head.size()) != NumPriceWeights()) {
      return absl::DataLossError(
          absl::StrFormat("%s: has %d weights of the price head, not %d; "
                          "train again",
                          name, checkpoint.price_head.size(), NumPriceWeights()));
    }
  }
  if (!content.ok() || !content.at_end() ||
      static_cast<int>(checkpoint.weights.size()) != NumWeights()) {
    return absl::DataLossError(absl::StrFormat("%s: has %d weights, the network %d; train again",
                                               name, checkpoint.weights.size(), NumWeights()));
  }
  for (const std::vector<float>* weights :
       {&checkpoint.weights, &checkpoint.price_head, &checkpoint.feedback}) {
    for (float weight : *weights) {
      if (std::isfinite(weight)) continue;
      return absl::DataLossError(
          absl::StrFormat("%s: has a weight that is not finite; train again", name));
    }
  }
  return checkpoint;
}

std::vector<float> Checkpoint::NetworkWeights() const {
  std::vector<float> all = weights;
  all.insert(all.end(), feedback.begin(), feedback.end());
  return all;
}

absl::Status SaveCheckpoint(const Checkpoint& checkpoint, const std::string& path) {
  return WriteFileAtomically(path, SerializeCheckpoint(checkpoint));
}

absl::StatusOr<Checkpoint> LoadCheckpoint(const std::string& path) {
  absl::StatusOr<std::string> bytes = ReadWholeFile(path);
  if (!bytes.ok()) return bytes.status();
  return ParseCheckpoint(*bytes, path);
}

}  // namespace rhumb::neural
