#include "controller/web/pages.h"

namespace rhumb {
namespace {

#if RHUMB_HAS_PAGES
constexpr unsigned char kReportPage[] = {
#include "report_page.inc"
};
#endif

}  // namespace

absl::string_view ReportPage() {
#if RHUMB_HAS_PAGES
  return {reinterpret_cast<const char*>(kReportPage), sizeof(kReportPage)};
#else
  return {};
#endif
}

}  // namespace rhumb
