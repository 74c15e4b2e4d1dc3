#include "agents/training/run_directory.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace rhumb::training {

std::string StatePath(const std::string& out) { return out + "/state.bin"; }

absl::Status OpenRunDirectory(const std::string& out, bool resume) {
  std::error_code error;
  std::filesystem::create_directories(out, error);
  if (error) {
    return absl::UnavailableError(absl::StrFormat("%s: cannot make it: %s", out, error.message()));
  }
  const bool exists = std::filesystem::exists(StatePath(out), error);
  if (exists && !resume) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "%s: holds a training run; give --resume to go on with it or another --out", out));
  }
  if (resume && !exists) {
    return absl::FailedPreconditionError(
        absl::StrFormat("%s: holds no training run to resume; leave out --resume", out));
  }
  return absl::OkStatus();
}

std::string LastWords(const std::string& out) {
  return absl::StrCat("stopped from outside, or because another rank ended; ", out,
                      " holds the run as it was last saved: go on with --resume");
}

}  // namespace rhumb::training
