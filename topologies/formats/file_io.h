// Whole files in and out: size limits, gzip, atomic replacement.
#ifndef RHUMB_TOPOLOGIES_FORMATS_FILE_IO_H_
#define RHUMB_TOPOLOGIES_FORMATS_FILE_IO_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rhumb {

// The bytes of a file as they are. NotFound, PermissionDenied or another code by errno;
// InvalidArgument for a directory; ResourceExhausted beyond `max_bytes`.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path, int64_t max_bytes);

bool IsGzip(absl::string_view bytes);

// The whole decompressed content, also of concatenated members. InvalidArgument when the data is
// torn, wrong, or followed by something else; ResourceExhausted beyond `max_bytes`, or as soon as
// more than 16 MiB have come out that are more than 150 times what went in: real matrices reach 10
// to 20, and DEFLATE ends at 1,032.
absl::StatusOr<std::string> Gunzip(absl::string_view bytes, int64_t max_bytes);
absl::StatusOr<std::string> Gzip(absl::string_view bytes);

// Writes beside `path`, flushes to the disk and renames, so that a reader sees the old file or the
// new one and never a part.
absl::Status WriteFileAtomically(const std::string& path, absl::string_view bytes);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_FILE_IO_H_
