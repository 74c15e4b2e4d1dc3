#include "topologies/formats/file_writer.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace rhumb {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib: largest window, gzip header
constexpr size_t kChunkBytes = 1 << 18;
// The best level takes several times as long for a few per cent, which counts in gigabytes.
constexpr int kLevel = Z_DEFAULT_COMPRESSION;

absl::Status WriteError(const std::string& path, absl::string_view action) {
  return absl::Status(absl::ErrnoToStatusCode(errno),
                      absl::StrFormat("%s: cannot %s: %s", path, action, std::strerror(errno)));
}

}  // namespace

class FileWriter::Compressor {
 public:
  bool Start() {
    return deflateInit2(&stream_, kLevel, Z_DEFLATED, kGzipWindow, 9, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~Compressor() { deflateEnd(&stream_); }

  // Hands what is ready to `out`; all of it when `last`.
  template <typename Out>
  absl::Status Add(absl::string_view bytes, bool last, const Out& out) {
    do {
      const size_t fed = std::min(bytes.size(), kChunkBytes);
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
      stream_.avail_in = static_cast<uInt>(fed);
      bytes.remove_prefix(fed);
      const int flush = last && bytes.empty() ? Z_FINISH : Z_NO_FLUSH;
      do {
        stream_.next_out = reinterpret_cast<Bytef*>(&buffer_[0]);
        stream_.avail_out = static_cast<uInt>(buffer_.size());
        deflate(&stream_, flush);
        absl::Status status =
            out(absl::string_view(buffer_).substr(0, buffer_.size() - stream_.avail_out));
        if (!status.ok()) return status;
      } while (stream_.avail_out == 0);
    } while (!bytes.empty());
    return absl::OkStatus();
  }

 private:
  z_stream stream_ = {};
  std::string buffer_ = std::string(kChunkBytes, '\0');
};

absl::StatusOr<std::unique_ptr<FileWriter>> FileWriter::Create(const std::string& path, bool gzip) {
  const std::string beside = absl::StrCat(path, ".", getpid(), ".part");
  const int fd = open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return WriteError(path, "create");
  std::unique_ptr<FileWriter> file(new FileWriter(path, beside, fd));
  if (gzip) {
    file->compressor_ = std::make_unique<Compressor>();
    if (!file->compressor_->Start()) {
      return absl::ResourceExhaustedError(absl::StrCat(path, ": no memory to compress"));
    }
  }
  return file;
}

FileWriter::FileWriter(std::string path, std::string beside, int fd)
    : path_(std::move(path)), beside_(std::move(beside)), fd_(fd) {}

FileWriter::~FileWriter() {
  if (fd_ < 0) return;
  close(fd_);
  unlink(beside_.c_str());
}

absl::Status FileWriter::Append(absl::string_view bytes) {
  if (compressor_ == nullptr) return WriteOut(bytes);
  return compressor_->Add(bytes, false, [this](absl::string_view out) { return WriteOut(out); });
}

absl::Status FileWriter::Finish() {
  if (compressor_ != nullptr) {
    absl::Status status =
        compressor_->Add("", true, [this](absl::string_view out) { return WriteOut(out); });
    if (!status.ok()) return status;
  }
  if (fsync(fd_) != 0) return WriteError(path_, "flush");
  if (rename(beside_.c_str(), path_.c_str()) != 0) return WriteError(path_, "replace");
  close(std::exchange(fd_, -1));
  // The rename is durable once the directory is.
  const size_t slash = path_.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
  const int parent = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (parent >= 0) {
    fsync(parent);
    close(parent);
  }
  return absl::OkStatus();
}

absl::Status FileWriter::WriteOut(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return WriteError(path_, "write");
    bytes.remove_prefix(written);
  }
  return absl::OkStatus();
}

}  // namespace rhumb
