#include "topologies/formats/file_io.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "topologies/formats/file_writer.h"

namespace rhumb {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib: largest window, gzip header
constexpr size_t kChunkBytes = 1 << 18;
constexpr int64_t kBombFloorBytes = 16 << 20;
constexpr int64_t kBombRatio = 150;

absl::Status FileError(const std::string& path, absl::string_view action, int error) {
  return absl::Status(absl::ErrnoToStatusCode(error),
                      absl::StrFormat("%s: cannot %s: %s", path, action, std::strerror(error)));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

absl::StatusOr<std::string> ReadWholeFile(const std::string& path, int64_t max_bytes) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return FileError(path, "open", errno);
  struct stat info;
  if (fstat(file.get(), &info) != 0) return FileError(path, "read", errno);
  if (S_ISDIR(info.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": is a directory; name a file"));
  }
  const absl::Status too_large = absl::ResourceExhaustedError(
      absl::StrFormat("%s: is larger than the limit of %d bytes", path, max_bytes));
  if (info.st_size > max_bytes) return too_large;
  std::string bytes;
  bytes.reserve(info.st_size + kChunkBytes);
  while (true) {  // the size may be unknown (a pipe) or grow
    const size_t before = bytes.size();
    if (static_cast<int64_t>(before) > max_bytes) return too_large;
    bytes.resize(before + kChunkBytes);
    const ssize_t got = read(file.get(), &bytes[before], kChunkBytes);
    bytes.resize(before + std::max<ssize_t>(got, 0));
    if (got < 0 && errno != EINTR) return FileError(path, "read", errno);
    if (got == 0) return bytes;
  }
}

bool IsGzip(absl::string_view bytes) {
  return bytes.size() >= 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b';
}

absl::StatusOr<std::string> Gunzip(absl::string_view bytes, int64_t max_bytes) {
  z_stream stream = {};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) {
    return absl::ResourceExhaustedError("no memory to decompress");
  }
  std::unique_ptr<z_stream, int (*)(z_stream*)> closer(&stream, inflateEnd);
  std::string out;
  size_t fed = 0;
  while (true) {
    if (stream.avail_in == 0) {
      const size_t chunk = std::min<size_t>(bytes.size() - fed, kChunkBytes);
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + fed));
      stream.avail_in = static_cast<uInt>(chunk);
      fed += chunk;
    }
    const size_t before = out.size();
    const size_t room = std::min<size_t>(kChunkBytes, max_bytes + 1 - before);
    out.resize(before + room);
    stream.next_out = reinterpret_cast<Bytef*>(&out[before]);
    stream.avail_out = static_cast<uInt>(room);
    const int result = inflate(&stream, Z_NO_FLUSH);
    out.resize(before + room - stream.avail_out);
    const int64_t size = static_cast<int64_t>(out.size());
    if (size > max_bytes) {
      return absl::ResourceExhaustedError(
          absl::StrFormat("decompresses to more than the limit of %d bytes", max_bytes));
    }
    const int64_t consumed = static_cast<int64_t>(fed - stream.avail_in);
    if (size > kBombFloorBytes && size > kBombRatio * consumed) {
      return absl::ResourceExhaustedError(
          absl::StrFormat("is compressed more than %d times, which no network or traffic is; "
                          "decompress it yourself if it is genuine",
                          kBombRatio));
    }
    if (result == Z_STREAM_END) {
      if (stream.avail_in == 0 && fed == bytes.size()) return out;
      inflateReset(&stream);  // the next member of a concatenated file
      continue;
    }
    if (result == Z_BUF_ERROR ||
        (result == Z_OK && stream.avail_in == 0 && fed == bytes.size() && stream.avail_out > 0)) {
      return absl::InvalidArgumentError(
          absl::StrFormat("the gzip data ends too early, after %d decompressed bytes; the file is "
                          "cut short, fetch it again",
                          out.size()));
    }
    if (result != Z_OK) {
      return absl::InvalidArgumentError(
          absl::StrFormat("the gzip data is damaged at byte %d (%s); fetch the file again",
                          consumed, stream.msg != nullptr ? stream.msg : "no detail"));
    }
  }
}

absl::StatusOr<std::string> Gzip(absl::string_view bytes) {
  if (bytes.size() > std::numeric_limits<uInt>::max() / 2) {
    return absl::ResourceExhaustedError(
        absl::StrFormat("%d bytes are too many to compress at once", bytes.size()));
  }
  z_stream stream = {};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, 9, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    return absl::ResourceExhaustedError("no memory to compress");
  }
  std::unique_ptr<z_stream, int (*)(z_stream*)> closer(&stream, deflateEnd);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(&out[0]);
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) {
    return absl::InternalError("zlib did not finish within its own bound");
  }
  out.resize(stream.total_out);
  return out;
}

absl::Status WriteFileAtomically(const std::string& path, absl::string_view bytes) {
  auto file = FileWriter::Create(path, /*gzip=*/false);
  if (!file.ok()) return file.status();
  if (absl::Status status = (*file)->Append(bytes); !status.ok()) return status;
  return (*file)->Finish();
}

}  // namespace rhumb
