#include "agents/trees/trees_policy.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace rhumb::trees {

absl::StatusOr<TreePlannerOptions> ParseTreesOptions(absl::string_view text) {
  TreePlannerOptions options;
  double min_share = options.split.min_share;
  int max_paths = 0, rounds = 0;
  double gap = 0;
  for (const absl::string_view part : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> both = absl::StrSplit(part, '=');
    const auto& [key, value] = both;
    bool good = false;
    if (key == "gap") {
      good = absl::SimpleAtod(value, &gap) && gap >= 0 && gap <= 1;
      options.gap = options.later_gap = gap;
    } else if (key == "rounds") {
      good = absl::SimpleAtoi(value, &rounds) && rounds >= 0 && rounds <= 1000;
      options.later_rounds = rounds;
    } else if (key == "max-paths") {
      good = absl::SimpleAtoi(value, &max_paths) && max_paths >= 1 && max_paths <= 1000;
      options.split.max_paths = max_paths;
    } else if (key == "min-share") {
      good = absl::SimpleAtod(value, &min_share) && min_share >= 0 && min_share <= 0.5;
    }
    if (!good) {
      return absl::InvalidArgumentError(
          absl::StrFormat("trees:%s: \"%s\" is not valid; use gap=0..1, rounds=0..1000, "
                          "max-paths=1..1000 or min-share=0..0.5",
                          text, part));
    }
  }
  options.split.min_share = static_cast<float>(min_share);
  return options;
}

TreesPolicy::TreesPolicy(std::string name, const TreePlannerOptions& options)
    : name_(std::move(name)), network_(options, nullptr, "the last matrix") {}

}  // namespace rhumb::trees
