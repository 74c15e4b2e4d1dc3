// Text for people's terminals: labelled lines, tables, bars and sparklines. Everything is UTF-8.
#ifndef RHUMB_CONTROLLER_CLI_FRAME_TEXT_REPORT_H_
#define RHUMB_CONTROLLER_CLI_FRAME_TEXT_REPORT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace rhumb {

// Columns as wide as their widest cell, two blanks between them. A column whose cells below the
// header all start with a digit, a sign or are empty is aligned to the right.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header) { rows_.push_back(std::move(header)); }
  // As many cells as the header has.
  void AddRow(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  // One line a row, each starting with `indent` blanks and ending in a line feed.
  std::string Text(int indent = 0) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// "  label          text\n"; further lines of `text` are aligned under the first, long ones are
// broken at blanks.
std::string LabelledLine(absl::string_view label, absl::string_view text);

// The words of `text`, broken at blanks into lines of at most `width` columns where words allow;
// its own line feeds stay.
std::vector<std::string> WrapLines(absl::string_view text, int width);

// Appends `line` without blanks at its end, and a line feed.
void AppendLine(absl::string_view line, std::string* text);

// A bar of `share` (0 to 1) of `width` columns, in eighths of a column; at least one eighth when
// share > 0.
std::string Bar(double share, int width);

// One character for each of at most `width` groups of consecutive values, as high as the group's
// mean between 0 and the largest group's mean. Empty for no values.
std::string Sparkline(absl::Span<const double> values, int width);

// "a, b, c and 4 more": at most `shown` items.
std::string ShortList(const std::vector<std::string>& items, int shown);

// "1.5 ms": a time given in seconds, three significant digits, in ms.
std::string FormatMilliseconds(double seconds);

// Results may carry colour, sparklines and the like.
bool StdoutIsTerminal();

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_FRAME_TEXT_REPORT_H_
