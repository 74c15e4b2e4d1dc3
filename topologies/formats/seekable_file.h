// A file of which parts are read by their place, for content that is larger than the memory.
#ifndef RHUMB_TOPOLOGIES_FORMATS_SEEKABLE_FILE_H_
#define RHUMB_TOPOLOGIES_FORMATS_SEEKABLE_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace rhumb {

// Open until it is destroyed, whatever happens to its name. Safe to call from several threads.
class SeekableFile {
 public:
  // NotFound, PermissionDenied or another code by errno; InvalidArgument for what has no places (a
  // directory, a pipe).
  static absl::StatusOr<std::shared_ptr<const SeekableFile>> Open(const std::string& path);
  ~SeekableFile();
  SeekableFile(const SeekableFile&) = delete;
  SeekableFile& operator=(const SeekableFile&) = delete;

  const std::string& path() const { return path_; }
  int64_t size() const { return size_; }  // when it was opened
  // `count` bytes from `offset`. DataLoss, naming the file, when it has become shorter.
  absl::Status Read(int64_t offset, int64_t count, char* bytes) const;
  absl::StatusOr<std::string> Read(int64_t offset, int64_t count) const;

 private:
  SeekableFile(std::string path, int fd, int64_t size)
      : path_(std::move(path)), fd_(fd), size_(size) {}

  const std::string path_;
  const int fd_;
  const int64_t size_;
};

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_SEEKABLE_FILE_H_
