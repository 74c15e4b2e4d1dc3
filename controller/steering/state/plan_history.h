// The plans that were published. The latest is in force; those before it are bases for adapters
// that resume, and what an operator can go back to.
#ifndef RHUMB_CONTROLLER_STEERING_STATE_PLAN_HISTORY_H_
#define RHUMB_CONTROLLER_STEERING_STATE_PLAN_HISTORY_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "controller/steering/plan/live_plan.h"
#include "controller/steering/store/version_promises.h"

namespace rhumb {

// Owned by the control thread; plans themselves are immutable and shared.
class PlanHistory {
 public:
  // Keeps the `kept` latest, at least one. What is added is also put into `change`, which outlives
  // this.
  PlanHistory(int kept, VersionSource versions, StoreChange* change)
      : kept_(kept > 1 ? kept : 1), versions_(versions), change_(change) {}

  // Reads back a plan of before, on `topology`. InvalidArgument when it does not fit; nothing
  // changes then.
  absl::StatusOr<LivePlanPtr> Restore(const rhumb::v1::LivePlan& stored, const Topology& topology);

  // `plan`, on `topology`, under the next version, which completes `header` with that of the
  // topology. O(paths).
  LivePlanPtr Add(const RoutingPlan& plan, const Topology& topology, rhumb::v1::PlanHeader header,
                  std::string policy_note);
  // The answer to the request under way says that its plan is kept: it is stored with the request
  // rather than a little later.
  void StoreAtOnce() { change_->plans_promised = true; }

  bool empty() const { return plans_.empty(); }
  // Null before the first.
  LivePlanPtr latest() const { return plans_.empty() ? nullptr : plans_.back(); }
  // Of the other kept ones the `most` latest, the latest last.
  std::vector<EarlierPlan> BeforeLatest(size_t most) const;
  // What the network runs now, if its ids mean the same on `topology`.
  std::optional<RoutingPlan> InForce(const Topology& topology) const;
  // Null when it is not kept, or never was.
  LivePlanPtr Find(uint64_t version) const;
  // How many of the kept plans are newer. Versions jump at a restart, so their difference says
  // nothing.
  int CountAfter(uint64_t version) const;
  // 0 when none is kept.
  uint64_t first_version() const { return plans_.empty() ? 0 : plans_.front()->version(); }
  uint64_t last_version() const { return versions_.latest(); }

 private:
  const size_t kept_;
  VersionSource versions_;
  StoreChange* const change_;
  std::deque<LivePlanPtr> plans_;  // the latest last
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_STATE_PLAN_HISTORY_H_
