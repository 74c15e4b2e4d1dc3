// Plays a scenario as a live network that a running controller steers.
#ifndef RHUMB_CONTROLLER_LIVE_NETWORK_LIVE_PLAYER_H_
#define RHUMB_CONTROLLER_LIVE_NETWORK_LIVE_PLAYER_H_

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "controller/live_network/live_result.h"
#include "controller/live_network/network_adapter.h"
#include "controller/live_network/telemetry_source.h"
#include "controller/replay/replay_engine.h"
#include "controller/replay/replay_input.h"

namespace rhumb {

struct LivePlayerOptions {
  TelemetryKind telemetry = TelemetryKind::kAll;
  // Absent: as fast as the controller decides. An interval is played once the plan that was decided
  // from the telemetry of the one before has arrived, so a run does not depend on how fast the
  // machine is. Else this many seconds of the network pass in one: nothing waits for the
  // controller, and plans are in force from the moment they arrive.
  std::optional<double> speed;
  int reconnect_every = 0;  // breaks and resumes all connections every so many intervals; 0: never
  // Of the episode; see SetUpPacketSimulator.
  TrafficModel traffic;
  double scale = 1;
  absl::Duration warm_up = absl::ZeroDuration();
  const std::atomic<bool>* stop = nullptr;  // not owned; may be null
};

// One simulator plays what the controller decides, a second one the same intervals under shortest
// path, which reroutes at the moment a link changes: what the network would do by itself.
class LivePlayer {
 public:
  LivePlayer(const ReplayInput& input, NetworkAdapter* adapter, SimulatorFactory make_simulator,
             const LivePlayerOptions& options);

  // Declares the network and plays all intervals; `on_interval` is called after each, in order.
  // Errors of the adapter and of the simulators, naming the interval; Cancelled after `stop`.
  absl::Status Play(const std::function<void(const LiveInterval&)>& on_interval);

 private:
  absl::Status Start();
  absl::StatusOr<LiveInterval> PlayInterval(const ReplayInterval& interval, bool first);
  // The interval with plans put in at the times they came to be in force.
  absl::Status Steer(const ReplayInterval& interval, Interval* played, RoutingPlan* plan,
                     LiveInterval* row);
  absl::Status SteerInLockStep(const ReplayInterval& interval, Interval* played, LiveInterval* row);
  absl::Status SteerInRealTime(const ReplayInterval& interval, Interval* played);
  absl::Status AwaitDecision(LiveInterval* row);
  absl::StatusOr<RoutingPlan> PlanInForce() const;
  absl::StatusOr<double> PlayShortestPath(const ReplayInterval& interval, Interval played);
  absl::StatusOr<RoutingPlan> ShortestPathPlan(const Topology& topology);
  bool Stopped() const { return options_.stop != nullptr && *options_.stop; }

  const ReplayInput& input_;
  NetworkAdapter* const adapter_;
  const SimulatorFactory make_simulator_;
  const LivePlayerOptions options_;
  const absl::Time clock_begin_;
  TelemetrySource telemetry_;
  std::unique_ptr<NetworkSimulator> live_, reference_;
  std::unique_ptr<RoutingPolicy> shortest_path_;
  Topology topology_;       // of the simulated network, now
  SteadyTime wall_begin_;   // of the interval that is played in real time
  absl::Duration elapsed_;  // of the network's time, since its start
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_LIVE_NETWORK_LIVE_PLAYER_H_
