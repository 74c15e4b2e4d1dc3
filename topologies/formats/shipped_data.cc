#include "topologies/formats/shipped_data.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"

namespace rhumb {
namespace {

namespace fs = std::filesystem;

constexpr absl::string_view kTopologyEndings[] = {".topology.json", ".topology.json.gz"};
constexpr absl::string_view kTrafficEndings[] = {".traffic.json", ".traffic.json.gz"};

// Names in the shipped directory that end in one of `endings`, without it.
std::vector<std::string> ShippedNames(absl::Span<const absl::string_view> endings) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(ShippedDataDirectory(), error), end; !error && it != end;
       it.increment(error)) {
    const std::string file = it->path().filename().string();
    for (absl::string_view ending : endings) {
      if (absl::EndsWith(file, ending)) names.emplace_back(absl::StripSuffix(file, ending));
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

// The path that the user means. `what` is "topology" or "traffic".
absl::StatusOr<std::string> FindFile(absl::string_view name_or_path, absl::string_view what,
                                     absl::Span<const absl::string_view> endings) {
  const std::string given(name_or_path);
  std::error_code error;
  const bool looks_like_path = given.find_first_of("/.") != std::string::npos;
  if (looks_like_path && fs::exists(given, error)) return given;
  if (!given.empty() && given.find('/') == std::string::npos) {
    for (absl::string_view ending : endings) {
      const std::string path = absl::StrCat(ShippedDataDirectory(), "/", given, ending);
      if (fs::exists(path, error)) return path;
    }
  }
  if (!given.empty() && fs::exists(given, error)) return given;
  const std::vector<std::string> names = ShippedNames(endings);
  return absl::NotFoundError(absl::StrFormat(
      "there is neither a file nor a shipped %s named \"%s\"; give a path, or one of: %s%s", what,
      given,
      names.empty() ? absl::StrCat("(none in ", ShippedDataDirectory(), ")")
                    : absl::StrJoin(names, ", "),
      what == "traffic" ? ", or a generator such as gravity:seed=1,count=50" : ""));
}

}  // namespace

std::string ShippedDataDirectory() {
  if (const char* set = std::getenv("RHUMB_DATA"); set != nullptr && *set != '\0') return set;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    const fs::path installed =
        program.parent_path().parent_path() / "share" / "rhumb" / "topologies";
    if (fs::is_directory(installed, error)) return installed.string();
  }
  return RHUMB_SOURCE_DATA_DIRECTORY;
}

std::vector<std::string> ShippedTopologies() { return ShippedNames(kTopologyEndings); }
std::vector<std::string> ShippedTraffic() { return ShippedNames(kTrafficEndings); }

absl::StatusOr<std::string> FindTopologyFile(absl::string_view name_or_path) {
  return FindFile(name_or_path, "topology", kTopologyEndings);
}

absl::StatusOr<std::string> FindTrafficFile(absl::string_view name_or_path) {
  return FindFile(name_or_path, "traffic", kTrafficEndings);
}

}  // namespace rhumb
