#include "controller/cli/report_command.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/report/comparison_document.h"
#include "controller/report/report_page.h"
#include "controller/report/training_document.h"
#include "controller/terminal/usage_error.h"
#include "topologies/formats/file_io.h"

namespace rhumb {
namespace {

constexpr int64_t kMostBytes = int64_t{1} << 30;

struct ReportOptions {
  std::vector<std::string> runs;
  std::string to;
};

// The report of a folder, or the file itself.
std::string ReportFile(const std::string& run) {
  return std::filesystem::is_directory(run) ? run + "/report.html" : run;
}

absl::StatusOr<std::string> DataOf(const std::string& run) {
  const std::string file = ReportFile(run);
  const absl::StatusOr<std::string> page = ReadWholeFile(file, kMostBytes);
  if (!page.ok()) {
    return absl::Status(
        page.status().code(),
        absl::StrCat(page.status().message(),
                     "; give a folder that rhumb replay --out or rhumb train wrote"));
  }
  absl::StatusOr<std::string> data = ReportDataOf(*page);
  if (!data.ok()) {
    return absl::Status(data.status().code(), absl::StrCat(file, ": ", data.status().message()));
  }
  return data;
}

absl::StatusOr<std::string> Data(const ReportOptions& options) {
  const absl::StatusOr<std::string> a = DataOf(options.runs[0]);
  if (!a.ok() || options.runs.size() == 1) return a;
  const absl::StatusOr<std::string> b = DataOf(options.runs[1]);
  if (!b.ok()) return b.status();
  return ComparisonDocument(*a, options.runs[0], *b, options.runs[1]);
}

absl::Status Report(const ReportOptions& options) {
  std::string to = options.to;
  if (to.empty()) to = options.runs.size() == 2 ? "comparison.html" : ReportFile(options.runs[0]);
  const absl::StatusOr<std::string> data = Data(options);
  if (!data.ok()) return data.status();
  const absl::StatusOr<std::string> page = FillReportPage(*data);
  if (!page.ok()) return page.status();
  if (absl::Status status = WriteFileAtomically(to, *page); !status.ok()) return status;
  std::cout << "Look at it: " << to << "\n";
  return absl::OkStatus();
}

}  // namespace

Command ReportCommand() {
  return {
      "report", "Compare two runs, or write a report again with this program's page",
      "rhumb replay --topology nsfnet --traffic gravity:seed=1,count=6 --load 0.8 --out before\n"
      "rhumb replay --topology nsfnet --traffic gravity:seed=1,count=6 --load 1.2 --out after\n"
      "rhumb report before after --to comparison.html",
      [](CLI::App& app) -> RunCommand {
        auto options = std::make_shared<ReportOptions>();
        app.add_option("run", options->runs,
                       "Folder that rhumb replay --out or rhumb train wrote, or a report.html; "
                       "two are compared")
            ->required()
            ->expected(1, 2)
            ->type_name("DIR");
        app.add_option("--to", options->to,
                       "File to write (default: comparison.html for two, the report itself "
                       "for one)")
            ->type_name("FILE");
        return [options] { return Report(*options); };
      }};
}

}  // namespace rhumb
