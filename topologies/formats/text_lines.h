// Text files line by line, with line numbers, whatever their line ends.
#ifndef RHUMB_TOPOLOGIES_FORMATS_TEXT_LINES_H_
#define RHUMB_TOPOLOGIES_FORMATS_TEXT_LINES_H_

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace rhumb {

class TextLines {
 public:
  explicit TextLines(absl::string_view text) : rest_(text) {}

  // Moves to the next line; false at the end. The line has no end mark and no white space around
  // it.
  bool Next() {
    if (rest_.empty()) return false;
    const size_t end = std::min(rest_.find('\n'), rest_.size());
    raw_ = absl::StripSuffix(rest_.substr(0, end), "\r");
    line_ = absl::StripAsciiWhitespace(raw_);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++number_;
    return true;
  }
  absl::string_view line() const { return line_; }
  absl::string_view raw() const { return raw_; }  // with the white space around it
  int number() const { return number_; }          // from 1

 private:
  absl::string_view rest_, raw_, line_;
  int number_ = 0;
};

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_TEXT_LINES_H_
