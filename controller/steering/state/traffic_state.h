// What is known of the traffic: measured demands where there are any, estimates for the rest, for
// the last few intervals.
#ifndef RHUMB_CONTROLLER_STEERING_STATE_TRAFFIC_STATE_H_
#define RHUMB_CONTROLLER_STEERING_STATE_TRAFFIC_STATE_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "controller/clock/steady_time.h"
#include "controller/steering/state/telemetry_intake.h"
#include "controller/steering/store/kept_demands.h"
#include "controller/steering/store/version_promises.h"
#include "simulator/measurements.h"
#include "topologies/routing_plan.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

// One interval, immutable.
struct TrafficEstimate {
  uint64_t version = 0;
  absl::Time interval_end;  // as its source stamped it
  SteadyTime received_at;
  std::shared_ptr<const TrafficMatrix> demands;
  std::vector<bool> measured;  // [nodes * nodes] row-major; the others are estimated
  double measured_share = 0;   // of the total rate; 0 without traffic
  // Of links; `demands` is empty. Null when no link was reported.
  std::shared_ptr<const Measurements> measurements;
};

// Owned by the control thread. Reports of several sources whose intervals end within half an
// interval of each other make one estimate; so do late ones, but a source that was heard for an
// estimate begins the next one.
class TrafficState {
 public:
  explicit TrafficState(VersionSource versions, int history = 8)
      : max_history_(history), versions_(versions) {}

  // `plan` is the one in force, null before the first: without it nothing can be estimated.
  void Add(const MeasuredInterval& interval, const Topology& topology, const RoutingPlan* plan,
           SteadyTime now);
  // Another network: what was known last is carried over by the names of nodes, the rest forgotten.
  void CarryOver(const Topology& topology);
  // What an earlier run knew last. InvalidArgument when it is not what was kept.
  absl::Status Restore(const rhumb::v1::KeptTraffic& kept, const Topology& topology);
  // For the store; nothing before anything is known.
  std::optional<KeptDemands> ToKeep() const;

  // The latest last.
  const std::deque<std::shared_ptr<const TrafficEstimate>>& history() const { return history_; }
  // Null before any.
  std::shared_ptr<const TrafficEstimate> latest() const {
    return history_.empty() ? nullptr : history_.back();
  }
  // The same, or before any what was carried over from an earlier run; null before that too.
  std::shared_ptr<const TrafficEstimate> last_known() const {
    return history_.empty() ? restored_ : history_.back();
  }
  uint64_t version() const { return versions_.latest(); }

 private:
  std::shared_ptr<const Measurements> LinkMeasurements(const Topology& topology,
                                                       absl::Duration window) const;

  size_t max_history_;
  VersionSource versions_;
  std::deque<std::shared_ptr<const TrafficEstimate>> history_;
  std::shared_ptr<const TrafficEstimate> restored_;
  std::optional<Topology> topology_;  // of the latest
  // Of the interval that reports are still coming in for.
  std::vector<std::optional<MeasuredLink>> links_;  // [links]
  std::vector<std::optional<double>> demands_;      // [nodes * nodes]
  bool complete_ = false;
  absl::flat_hash_set<std::string> sources_;  // that were heard
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_STATE_TRAFFIC_STATE_H_
