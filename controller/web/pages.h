// The pages that are compiled into the program, each one self-contained HTML file.
#ifndef RHUMB_CONTROLLER_WEB_PAGES_H_
#define RHUMB_CONTROLLER_WEB_PAGES_H_

#include "absl/strings/string_view.h"

namespace rhumb {

// What stands exactly once in ReportPage, where the data of a report belong.
inline constexpr char kReportPlaceholder[] = "__RHUMB_REPORT_DATA__";

// The template of a report. Empty in a program that was built without pages (RHUMB_WEB=OFF).
absl::string_view ReportPage();

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_WEB_PAGES_H_
