// Two runs in one report, to be compared: what `rhumb report A B` shows.
#ifndef RHUMB_CONTROLLER_REPORT_COMPARISON_DOCUMENT_H_
#define RHUMB_CONTROLLER_REPORT_COMPARISON_DOCUMENT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rhumb {

// The data of a report (`rhumb.report/1`) with the policies of both runs, "A · NAME" and "B ·
// NAME", and under `runs` what each run was. `a` and `b` are data of reports of one run; the names
// are used in errors. InvalidArgument unless both are, and unless they are of the same links and
// intervals: other maps cannot be laid beside each other.
absl::StatusOr<std::string> ComparisonDocument(absl::string_view a, const std::string& name_a,
                                               absl::string_view b, const std::string& name_b);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPORT_COMPARISON_DOCUMENT_H_
