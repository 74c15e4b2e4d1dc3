// What files come packed in, other than gzip (file_io.h): xz, bzip2, zstd, lzma, lz4 and zip,
// through libarchive.
#ifndef RHUMB_TOPOLOGIES_FORMATS_ARCHIVE_H_
#define RHUMB_TOPOLOGIES_FORMATS_ARCHIVE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rhumb {

enum class Packing {
  kNone,
  kXz,
  kBzip2,
  kZstd,
  kLzma,
  kLz4,
  kZip,
  kTar,
  kSevenZip,
  kRar,
  kCompress
};

// Told from the first bytes.
Packing PackingOf(absl::string_view bytes);

// How a person unpacks it: "xz -d FILE"; empty for kNone.
std::string UnpackCommand(Packing packing, absl::string_view file);

// True for those that Unpack or UnpackZip read.
bool CanUnpack(Packing packing);

// The content of one compressed stream (all but kZip). InvalidArgument when it is torn or wrong;
// ResourceExhausted beyond `max_bytes`, or as soon as more than 16 MiB have come out that are more
// than 1,000 times what went in.
absl::StatusOr<std::string> Unpack(absl::string_view bytes, int64_t max_bytes);

struct ArchiveMember {
  std::string name, bytes;
};

// The files of a zip archive. Errors as above, `max_bytes` for all together, without the ratio: the
// zeros of a sparse matrix pack by 1,000; and NoPlainFile.
absl::StatusOr<std::vector<ArchiveMember>> UnpackZip(absl::string_view bytes, int64_t max_bytes);

// The error of a member that is a link or a device.
absl::Status NoPlainFile(absl::string_view member);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_ARCHIVE_H_
