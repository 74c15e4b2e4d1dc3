#include "topologies/formats/csv_table.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"

namespace rhumb {
namespace {

bool AllDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

}  // namespace

char DelimiterOf(absl::string_view line) {
  for (const char delimiter : {';', '\t', ','}) {
    bool quoted = false;
    for (const char c : line) {
      if (c == '"') quoted = !quoted;
      if (c == delimiter && !quoted) return delimiter;
    }
  }
  return ' ';
}

absl::StatusOr<std::vector<std::string>> SplitCells(absl::string_view line, char delimiter) {
  std::vector<std::string> cells;
  const auto is_delimiter = [&](char c) {
    return delimiter == ' ' ? c == ' ' || c == '\t' : c == delimiter;
  };
  size_t at = 0;
  while (true) {
    while (at < line.size() && absl::ascii_isspace(line[at]) &&
           (delimiter == ' ' || line[at] != delimiter)) {
      ++at;
    }
    if (delimiter == ' ' && at >= line.size()) return cells;
    std::string cell;
    if (at < line.size() && line[at] == '"') {
      for (++at;; ++at) {
        if (at >= line.size()) {
          return absl::InvalidArgumentError("a quote is not closed on its line");
        }
        if (line[at] == '"' && (at + 1 >= line.size() || line[at + 1] != '"')) break;
        if (line[at] == '"') ++at;
        cell += line[at];
      }
      ++at;
      while (at < line.size() && !is_delimiter(line[at])) {
        if (!absl::ascii_isspace(line[at])) {
          return absl::InvalidArgumentError(
              absl::StrFormat("text stands behind the quoted cell \"%s\"", cell.substr(0, 40)));
        }
        ++at;
      }
    } else {
      const size_t begin = at;
      while (at < line.size() && !is_delimiter(line[at])) ++at;
      cell = std::string(absl::StripAsciiWhitespace(line.substr(begin, at - begin)));
    }
    cells.push_back(std::move(cell));
    if (at >= line.size()) return cells;
    ++at;  // the delimiter
    if (at >= line.size() && delimiter != ' ') {
      cells.emplace_back();
      return cells;
    }
  }
}

absl::StatusOr<double> DecimalSigns::Parse(absl::string_view cell) {
  const auto no_number = [&](absl::string_view why) {
    return absl::InvalidArgumentError(
        absl::StrFormat("\"%s\", not a number%s", cell.substr(0, 40), why));
  };
  double value = 0;
  const size_t comma = cell.find(',');
  if (comma == absl::string_view::npos) {
    if (cell.find('.') != absl::string_view::npos) {
      points_ = true;
      if (commas_ > 0) return no_number(": cells before it have a decimal comma; use one sign");
    }
    if (cell.find_first_of("xX") != absl::string_view::npos || !absl::SimpleAtod(cell, &value)) {
      return no_number("");
    }
    return value;
  }
  if (!commas_allowed_ || points_ || cell.find(',', comma + 1) != absl::string_view::npos ||
      cell.find('.') != absl::string_view::npos) {
    return no_number(": write a decimal point and do not group digits");
  }
  std::string pointed(cell);
  pointed[comma] = '.';
  if (pointed.find_first_of("xX") != std::string::npos || !absl::SimpleAtod(pointed, &value)) {
    return no_number("");
  }
  ++commas_;
  const absl::string_view whole = absl::string_view(cell).substr(0, comma);
  if (cell.size() - comma == 4 && AllDigits(cell.substr(comma + 1)) && AllDigits(whole) &&
      whole.size() <= 3 && whole[0] != '0') {
    if (may_group_++ == 0) first_grouped_ = std::string(cell);
  }
  return value;
}

absl::Status DecimalSigns::Check() const {
  if (commas_ == 0 || may_group_ < commas_) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat(
      "\"%s\" may be one and a fraction or grouped thousands, and no other cell tells; "
      "write decimal points",
      first_grouped_));
}

}  // namespace rhumb
