#include "topologies/formats/seekable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace rhumb {
namespace {

absl::Status ReadError(const std::string& path, absl::string_view action) {
  return absl::Status(absl::ErrnoToStatusCode(errno),
                      absl::StrFormat("%s: cannot %s: %s", path, action, std::strerror(errno)));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const SeekableFile>> SeekableFile::Open(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return ReadError(path, "open");
  struct stat info;
  if (fstat(fd, &info) != 0) {
    const absl::Status status = ReadError(path, "read");
    close(fd);
    return status;
  }
  if (!S_ISREG(info.st_mode)) {
    close(fd);
    return absl::InvalidArgumentError(absl::StrCat(path, ": is no plain file; name one"));
  }
  return std::shared_ptr<const SeekableFile>(new SeekableFile(path, fd, info.st_size));
}

SeekableFile::~SeekableFile() { close(fd_); }

absl::Status SeekableFile::Read(int64_t offset, int64_t count, char* bytes) const {
  while (count > 0) {
    const ssize_t got = pread(fd_, bytes, count, offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ReadError(path_, "read");
    if (got == 0) {
      return absl::DataLossError(absl::StrFormat(
          "%s: ends at byte %d, before what its head says; is it being written?", path_, offset));
    }
    bytes += got;
    offset += got;
    count -= got;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> SeekableFile::Read(int64_t offset, int64_t count) const {
  std::string bytes(count, '\0');
  if (absl::Status status = Read(offset, count, &bytes[0]); !status.ok()) return status;
  return bytes;
}

}  // namespace rhumb
