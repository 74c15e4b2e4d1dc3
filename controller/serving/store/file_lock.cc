#include "controller/serving/store/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_format.h"

namespace rhumb {

absl::StatusOr<std::unique_ptr<FileLock>> FileLock::Take(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    return absl::UnavailableError(absl::StrFormat(
        "%s: cannot make it: %s; choose another store.path", path, std::strerror(errno)));
  }
  // Somebody may have deleted it between the two, and have another one there by now.
  struct stat locked, there;
  if (flock(file, LOCK_EX | LOCK_NB) != 0 || fstat(file, &locked) != 0 ||
      stat(path.c_str(), &there) != 0 || locked.st_ino != there.st_ino) {
    close(file);
    return absl::FailedPreconditionError(absl::StrFormat(
        "%s: another controller uses this store; stop it, or choose another store.path", path));
  }
  return std::unique_ptr<FileLock>(new FileLock(file));
}

FileLock::~FileLock() { close(file_); }

}  // namespace rhumb
