// The pages that are compiled into the program: the report is one self-contained HTML file, the
// live page has its scripts beside it.
#ifndef RHUMB_CONTROLLER_WEB_PAGES_H_
#define RHUMB_CONTROLLER_WEB_PAGES_H_

#include <vector>

#include "absl/strings/string_view.h"

namespace rhumb {

// What stands exactly once in ReportPage, where the data of a report belong.
inline constexpr char kReportPlaceholder[] = "__RHUMB_REPORT_DATA__";

// The template of a report. Empty in a program that was built without pages (RHUMB_WEB=OFF).
absl::string_view ReportPage();

// A file as a browser asks for it.
struct PageFile {
  const char* path;  // "/" is the page
  const char* type;
  absl::string_view bytes;
};
// The live page, which a server hands out. Empty in a program that was built without pages.
std::vector<PageFile> LiveFiles();

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_WEB_PAGES_H_
