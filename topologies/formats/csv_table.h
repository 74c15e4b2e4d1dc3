// A table of separated values, as spreadsheets and scripts write them.
#ifndef RHUMB_TOPOLOGIES_FORMATS_CSV_TABLE_H_
#define RHUMB_TOPOLOGIES_FORMATS_CSV_TABLE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rhumb {

// What separates the cells of a line: of ';', tab and ',' the first that stands outside quotes; a
// space when there is none of them.
char DelimiterOf(absl::string_view line);

// The cells of one line without white space around them and without their quotes; a doubled quote
// inside quotes is one. With a space as delimiter, runs of blanks separate. InvalidArgument for a
// quote that is not closed on the line or has text behind it.
absl::StatusOr<std::vector<std::string>> SplitCells(absl::string_view line, char delimiter);

// Numbers of a table whose decimal sign is a point or, where commas do not separate, a comma. Which
// one is decided by the cells: "100,5" has a decimal comma, "1.5" a point, "1,000" either.
class DecimalSigns {
 public:
  explicit DecimalSigns(char delimiter) : commas_allowed_(delimiter != ',') {}

  // The number in a cell, NaN and infinities included, so that the caller can say whose they are.
  // InvalidArgument for text, for digits grouped in thousands, and for a decimal comma after a
  // decimal point.
  absl::StatusOr<double> Parse(absl::string_view cell);
  // InvalidArgument when every comma may have grouped thousands, as in "1,000".
  absl::Status Check() const;
  bool commas() const { return commas_ > 0; }

 private:
  bool commas_allowed_;
  int commas_ = 0;     // cells with a comma
  int may_group_ = 0;  // of these, those like "1,000"
  bool points_ = false;
  std::string first_grouped_;
};

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_CSV_TABLE_H_
