// How old the latest telemetry is, in the words that steering acts on.
#ifndef RHUMB_CONTROLLER_STEERING_STATE_TELEMETRY_WATCH_H_
#define RHUMB_CONTROLLER_STEERING_STATE_TELEMETRY_WATCH_H_

#include <optional>

#include "absl/time/time.h"
#include "controller/clock/steady_time.h"
#include "controller/steering/state/traffic_state.h"
#include "rhumb/v1/north.pb.h"

namespace rhumb {

// Owned by the control thread. O(1).
class TelemetryWatch {
 public:
  // Fresh until `hold_after`, stale until `lost_after`, then lost.
  TelemetryWatch(absl::Duration hold_after, absl::Duration lost_after)
      : hold_after_(hold_after), lost_after_(lost_after) {}

  rhumb::v1::TelemetryFreshness Of(const TrafficState& traffic, SteadyTime now) const {
    const auto latest = traffic.latest();
    if (latest == nullptr) return rhumb::v1::TELEMETRY_FRESHNESS_NONE;
    const absl::Duration age = now - latest->received_at;
    if (age >= lost_after_) return rhumb::v1::TELEMETRY_FRESHNESS_LOST;
    if (age >= hold_after_) return rhumb::v1::TELEMETRY_FRESHNESS_STALE;
    return rhumb::v1::TELEMETRY_FRESHNESS_FRESH;
  }

  // What it has become, when it is not what it was at the call before.
  std::optional<rhumb::v1::TelemetryFreshness> Change(const TrafficState& traffic, SteadyTime now) {
    const rhumb::v1::TelemetryFreshness freshness = Of(traffic, now);
    if (freshness == last_) return std::nullopt;
    last_ = freshness;
    return freshness;
  }

 private:
  const absl::Duration hold_after_;
  const absl::Duration lost_after_;
  rhumb::v1::TelemetryFreshness last_ = rhumb::v1::TELEMETRY_FRESHNESS_NONE;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_STATE_TELEMETRY_WATCH_H_
