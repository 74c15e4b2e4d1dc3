#include "controller/web/pages.h"

namespace rhumb {
namespace {

#if RHUMB_HAS_PAGES
constexpr unsigned char kReportPage[] = {
#include "report_page.inc"
};
constexpr unsigned char kLivePage[] = {
#include "live_html_page.inc"
};
constexpr unsigned char kLiveScript[] = {
#include "live_js_page.inc"
};
constexpr unsigned char kLiveStyle[] = {
#include "live_css_page.inc"
};
constexpr unsigned char kLiveWorker[] = {
#include "live_worker_js_page.inc"
};

template <size_t size>
absl::string_view Bytes(const unsigned char (&bytes)[size]) {
  return {reinterpret_cast<const char*>(bytes), size};
}
#endif

}  // namespace

absl::string_view ReportPage() {
#if RHUMB_HAS_PAGES
  return Bytes(kReportPage);
#else
  return {};
#endif
}

std::vector<PageFile> LiveFiles() {
#if RHUMB_HAS_PAGES
  return {{"/", "text/html; charset=utf-8", Bytes(kLivePage)},
          {"/live.js", "text/javascript; charset=utf-8", Bytes(kLiveScript)},
          {"/live.css", "text/css; charset=utf-8", Bytes(kLiveStyle)},
          {"/live-worker.js", "text/javascript; charset=utf-8", Bytes(kLiveWorker)}};
#else
  return {};
#endif
}

}  // namespace rhumb
