#include "topologies/formats/shipped_data.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "topologies/installation.h"

namespace rhumb {
namespace {

namespace fs = std::filesystem;

constexpr absl::string_view kTopologyEndings[] = {".topology.json", ".topology.json.gz"};
constexpr absl::string_view kTrafficEndings[] = {".traffic.json", ".traffic.json.gz"};

// Names in the shipped directories that end in one of `endings`, without it.
std::vector<std::string> ShippedNames(absl::Span<const absl::string_view> endings) {
  std::vector<std::string> names;
  for (const std::string& directory : ShippedDirectories(ShippedFiles::kTopologies)) {
    std::error_code error;
    for (fs::directory_iterator it(directory, error), end; !error && it != end;
         it.increment(error)) {
      const std::string file = it->path().filename().string();
      for (absl::string_view ending : endings) {
        if (absl::EndsWith(file, ending)) names.emplace_back(absl::StripSuffix(file, ending));
      }
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
      absl::StatusOr<std::string> path =
          FindShippedFile(ShippedFiles::kTopologies, absl::StrCat(given, ending));
      if (path.ok()) return path;
    }
  }
  if (!given.empty() && fs::exists(given, error)) return given;
  const std::vector<std::string> names = ShippedNames(endings);
  return absl::NotFoundError(absl::StrFormat(
      "there is neither a file nor a shipped %s named \"%s\"; give a path, or one of: %s%s", what,
      given,
      names.empty()
          ? absl::StrFormat("(none %s)", WhereShippedFilesWereSought(ShippedFiles::kTopologies))
          : absl::StrJoin(names, ", "),
      what == "traffic" ? ", or a generator such as gravity:seed=1,count=50" : ""));
}

}  // namespace

std::vector<std::string> ShippedTopologies() { return ShippedNames(kTopologyEndings); }
std::vector<std::string> ShippedTraffic() { return ShippedNames(kTrafficEndings); }

absl::StatusOr<std::string> FindTopologyFile(absl::string_view name_or_path) {
  return FindFile(name_or_path, "topology", kTopologyEndings);
}

absl::StatusOr<std::string> FindTrafficFile(absl::string_view name_or_path) {
  return FindFile(name_or_path, "traffic", kTrafficEndings);
}

}  // namespace rhumb
