#include "topologies/formats/archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace rhumb {
namespace {

constexpr int64_t kRatioFloorBytes = 16 << 20;
constexpr int64_t kMostRatio = 1000;
constexpr size_t kMostMembers = 10000;

using Handle = std::unique_ptr<archive, int (*)(archive*)>;

absl::Status Damaged(archive* handle) {
  const char* reason = archive_error_string(handle);
  return absl::InvalidArgumentError(
      absl::StrFormat("the packed data is damaged or cut short (%s); fetch the file again",
                      reason != nullptr ? reason : "no detail"));
}

// Appends the data of the entry that was read last.
absl::Status ReadData(archive* handle, int64_t packed_bytes, int64_t max_bytes, bool check_ratio,
                      std::string* out) {
  while (true) {
    const void* block = nullptr;
    size_t size = 0;
    int64_t offset = 0;
    const int result = archive_read_data_block(handle, &block, &size, &offset);
    if (result == ARCHIVE_EOF) return absl::OkStatus();
    if (result != ARCHIVE_OK) return Damaged(handle);
    if (static_cast<int64_t>(size) > max_bytes - static_cast<int64_t>(out->size())) {
      return absl::ResourceExhaustedError(
          absl::StrFormat("unpacks to more than the limit of %d bytes", max_bytes));
    }
    if (offset != static_cast<int64_t>(out->size())) return Damaged(handle);
    out->append(static_cast<const char*>(block), size);
    const int64_t unpacked = static_cast<int64_t>(out->size());
    if (check_ratio && unpacked > kRatioFloorBytes && unpacked / kMostRatio > packed_bytes) {
      return absl::ResourceExhaustedError(
          absl::StrFormat("is packed more than %d times, which no network or traffic is; unpack it "
                          "yourself if it is genuine",
                          kMostRatio));
    }
  }
}

}  // namespace

absl::Status NoPlainFile(absl::string_view member) {
  return absl::InvalidArgumentError(absl::StrFormat(
      "member \"%s\" is a link or a device, not a file; pack the file itself", member));
}

Packing PackingOf(absl::string_view bytes) {
  struct Mark {
    absl::string_view bytes;
    Packing packing;
  };
  constexpr Mark kMarks[] = {
      {absl::string_view("\xfd"
                         "7zXZ\0",
                         6),
       Packing::kXz},
      {absl::string_view("\x28\xb5\x2f\xfd", 4), Packing::kZstd},
      {absl::string_view("\x5d\x00\x00", 3), Packing::kLzma},
      {absl::string_view("\x04\x22\x4d\x18", 4), Packing::kLz4},
      {absl::string_view("PK\x03\x04", 4), Packing::kZip},
      {absl::string_view("7z\xbc\xaf\x27\x1c", 6), Packing::kSevenZip},
      {absl::string_view("Rar!\x1a\x07", 6), Packing::kRar},
      {absl::string_view("\x1f\x9d", 2), Packing::kCompress},
  };
  for (const Mark& mark : kMarks) {
    if (absl::StartsWith(bytes, mark.bytes)) return mark.packing;
  }
  // "BZh" may begin a text; a stream goes on with its block size and pi.
  if (bytes.size() > 10 && absl::StartsWith(bytes, "BZh") &&
      bytes.substr(4, 6) == absl::string_view("\x31\x41\x59\x26\x53\x59", 6)) {
    return Packing::kBzip2;
  }
  constexpr size_t kTarMark = 257;
  if (bytes.size() > kTarMark + 5 && bytes.substr(kTarMark, 5) == "ustar") return Packing::kTar;
  return Packing::kNone;
}

std::string UnpackCommand(Packing packing, absl::string_view file) {
  switch (packing) {
    case Packing::kNone:
      return "";
    case Packing::kXz:
    case Packing::kLzma:
      return absl::StrCat("xz -dk ", file);
    case Packing::kBzip2:
      return absl::StrCat("bzip2 -dk ", file);
    case Packing::kZstd:
      return absl::StrCat("zstd -dk ", file);
    case Packing::kLz4:
      return absl::StrCat("lz4 -dk ", file);
    case Packing::kZip:
      return absl::StrCat("unzip ", file);
    case Packing::kTar:
      return absl::StrCat("tar -xf ", file);
    case Packing::kSevenZip:
      return absl::StrCat("7z x ", file);
    case Packing::kRar:
      return absl::StrCat("unrar x ", file);
    case Packing::kCompress:
      return absl::StrCat("uncompress -k ", file);
  }
  return "";
}

bool CanUnpack(Packing packing) {
  return packing == Packing::kXz || packing == Packing::kBzip2 || packing == Packing::kZstd ||
         packing == Packing::kLzma || packing == Packing::kLz4 || packing == Packing::kZip;
}

absl::StatusOr<std::string> Unpack(absl::string_view bytes, int64_t max_bytes) {
  const Handle handle(archive_read_new(), archive_read_free);
  if (handle == nullptr) return absl::ResourceExhaustedError("no memory to unpack");
  archive_read_support_filter_xz(handle.get());
  archive_read_support_filter_lzma(handle.get());
  archive_read_support_filter_bzip2(handle.get());
  archive_read_support_filter_zstd(handle.get());
  archive_read_support_filter_lz4(handle.get());
  archive_read_support_format_raw(handle.get());
  archive_entry* entry = nullptr;
  if (archive_read_open_memory(handle.get(), bytes.data(), bytes.size()) != ARCHIVE_OK ||
      archive_read_next_header(handle.get(), &entry) != ARCHIVE_OK) {
    return Damaged(handle.get());
  }
  // Without a filter the data would come out as it went in.
  if (archive_filter_count(handle.get()) < 2) return Damaged(handle.get());
  std::string out;
  if (absl::Status status = ReadData(handle.get(), static_cast<int64_t>(bytes.size()), max_bytes,
                                     /*check_ratio=*/true, &out);
      !status.ok()) {
    return status;
  }
  return out;
}

absl::StatusOr<std::vector<ArchiveMember>> UnpackZip(absl::string_view bytes, int64_t max_bytes) {
  const Handle handle(archive_read_new(), archive_read_free);
  if (handle == nullptr) return absl::ResourceExhaustedError("no memory to unpack");
  // With its directory: without it, members that were cut off would not be missed.
  archive_read_support_format_zip_seekable(handle.get());
  if (archive_read_open_memory(handle.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) {
    return Damaged(handle.get());
  }
  std::vector<ArchiveMember> members;
  int64_t left = max_bytes;
  while (true) {
    archive_entry* entry = nullptr;
    const int result = archive_read_next_header(handle.get(), &entry);
    if (result == ARCHIVE_EOF) break;
    if (result != ARCHIVE_OK) return Damaged(handle.get());
    const char* name = archive_entry_pathname(entry);
    if (archive_entry_filetype(entry) == AE_IFDIR) continue;
    // Of a link or a device nothing would be read, and it would look like an empty file.
    if (archive_entry_filetype(entry) != AE_IFREG) return NoPlainFile(name != nullptr ? name : "");
    if (archive_entry_is_encrypted(entry)) {
      return absl::InvalidArgumentError("the archive is encrypted; unpack it yourself");
    }
    if (members.size() == kMostMembers) {
      return absl::ResourceExhaustedError("the archive holds too many files");
    }
    ArchiveMember member;
    member.name = name != nullptr ? name : "";
    if (absl::Status status = ReadData(handle.get(), static_cast<int64_t>(bytes.size()), left,
                                       /*check_ratio=*/false, &member.bytes);
        !status.ok()) {
      return status;
    }
    left -= static_cast<int64_t>(member.bytes.size());
    members.push_back(std::move(member));
  }
  if (members.empty()) return absl::InvalidArgumentError("the archive holds no file");
  return members;
}

}  // namespace rhumb
