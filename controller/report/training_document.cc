#include "controller/report/training_document.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "controller/report/report_page.h"
#include "topologies/formats/file_io.h"

namespace rhumb {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kSchema[] = "rhumb.training/1";
constexpr int64_t kMostBytes = 256 << 20;

}  // namespace

absl::StatusOr<std::string> TrainingDocument(absl::string_view csv, const std::string& file,
                                             const std::string& title,
                                             const Provenance& provenance) {
  const std::vector<absl::string_view> lines = absl::StrSplit(csv, '\n');
  const std::vector<std::string> columns = absl::StrSplit(absl::StripSuffix(lines[0], "\r"), ',');
  Json rows = Json::array();
  for (size_t i = 1; i < lines.size(); ++i) {
    const absl::string_view line = absl::StripSuffix(lines[i], "\r");
    if (line.empty()) continue;
    const std::vector<absl::string_view> fields = absl::StrSplit(line, ',');
    if (fields.size() != columns.size()) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "%s:%d: a row of %d fields under %d columns; it is no metrics.csv of rhumb train", file,
          i + 1, fields.size(), columns.size()));
    }
    Json row = Json::array();
    for (size_t k = 0; k < fields.size(); ++k) {
      double value = 0;
      if (fields[k].empty()) {
        row.push_back(nullptr);
      } else if (!absl::SimpleAtod(fields[k], &value)) {
        return absl::InvalidArgumentError(absl::StrFormat("%s:%d: column %s: \"%s\" is no number",
                                                          file, i + 1, columns[k], fields[k]));
      } else {
        row.push_back(std::isfinite(value) ? Json(value) : Json(nullptr));
      }
    }
    rows.push_back(std::move(row));
  }
  if (rows.empty()) {
    return absl::FailedPreconditionError(
        absl::StrFormat("%s has no rows yet: nothing was learned", file));
  }
  const Json json = {{"schema", kSchema},
                     {"title", title},
                     {"provenance",
                      {{"command", provenance.command},
                       {"version", provenance.version},
                       {"commit", provenance.commit},
                       {"machine", provenance.machine},
                       {"checkpoints", provenance.checkpoints}}},
                     {"columns", columns},
                     {"rows", rows}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::Status WriteTrainingReport(const std::string& directory, const Provenance& provenance) {
  const std::string file = directory + "/metrics.csv";
  const absl::StatusOr<std::string> csv = ReadWholeFile(file, kMostBytes);
  if (!csv.ok()) return csv.status();
  const absl::StatusOr<std::string> json =
      TrainingDocument(*csv, file, absl::StrCat("Training in ", directory), provenance);
  if (!json.ok()) return json.status();
  const absl::StatusOr<std::string> page = FillReportPage(*json);
  if (!page.ok()) return page.status();
  return WriteFileAtomically(directory + "/report.html", *page);
}

}  // namespace rhumb
