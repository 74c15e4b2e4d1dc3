#include "controller/serving/store/essentials.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "controller/serving/store/row_checksum.h"

namespace rhumb {
namespace {

constexpr char kTitle[] = "rhumb store essentials 1";

absl::Status Fault(const std::string& path, absl::string_view what) {
  return absl::UnavailableError(
      absl::StrFormat("%s: cannot %s: %s", path, what, std::strerror(errno)));
}

}  // namespace

std::string ToText(const Essentials& e) {
  const std::string lines = absl::StrFormat("%s\n%d %d %d %d %d\n%s\n", kTitle, e.revision, e.epoch,
                                            e.floor.topology, e.floor.traffic, e.floor.plan,
                                            absl::BytesToHexString(e.settings.SerializeAsString()));
  return absl::StrFormat("%s%016x\n", lines, RowChecksum("essentials", lines));
}

absl::StatusOr<Essentials> ParseEssentials(absl::string_view text) {
  const absl::Status damaged = absl::DataLossError("is damaged");
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  if (lines.size() != 5 || lines[0] != kTitle || !lines[4].empty()) return damaged;
  const absl::string_view summed = text.substr(0, text.size() - lines[3].size() - 1);
  if (lines[3] != absl::StrFormat("%016x", RowChecksum("essentials", summed))) return damaged;
  Essentials e;
  const std::vector<absl::string_view> numbers = absl::StrSplit(lines[1], ' ');
  uint64_t* const fields[] = {&e.revision, &e.epoch, &e.floor.topology, &e.floor.traffic,
                              &e.floor.plan};
  if (numbers.size() != 5) return damaged;
  for (int i = 0; i < 5; ++i) {
    if (!absl::SimpleAtoi(numbers[i], fields[i])) return damaged;
  }
  if (lines[2].size() % 2 != 0 ||
      !std::all_of(lines[2].begin(), lines[2].end(), absl::ascii_isxdigit) ||
      !e.settings.ParseFromString(absl::HexStringToBytes(lines[2]))) {
    return damaged;
  }
  return e;
}

absl::Status WriteEssentials(const std::string& path, const Essentials& essentials) {
  const std::string next = path + ".new", text = ToText(essentials);
  const int file = open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return Fault(next, "create it");
  const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       fsync(file) == 0;
  const absl::Status status = written ? absl::OkStatus() : Fault(next, "write it");
  close(file);
  if (!status.ok()) return status;
  if (std::rename(next.c_str(), path.c_str()) != 0) return Fault(next, "rename it");
  const size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int folder = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    fsync(folder);
    close(folder);
  }
  return absl::OkStatus();
}

absl::StatusOr<Essentials> ReadEssentials(const std::string& path) {
  if (access(path.c_str(), F_OK) != 0)
    return absl::NotFoundError(absl::StrCat(path, ": not there"));
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || (file.peek() != EOF && !(text << file.rdbuf()))) {
    return absl::DataLossError(absl::StrCat(path, ": cannot be read"));
  }
  absl::StatusOr<Essentials> read = ParseEssentials(text.str());
  if (read.ok()) return read;
  return absl::DataLossError(absl::StrCat(path, ": ", read.status().message()));
}

}  // namespace rhumb
