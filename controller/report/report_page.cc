#include "controller/report/report_page.h"

#include "absl/strings/str_cat.h"
#include "controller/web/pages.h"

namespace rhumb {
namespace {

constexpr absl::string_view kDataBegin = R"(<script type="application/json" id="rhumb-data">)";
constexpr absl::string_view kDataEnd = "</script>";

}  // namespace

bool CanWriteReports() { return !ReportPage().empty(); }

absl::StatusOr<std::string> FillReportPage(absl::string_view json) {
  const absl::string_view page = ReportPage();
  const size_t at = page.find(kReportPlaceholder);
  if (at == absl::string_view::npos) {
    return absl::FailedPreconditionError(
        "this program was built without pages; build it with -DRHUMB_WEB=ON, which needs npm");
  }
  std::string filled(page.substr(0, at));
  filled.reserve(page.size() + json.size() + json.size() / 8);
  for (const char c : json) {
    if (c == '<') {
      filled += "\\u003c";
    } else {
      filled += c;
    }
  }
  absl::StrAppend(&filled, page.substr(at + std::char_traits<char>::length(kReportPlaceholder)));
  return filled;
}

absl::StatusOr<std::string> ReportDataOf(absl::string_view page) {
  const size_t begin = page.find(kDataBegin);
  const size_t end = begin == absl::string_view::npos ? begin : page.find(kDataEnd, begin);
  if (end == absl::string_view::npos) {
    return absl::InvalidArgumentError("it is not a report of rhumb: it has no data");
  }
  return std::string(page.substr(begin + kDataBegin.size(), end - begin - kDataBegin.size()));
}

}  // namespace rhumb
