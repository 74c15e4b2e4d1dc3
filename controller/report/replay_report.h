// The report of `rhumb replay`, written when the replay is done: one HTML file, and the worst
// interval as a drawing.
#ifndef RHUMB_CONTROLLER_REPORT_REPLAY_REPORT_H_
#define RHUMB_CONTROLLER_REPORT_REPLAY_REPORT_H_

#include <memory>
#include <string>
#include <vector>

#include "controller/replay/replay_observer.h"
#include "controller/report/replay_record.h"

namespace rhumb {

// Listens to one replay and writes `directory`/report.html and worst-interval.svg. A program
// without pages writes the drawing alone, and Finish is OK all the same: written() tells.
class ReplayReport : public ReplayObserver {
 public:
  explicit ReplayReport(std::string directory) : directory_(std::move(directory)) {}

  void Begin(const ReplayInput& input, const ReplayConfig& config, int seeds) override;
  void Played(const PlayedInterval& played) override;
  absl::Status Finish(const std::vector<PolicyCells>& cells, const std::vector<double>& optimum,
                      const ReplayResult& result) override;

  // report.html was.
  bool written() const { return written_; }

 private:
  const std::string directory_;
  const ReplayInput* input_ = nullptr;
  const ReplayConfig* config_ = nullptr;
  std::unique_ptr<ReplayRecord> record_;
  bool written_ = false;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPORT_REPLAY_REPORT_H_
