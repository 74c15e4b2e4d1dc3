// Keeps two processes from writing one store.
#ifndef RHUMB_CONTROLLER_SERVING_STORE_FILE_LOCK_H_
#define RHUMB_CONTROLLER_SERVING_STORE_FILE_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace rhumb {

// Held until destroyed, or until the process ends, however it ends. The file stays.
class FileLock {
 public:
  // FailedPrecondition when another process holds it; Unavailable when the file cannot be made.
  static absl::StatusOr<std::unique_ptr<FileLock>> Take(const std::string& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  explicit FileLock(int file) : file_(file) {}
  const int file_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_STORE_FILE_LOCK_H_
