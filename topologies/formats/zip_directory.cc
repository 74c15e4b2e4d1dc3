#include "topologies/formats/zip_directory.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "topologies/formats/archive.h"

namespace rhumb {
namespace {

// Sizes and marks of the records, by the sections of APPNOTE.TXT.
constexpr int64_t kEndBytes = 22;  // 4.3.16
constexpr int64_t kLongestComment = 65535;
constexpr int64_t kEnd64LocatorBytes = 20;  // 4.3.15
constexpr int64_t kEnd64Bytes = 56;         // 4.3.14
constexpr int64_t kEntryBytes = 46;         // 4.3.12
constexpr int64_t kLocalHeadBytes = 30;     // 4.3.7
constexpr int64_t kMostDirectoryBytes = 16 << 20;
constexpr int64_t kIn64BitField = 0xffffffff;

// The little-endian number of `bytes` bytes at `at`.
int64_t NumberAt(absl::string_view record, size_t at, int bytes) {
  uint64_t value = 0;
  for (int i = bytes; i-- > 0;) value = value << 8 | static_cast<unsigned char>(record[at + i]);
  return static_cast<int64_t>(value);
}

enum class Kind { kFile, kDirectory, kOther };

// By the system that made the entry (4.4.2) and its attributes there (4.4.15), as archive.h sees
// it.
Kind KindOf(absl::string_view entry, absl::string_view name) {
  constexpr int64_t kDos = 0, kUnix = 3;
  constexpr int64_t kDosDirectory = 0x10;
  // Of a mode of Unix; a pipe is what was packed from one.
  constexpr int64_t kNone = 0, kPipe = 1, kDirectory = 4, kRegular = 8;
  const int64_t system = NumberAt(entry, 5, 1), attributes = NumberAt(entry, 38, 4);
  const bool slash = absl::EndsWith(name, "/");
  if (system == kDos && (attributes & kDosDirectory) != 0) return Kind::kDirectory;
  const int64_t type = system == kUnix ? attributes >> 28 & 15 : kNone;
  if (type == kDirectory || slash) return Kind::kDirectory;
  return type == kNone || type == kPipe || type == kRegular ? Kind::kFile : Kind::kOther;
}

absl::Status Broken(absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("the zip archive ", what, "; is the file cut short?"));
}

struct Directory {
  int64_t offset = 0, bytes = 0;
};

absl::StatusOr<Directory> FindDirectory(const SeekableFile& file) {
  const int64_t tail_bytes = std::min(file.size(), kEndBytes + kLongestComment);
  const int64_t tail_offset = file.size() - tail_bytes;
  const auto tail = file.Read(tail_offset, tail_bytes);
  if (!tail.ok()) return tail.status();
  const size_t end = tail->rfind("PK\x05\x06");
  if (end == std::string::npos || static_cast<int64_t>(tail->size() - end) < kEndBytes) {
    return Broken("has no end");
  }
  Directory directory{NumberAt(*tail, end + 16, 4), NumberAt(*tail, end + 12, 4)};
  int64_t end_of_directory = tail_offset + static_cast<int64_t>(end);
  const int64_t locator_offset = tail_offset + static_cast<int64_t>(end) - kEnd64LocatorBytes;
  if (locator_offset >= 0) {
    const auto locator = file.Read(locator_offset, kEnd64LocatorBytes);
    if (!locator.ok()) return locator.status();
    if (absl::StartsWith(*locator, "PK\x06\x07")) {
      const int64_t offset = NumberAt(*locator, 8, 8);
      if (offset < 0 || offset > file.size() - kEnd64Bytes) return Broken("has a wrong end");
      const auto end64 = file.Read(offset, kEnd64Bytes);
      if (!end64.ok()) return end64.status();
      if (!absl::StartsWith(*end64, "PK\x06\x06")) return Broken("has a wrong end");
      directory = {NumberAt(*end64, 48, 8), NumberAt(*end64, 40, 8)};
      end_of_directory = offset;
    }
  }
  if (directory.bytes < 0 || directory.bytes > kMostDirectoryBytes || directory.offset < 0 ||
      directory.offset > file.size() - directory.bytes) {
    return Broken("has a wrong directory");
  }
  // Readers differ in which bytes they take for the directory then.
  if (directory.offset + directory.bytes != end_of_directory) {
    return Broken("has something between its directory and its end");
  }
  return directory;
}

// Puts in the sizes that did not fit into 32 bits (4.5.3); false when they are missing.
bool Widen(absl::string_view extra, int64_t* bytes, int64_t* packed, int64_t* head) {
  if (*bytes != kIn64BitField && *packed != kIn64BitField && *head != kIn64BitField) return true;
  while (extra.size() >= 4) {
    const size_t size = NumberAt(extra, 2, 2);
    const bool wide = NumberAt(extra, 0, 2) == 1;
    extra.remove_prefix(4);
    if (size > extra.size()) return false;
    if (wide) {
      absl::string_view field = extra.substr(0, size);
      for (int64_t* value : {bytes, packed, head}) {
        if (*value != kIn64BitField) continue;
        if (field.size() < 8) return false;
        *value = NumberAt(field, 0, 8);
        field.remove_prefix(8);
      }
      return true;
    }
    extra.remove_prefix(size);
  }
  return false;
}

// How a member is packed.
struct Method {
  int64_t flags = 0, compression = 0;  // 4.4.4, 4.4.5

  bool encrypted() const { return (flags & (1 | 1 << 6)) != 0; }
  bool operator!=(const Method& other) const {
    return encrypted() != other.encrypted() || compression != other.compression;
  }
};

// The extras of the local head may differ from those of the directory; name, checksum and how it is
// packed may not.
absl::StatusOr<int64_t> DataOffset(const SeekableFile& file, int64_t head_offset,
                                   const ZipMember& member, const Method& method,
                                   int64_t packed_bytes) {
  if (head_offset < 0 || head_offset > file.size() - kLocalHeadBytes) {
    return Broken("has a member outside of it");
  }
  const auto head = file.Read(head_offset, kLocalHeadBytes);
  if (!head.ok()) return head.status();
  if (!absl::StartsWith(*head, "PK\x03\x04")) return Broken("has a member without a head");
  const int64_t offset =
      head_offset + kLocalHeadBytes + NumberAt(*head, 26, 2) + NumberAt(*head, 28, 2);
  if (packed_bytes < 0 || offset > file.size() - packed_bytes)
    return Broken("has a member outside of it");
  const auto name = file.Read(head_offset + kLocalHeadBytes, NumberAt(*head, 26, 2));
  if (!name.ok()) return name.status();
  constexpr int64_t kChecksumBehindData = 8;
  const Method local{NumberAt(*head, 6, 2), NumberAt(*head, 8, 2)};
  const bool behind = (local.flags & kChecksumBehindData) != 0;
  const int64_t packed = NumberAt(*head, 18, 4), unpacked = NumberAt(*head, 22, 4);
  const bool same_size = (packed == packed_bytes || packed == kIn64BitField) &&
                         (unpacked == member.bytes || unpacked == kIn64BitField);
  if (*name != member.name || local != method ||
      (!behind && (NumberAt(*head, 14, 4) != member.crc32 || !same_size))) {
    return Broken("has a member that is not what the directory says");
  }
  return offset;
}

}  // namespace

absl::StatusOr<std::vector<ZipMember>> ReadZipDirectory(const SeekableFile& file) {
  const auto place = FindDirectory(file);
  if (!place.ok()) return place.status();
  const auto directory = file.Read(place->offset, place->bytes);
  if (!directory.ok()) return directory.status();
  std::vector<ZipMember> members;
  absl::string_view left = *directory;
  while (!left.empty()) {
    if (static_cast<int64_t>(left.size()) < kEntryBytes || !absl::StartsWith(left, "PK\x01\x02")) {
      return Broken("has a wrong directory");
    }
    const Method method{NumberAt(left, 8, 2), NumberAt(left, 10, 2)};
    const uint32_t crc32 = static_cast<uint32_t>(NumberAt(left, 16, 4));
    int64_t packed = NumberAt(left, 20, 4), bytes = NumberAt(left, 24, 4);
    const absl::string_view entry = left.substr(0, kEntryBytes);
    const size_t name_bytes = NumberAt(left, 28, 2), extra_bytes = NumberAt(left, 30, 2),
                 comment_bytes = NumberAt(left, 32, 2);
    int64_t head = NumberAt(left, 42, 4);
    left.remove_prefix(kEntryBytes);
    if (left.size() < name_bytes + extra_bytes + comment_bytes) {
      return Broken("has a wrong directory");
    }
    ZipMember member;
    member.name = std::string(left.substr(0, name_bytes));
    if (!Widen(left.substr(name_bytes, extra_bytes), &bytes, &packed, &head)) {
      return Broken("has a member of unknown size");
    }
    left.remove_prefix(name_bytes + extra_bytes + comment_bytes);
    const Kind kind = KindOf(entry, member.name);
    member.bytes = bytes;
    member.crc32 = crc32;
    member.stored = method.compression == 0 && !method.encrypted() && packed == bytes;
    const auto offset = DataOffset(file, head, member, method, packed);
    if (!offset.ok()) return offset.status();
    if (kind == Kind::kDirectory) continue;
    if (kind == Kind::kOther) return NoPlainFile(member.name);
    member.offset = *offset;
    members.push_back(std::move(member));
  }
  return members;
}

}  // namespace rhumb
