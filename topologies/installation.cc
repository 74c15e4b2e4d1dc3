#include "topologies/installation.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace rhumb {
namespace {

namespace fs = std::filesystem;

struct Place {
  const char* directory;  // below a prefix
  const char* variable;   // names a directory to use instead
  const char* package;    // of Debian
};

Place PlaceOf(ShippedFiles kind) {
  switch (kind) {
    case ShippedFiles::kTopologies:
      return {"share/rhumb/topologies", "RHUMB_DATA", "rhumb"};
    case ShippedFiles::kTrainingConfigs:
      return {"share/rhumb/configs", "RHUMB_CONFIGS", "rhumb"};
    case ShippedFiles::kModules:
      return {"lib/rhumb", "RHUMB_MODULE_DIR", "rhumb"};
    case ShippedFiles::kWorkers:
      return {"libexec/rhumb", "RHUMB_WORKER_DIR", "rhumb-ns3"};
  }
  return {};
}

// A build tree has programs at several depths. No other directory above the program is searched:
// whoever can write there could make this process load code.
fs::path BuildTreeAround(const fs::path& program) {
  std::error_code error;
  for (fs::path at = program.parent_path(); at.has_relative_path(); at = at.parent_path()) {
    if (fs::exists(at / "CMakeCache.txt", error)) return at;
  }
  return {};
}

}  // namespace

std::vector<std::string> ShippedDirectories(ShippedFiles kind) {
  const Place place = PlaceOf(kind);
  if (const char* chosen = std::getenv(place.variable); chosen != nullptr && *chosen != '\0') {
    return {chosen};
  }
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return {};
  std::vector<std::string> directories = {program.parent_path().parent_path() / place.directory};
  if (const fs::path tree = BuildTreeAround(program); !tree.empty()) {
    const std::string built = tree / place.directory;
    if (built != directories.front()) directories.push_back(built);
  }
  return directories;
}

absl::StatusOr<std::string> FindShippedFile(ShippedFiles kind, absl::string_view name) {
  std::error_code error;
  for (const std::string& directory : ShippedDirectories(kind)) {
    std::string path = absl::StrCat(directory, "/", name);
    if (fs::exists(path, error)) return path;
  }
  return absl::NotFoundError(
      absl::StrFormat("there is no %s %s", name, WhereShippedFilesWereSought(kind)));
}

std::string WhereShippedFilesWereSought(ShippedFiles kind, absl::string_view package) {
  const Place place = PlaceOf(kind);
  const std::vector<std::string> directories = ShippedDirectories(kind);
  return absl::StrFormat("in %s%s; install the package %s, or set $%s to the directory that has it",
                         directories.empty()      ? "no directory, since /proc is not mounted"
                         : directories.size() > 1 ? "any of "
                                                  : "",
                         absl::StrJoin(directories, ", "),
                         package.empty() ? place.package : package, place.variable);
}

}  // namespace rhumb
