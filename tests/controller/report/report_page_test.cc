#include "controller/report/report_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controller/web/pages.h"

namespace rhumb {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ReportPageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!CanWriteReports()) GTEST_SKIP() << "built without pages (RHUMB_WEB=OFF)";
  }
};

TEST_F(ReportPageTest, HoldsThePlaceForTheDataOnce) {
  const std::string page(ReportPage());
  const size_t at = page.find(kReportPlaceholder);
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(page.find(kReportPlaceholder, at + 1), std::string::npos);
}

TEST_F(ReportPageTest, LoadsNothingFromANetwork) {
  std::string page(ReportPage());
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  for (const char* loading : {"src=\"http", "href=\"http", "url(http", "import(\"http", "//cdn"}) {
    EXPECT_THAT(page, Not(HasSubstr(loading)));
  }
}

TEST_F(ReportPageTest, NoNameEndsTheElementOfTheData) {
  const std::string json = R"({"name":"</script><script>alert(1)</script><!--"})";
  const auto page = FillReportPage(json);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(*page, Not(HasSubstr("alert(1)</script>")));
  const auto data = ReportDataOf(*page);
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ(nlohmann::json::parse(*data), nlohmann::json::parse(json));
}

TEST_F(ReportPageTest, APageWithoutDataIsRefused) {
  EXPECT_EQ(ReportDataOf("<html></html>").status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace rhumb
