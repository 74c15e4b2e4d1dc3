#include "agents/training/event_file.h"

#include <unistd.h>

#include <array>
#include <cstring>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace rhumb::training {
namespace {

std::array<uint32_t, 256> MakeTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78U : 0U);
    table[i] = crc;
  }
  return table;
}

template <typename T>
void AppendRaw(T value, std::string* to) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  to->append(bytes, sizeof(T));
}

void AppendVarint(uint64_t value, std::string* to) {
  for (; value >= 0x80; value >>= 7) to->push_back(static_cast<char>(value | 0x80));
  to->push_back(static_cast<char>(value));
}

// Wire types of protocol buffers: 0 varint, 1 eight bytes, 2 counted bytes, 5 four bytes.
void AppendKey(int field, int wire_type, std::string* to) {
  AppendVarint(field << 3 | wire_type, to);
}

void AppendBytes(int field, absl::string_view bytes, std::string* to) {
  AppendKey(field, 2, to);
  AppendVarint(bytes.size(), to);
  to->append(bytes.data(), bytes.size());
}

// TensorFlow stores checksums rotated and shifted, so that data with checksums inside stays
// checkable.
uint32_t Masked(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8U; }

std::string EventHead(double wall_time_s) {
  std::string event;
  AppendKey(1, 1, &event);
  AppendRaw(wall_time_s, &event);
  return event;
}

double Now() { return absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch()); }

}  // namespace

uint32_t Crc32c(absl::string_view bytes) {
  static const std::array<uint32_t, 256> kTable = MakeTable();
  uint32_t crc = 0xffffffffU;
  for (char byte : bytes) crc = kTable[(crc ^ static_cast<uint8_t>(byte)) & 0xff] ^ (crc >> 8);
  return ~crc;
}

std::string TfRecord(absl::string_view data) {
  std::string record;
  AppendRaw(static_cast<uint64_t>(data.size()), &record);
  AppendRaw(Masked(Crc32c(record)), &record);
  record.append(data.data(), data.size());
  AppendRaw(Masked(Crc32c(data)), &record);
  return record;
}

std::string ScalarEvent(double wall_time_s, int64_t step, absl::string_view tag, float value) {
  std::string scalar;
  AppendBytes(1, tag, &scalar);
  AppendKey(2, 5, &scalar);
  AppendRaw(value, &scalar);
  std::string summary;
  AppendBytes(1, scalar, &summary);
  std::string event = EventHead(wall_time_s);
  AppendKey(2, 0, &event);
  AppendVarint(static_cast<uint64_t>(step), &event);
  AppendBytes(5, summary, &event);
  return event;
}

absl::Status EventFile::Open(const std::string& directory) {
  const double now = Now();
  // TensorBoard looks for "tfevents" in the name.
  const std::string path = absl::StrFormat("%s/events.out.tfevents.%d.%d", directory,
                                           static_cast<int64_t>(now * 1000), getpid());
  file_.open(path, std::ios::binary);
  std::string event = EventHead(now);
  AppendBytes(3, "brain.Event:2", &event);
  file_ << TfRecord(event);
  if (!file_) return absl::UnavailableError(absl::StrFormat("%s: cannot write it", path));
  return absl::OkStatus();
}

void EventFile::Scalar(int64_t step, absl::string_view tag, double value) {
  file_ << TfRecord(ScalarEvent(Now(), step, tag, static_cast<float>(value)));
}

}  // namespace rhumb::training
