#include "controller/cli/frame/text_report.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace rhumb {
namespace {

constexpr int kLabelWidth = 15;
constexpr int kTextWidth = 80;

// Columns that a text takes: its code points.
int Width(absl::string_view text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string Blanks(int count) { return std::string(std::max(0, count), ' '); }

bool IsNumber(absl::string_view cell) {
  return cell.empty() || absl::ascii_isdigit(cell[0]) || cell[0] == '-' || cell[0] == '+';
}

}  // namespace

std::vector<std::string> WrapLines(absl::string_view text, int width) {
  std::vector<std::string> lines;
  for (const absl::string_view paragraph : absl::StrSplit(text, '\n')) {
    lines.emplace_back();
    for (const absl::string_view word : absl::StrSplit(paragraph, ' ')) {
      if (!lines.back().empty() && Width(lines.back()) + 1 + Width(word) > width) {
        lines.emplace_back(word);
      } else {
        absl::StrAppend(&lines.back(), lines.back().empty() ? "" : " ", word);
      }
    }
  }
  return lines;
}

void AppendLine(absl::string_view line, std::string* text) {
  absl::StrAppend(text, absl::StripTrailingAsciiWhitespace(line), "\n");
}

std::string TextTable::Text(int indent) const {
  const size_t columns = rows_[0].size();
  std::vector<int> width(columns, 0);
  std::vector<bool> right(columns, true);
  for (size_t r = 0; r < rows_.size(); ++r) {
    for (size_t c = 0; c < columns; ++c) {
      width[c] = std::max(width[c], Width(rows_[r][c]));
      if (r > 0 && !IsNumber(rows_[r][c])) right[c] = false;
    }
  }
  std::string text;
  for (const std::vector<std::string>& row : rows_) {
    std::string line = Blanks(indent);
    for (size_t c = 0; c < columns; ++c) {
      const std::string padding = Blanks(width[c] - Width(row[c]));
      absl::StrAppend(&line, c > 0 ? "  " : "", right[c] ? padding : "", row[c],
                      right[c] ? "" : padding);
    }
    AppendLine(line, &text);
  }
  return text;
}

std::string LabelledLine(absl::string_view label, absl::string_view text) {
  std::string out;
  std::string lead = absl::StrCat("  ", label, Blanks(kLabelWidth - Width(label)), " ");
  for (const std::string& line : WrapLines(text, kTextWidth)) {
    AppendLine(absl::StrCat(lead, line), &out);
    lead = Blanks(kLabelWidth + 3);
  }
  return out;
}

std::string Bar(double share, int width) {
  static constexpr const char* kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  int eighths = static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * width * 8));
  if (share > 0) eighths = std::max(eighths, 1);
  std::string bar;
  for (int i = 0; i < eighths / 8; ++i) bar += "█";
  return bar + kEighths[eighths % 8];
}

std::string Sparkline(absl::Span<const double> values, int width) {
  static constexpr const char* kLevels[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const size_t groups = std::min(values.size(), static_cast<size_t>(width));
  std::vector<double> mean(groups);
  for (size_t g = 0; g < groups; ++g) {
    const size_t begin = g * values.size() / groups, end = (g + 1) * values.size() / groups;
    mean[g] = std::accumulate(values.begin() + begin, values.begin() + end, 0.0) / (end - begin);
  }
  const double top = mean.empty() ? 0 : *std::max_element(mean.begin(), mean.end());
  std::string line;
  for (const double value : mean) {
    line += kLevels[top > 0 ? std::min(7, static_cast<int>(8 * value / top)) : 0];
  }
  return line;
}

std::string ShortList(const std::vector<std::string>& items, int shown) {
  if (static_cast<int>(items.size()) <= shown) return absl::StrJoin(items, ", ");
  return absl::StrCat(absl::StrJoin(items.begin(), items.begin() + shown, ", "), " and ",
                      items.size() - shown, " more");
}

std::string FormatMilliseconds(double seconds) { return absl::StrFormat("%.3g ms", seconds * 1e3); }

bool StdoutIsTerminal() { return isatty(STDOUT_FILENO) == 1; }

}  // namespace rhumb
