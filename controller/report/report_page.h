// Puts data into the page of a report.
#ifndef RHUMB_CONTROLLER_REPORT_REPORT_PAGE_H_
#define RHUMB_CONTROLLER_REPORT_REPORT_PAGE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rhumb {

// False in a program that was built without pages.
bool CanWriteReports();

// The page with `json`, which it shows. "<" is escaped, so that no name ends the element it stands
// in. FailedPrecondition in a program without pages.
absl::StatusOr<std::string> FillReportPage(absl::string_view json);

// The JSON of a page that FillReportPage made. InvalidArgument when there is none.
absl::StatusOr<std::string> ReportDataOf(absl::string_view page);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPORT_REPORT_PAGE_H_
