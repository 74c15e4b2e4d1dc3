#include "controller/report/packing.h"

#include <zlib.h>

#include <algorithm>
#include <cmath>

#include "absl/strings/escaping.h"

namespace rhumb {
namespace {

// Level 9 makes a week of loads 2 % smaller than 6 and takes three times as long.
constexpr int kLevel = 6;
constexpr size_t kMostBytes = 256 << 20;

}  // namespace

uint16_t PerMille(double utilization) {
  if (std::isnan(utilization)) return kUnknownLoad;
  const double per_mille = std::round(utilization * 1000);
  return static_cast<uint16_t>(std::clamp<double>(per_mille, 0, kMostLoad));
}

std::string DeltaBytes(absl::Span<const uint16_t> values, size_t columns) {
  std::string bytes(2 * values.size(), '\0');
  for (size_t row = 0; row < values.size(); row += columns) {
    uint16_t last = 0;
    for (size_t i = row; i < row + columns; ++i) {
      // Modulo 2^16, so that every step is one of 16 bits.
      const auto step = static_cast<int16_t>(static_cast<uint16_t>(values[i] - last));
      const auto zigzag = static_cast<uint16_t>((static_cast<uint16_t>(step) << 1) ^ (step >> 15));
      bytes[i] = static_cast<char>(zigzag & 0xff);
      bytes[values.size() + i] = static_cast<char>(zigzag >> 8);
      last = values[i];
    }
  }
  return bytes;
}

std::string DeflatedBase64(absl::string_view bytes) {
  uLongf size = compressBound(bytes.size());
  std::string packed(size, '\0');
  compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
            reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), kLevel);
  packed.resize(size);
  return absl::Base64Escape(packed);
}

absl::StatusOr<std::string> InflatedBase64(absl::string_view text) {
  const absl::Status damaged = absl::InvalidArgumentError("packed numbers are damaged");
  std::string packed, bytes;
  if (!absl::Base64Unescape(text, &packed)) return damaged;
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return damaged;
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  int status = Z_OK;
  for (char buffer[1 << 16]; status == Z_OK && bytes.size() <= kMostBytes;) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer);
    stream.avail_out = sizeof(buffer);
    status = inflate(&stream, Z_NO_FLUSH);
    bytes.append(buffer, sizeof(buffer) - stream.avail_out);
  }
  inflateEnd(&stream);
  if (status != Z_STREAM_END) return damaged;
  return bytes;
}

}  // namespace rhumb
