// What the guard said last, and how often it did not let a proposal pass.
#ifndef RHUMB_CONTROLLER_STEERING_GUARD_GUARD_LOG_H_
#define RHUMB_CONTROLLER_STEERING_GUARD_GUARD_LOG_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "controller/steering/metrics/metrics.h"
#include "rhumb/v1/live_plan.pb.h"

namespace rhumb {

// Owned by the control thread. O(1).
class GuardLog {
 public:
  // `metrics` outlives this.
  explicit GuardLog(Metrics* metrics) : metrics_(metrics) {}

  // A verdict on a proposal: into the metrics, and unless it passed as it was into the counts and
  // the program's log.
  void Count(const rhumb::v1::GuardReport& report);

  // What is told from now on when somebody asks why the plan is as it is.
  void Tell(rhumb::v1::GuardReport report) { latest_ = std::move(report); }
  // The policy's own words on its latest decision.
  void TellNote(std::string note) { note_ = std::move(note); }

  // Outcome UNSPECIFIED before any.
  const rhumb::v1::GuardReport& latest() const { return latest_; }
  const std::string& note() const { return note_; }
  // By rule: verdicts that were not to accept.
  const std::map<std::string, uint64_t>& counts() const { return counts_; }

 private:
  Metrics* const metrics_;
  std::map<std::string, uint64_t> counts_;
  rhumb::v1::GuardReport latest_;
  std::string note_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_GUARD_GUARD_LOG_H_
