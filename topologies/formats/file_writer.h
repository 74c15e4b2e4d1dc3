// A file that is written in parts and appears under its name only when it is complete.
#ifndef RHUMB_TOPOLOGIES_FORMATS_FILE_WRITER_H_
#define RHUMB_TOPOLOGIES_FORMATS_FILE_WRITER_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rhumb {

// Nothing is left of a file that was not finished. Errors name the path.
class FileWriter {
 public:
  // Writes beside `path`; as gzip on the way, where asked for. Errors by errno.
  static absl::StatusOr<std::unique_ptr<FileWriter>> Create(const std::string& path, bool gzip);
  ~FileWriter();
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  absl::Status Append(absl::string_view bytes);
  // Flushes to the disk and renames. Nothing may be appended afterwards.
  absl::Status Finish();

 private:
  class Compressor;

  FileWriter(std::string path, std::string beside, int fd);
  absl::Status WriteOut(absl::string_view bytes);

  const std::string path_, beside_;
  int fd_;
  std::unique_ptr<Compressor> compressor_;  // null: as it is
};

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_FILE_WRITER_H_
