// ns-3 in a run that learns from the fluid simulator: which of its episodes ns-3 plays again, the
// correction that is fitted to them meanwhile, and when the fluid simulator is no longer believed.
//
// A run's budget of ns-3 goes where the correction is least certain: to the episodes with the
// widest range of completion times, which grows with the distance of what the policy does now from
// what the correction was learned from. What was predicted is the reward that the run learned from,
// so the pairs are of episodes that no fit had seen.
#ifndef RHUMB_AGENTS_TRAINING_TRUTH_CHECKS_H_
#define RHUMB_AGENTS_TRAINING_TRUTH_CHECKS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "agents/training/estimators.h"
#include "agents/training/rollout_pool.h"
#include "agents/training/surrogate_fit.h"
#include "simulator/surrogate/correction.h"
#include "simulator/surrogate/paired_simulator.h"

namespace rhumb::training {

struct TruthRules {
  // Of one core inside ns-3, counted as kHopPacketsPerMinute, so that what is learned does not
  // depend on how busy a machine is. 0: none, and no correction either.
  double minutes = 0;
  int every = 5;           // updates from check to check
  int episodes = 4;        // of a check
  double tolerance = 0.1;  // of reward, between what is predicted and what is measured
};

constexpr double kHopPacketsPerMinute = 60 * 230e3;

// Rewards of the same episode, or their means.
struct TruthPair {
  double predicted = 0, measured = 0;
};

// Used from the learner's thread, but for correction() and Tell().
class TruthChecks {
 public:
  explicit TruthChecks(const TruthRules& rules);

  // For the fluid simulators of the run: the shipped correction until one was fitted.
  std::shared_ptr<const surrogate::Correction> correction() const;
  // From the simulators that play again (paired_simulator.h).
  void Tell(PairedMeasurements paired);

  // Whether a check is due after so many updates, and can be paid for.
  bool Due(int64_t updates) const;
  // The episodes of an update that ns-3 is to play, one a scenario.
  std::vector<RolloutJob> Choose(const std::vector<RolloutGroup>& groups) const;
  // What came of them: `played` is in the order of `jobs`, `groups` are those that Choose had.
  // Fits a new correction when enough is new, O(samples). Means of the check; none when all were
  // lost.
  std::optional<TruthPair> Take(const std::vector<RolloutGroup>& groups,
                                const std::vector<RolloutJob>& jobs,
                                std::vector<RolloutGroup> played, uint64_t hop_packets);

  // Measured less predicted, over the latest pairs; what `parted` is judged by.
  Estimate difference() const;
  int num_latest() const;
  // Whether that is beyond the tolerance with its whole 95 % interval. Stays so.
  bool parted() const { return parted_; }
  int64_t num_episodes() const { return static_cast<int64_t>(pairs_.size()); }
  int num_fits() const { return num_fits_; }

  // As bytes and back. DataLoss when they are torn.
  std::string Serialize() const;
  absl::Status Parse(absl::string_view bytes, absl::string_view name);

 private:
  void FitTo(size_t samples);

  const TruthRules rules_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const surrogate::Correction> correction_ ABSL_GUARDED_BY(mutex_);
  std::map<uint64_t, std::vector<PairedMeasurements>> told_ ABSL_GUARDED_BY(mutex_);  // by seed
  std::vector<SurrogateSample> samples_;
  std::vector<TruthPair> pairs_;
  int networks_ = 0;      // of the samples
  size_t fitted_to_ = 0;  // samples; 0: the shipped correction is in use
  int fitted_networks_ = 0;
  int num_fits_ = 0;
  double hop_packets_ = 0;  // that were paid for
  bool parted_ = false;
};

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_TRUTH_CHECKS_H_
