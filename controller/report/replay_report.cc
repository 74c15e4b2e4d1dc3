#include "controller/report/replay_report.h"

#include "controller/report/replay_document.h"
#include "controller/report/report_page.h"
#include "controller/report/worst_interval.h"
#include "topologies/formats/file_io.h"

namespace rhumb {
namespace {

// 48 MB of sums; a report of that many is about 6 MB.
constexpr double kMostLoads = 6e6;

}  // namespace

void ReplayReport::Begin(const ReplayInput& input, const ReplayConfig& config, int /*seeds*/) {
  input_ = &input;
  config_ = &config;
  record_ =
      std::make_unique<ReplayRecord>(static_cast<int>(config.policies.size()),
                                     input.topology.num_links(), input.num_counted(), kMostLoads);
}

void ReplayReport::Played(const PlayedInterval& played) { record_->Add(played); }

absl::Status ReplayReport::Finish(const std::vector<PolicyCells>& cells,
                                  const std::vector<double>& optimum, const ReplayResult& result) {
  const std::string drawing =
      DrawWorstInterval({*config_, *input_, cells, optimum, result, *record_});
  if (absl::Status status = WriteFileAtomically(directory_ + "/worst-interval.svg", drawing);
      !status.ok()) {
    return status;
  }
  if (!CanWriteReports()) return absl::OkStatus();
  const absl::StatusOr<std::string> page =
      FillReportPage(ReplayDocument({*config_, *input_, cells, optimum, result, *record_}));
  if (!page.ok()) return page.status();
  absl::Status status = WriteFileAtomically(directory_ + "/report.html", *page);
  written_ = status.ok();
  return status;
}

}  // namespace rhumb
