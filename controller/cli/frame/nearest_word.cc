#include "controller/cli/frame/nearest_word.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace rhumb {
namespace {

constexpr size_t kMostDistance = 2;

// Optimal string alignment: no part is edited twice.
size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min(
          {d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::optional<std::string> NearestWord(absl::string_view typed,
                                       const std::vector<std::string>& words) {
  std::optional<std::string> nearest;
  size_t least = kMostDistance + 1;
  for (const std::string& word : words) {
    if (typed.size() >= 2 && absl::StartsWith(word, typed)) return word;
    const size_t distance = Distance(typed, word);
    if (distance >= least || 2 * distance >= typed.size()) continue;
    least = distance;
    nearest = word;
  }
  return nearest;
}

std::string DidYouMean(absl::string_view typed, const std::vector<std::string>& words) {
  const std::optional<std::string> nearest = NearestWord(typed, words);
  return nearest ? absl::StrCat("; did you mean ", *nearest, "?") : "";
}

}  // namespace rhumb
