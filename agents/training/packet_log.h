// What a run of packet-level training tells of itself: rows of metrics.csv, TensorBoard's scalars,
// and where the time went.
#ifndef RHUMB_AGENTS_TRAINING_PACKET_LOG_H_
#define RHUMB_AGENTS_TRAINING_PACKET_LOG_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agents/training/estimators.h"
#include "agents/training/event_file.h"
#include "agents/training/packet_samples.h"
#include "agents/training/rollout_pool.h"
#include "agents/training/truth_checks.h"

namespace rhumb::training {

// Wall seconds of the learner's thread.
struct LearnerTime {
  double learning_s = 0;
  double waiting_s = 0;  // for rollouts
  double run_s = 0;      // since the run began, in all its processes one after the other
};

// Where the episodes of a run were played.
struct RunCost {
  RolloutCost all;
  double packet_s = 0;  // of all.simulator_s, in ns-3
};
// Share of the simulators' time that was ns-3's.
double PacketShare(const RunCost& cost);

// What the simulator that is learned from says of the validation's scenarios, where another one
// measures: the same decisions on the same traffic.
struct PredictedReward {
  double mean = 0;
  Estimate minus_measured;  // in pairs
};

// Share of the work of all processes that was not inside of the simulator: scenarios, decisions,
// learning. Waiting is no work.
double OutsideShare(const RolloutCost& cost, const LearnerTime& time);

class PacketLog {
 public:
  static std::string Header();
  // Rows with the columns of Header(), of those that an older program wrote with fewer.
  static std::string WithAllColumns(absl::string_view metrics);
  absl::Status Open(const std::string& directory) { return events_.Open(directory); }

  // Rows of metrics.csv; what a row does not know stays empty. `truth` is of the episodes of the
  // update that ns-3 played again.
  std::string UpdateRow(int64_t update, const UpdateReport& report, const RunCost& cost,
                        const LearnerTime& time, const std::optional<TruthPair>& truth);
  std::string ValidationRow(int64_t update, const Estimate& reward,
                            const std::optional<PredictedReward>& predicted, const RunCost& cost,
                            const LearnerTime& time);

 private:
  EventFile events_;
};

// Steps and hop-packets per second, and where the time went; one line.
std::string CostLine(const RunCost& cost, const LearnerTime& time, int workers, double elapsed_s);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_PACKET_LOG_H_
