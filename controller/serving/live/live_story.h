// Turns looks at the controller, one after the other, into what viewers are told: what is new since
// the look before.
#ifndef RHUMB_CONTROLLER_SERVING_LIVE_LIVE_STORY_H_
#define RHUMB_CONTROLLER_SERVING_LIVE_LIVE_STORY_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "controller/clock/steady_time.h"
#include "controller/serving/live/event_log.h"
#include "controller/serving/live/map_calculations.h"
#include "controller/serving/live/recent_metrics.h"
#include "controller/steering/questions/live_view.h"
#include "rhumb/v1/north.pb.h"

namespace rhumb {

// One look.
struct LiveLook {
  LiveView view;
  std::optional<rhumb::v1::ControllerStatus> status;   // not with every look
  std::vector<RecentMetrics::Verdict> verdicts;        // since the look before
  double reroute_s = -1, policy_s = -1, guard_s = -1;  // the last of each; negative: none yet
  absl::Time wall;                                     // what people read
  SteadyTime now;
};

// Owned by one thread. Events, by kind:
//
//   topology  nodes, links, where they stand     state; x and y in a box of width by height
//   links     which are failed or drained        state; by their place in the topology
//   loads     load over capacity of every link   state; at most twice a second, see Loads
//   plan      header, guard, what it moved       state; demands that left their shortest path, and
//                                                the plans that an operator can go back to
//   status    policy, pins, store, freshness     state
//   adapters  who is connected, and their lag    state
//   ping      the server lives; telemetry's age  state; every kPing
//   point     MLU at a moment                    happened
//   verdict   the guard's                        happened
//   note      one line of the log                happened
//
// Costs loads of two plans on new traffic, else O(links). What takes longer, `calculations` gives
// when it is known: a topology, with its links and loads, is told once its layout is, and loads and
// what a plan moved once shortest path is. All else is told meanwhile, failures among it.
class LiveStory {
 public:
  static constexpr absl::Duration kPing = absl::Seconds(2);
  static constexpr absl::Duration kLoads = absl::Milliseconds(500);
  static constexpr int kMoves = 10;
  static constexpr int kAdapters = 100;

  // Which outlives it.
  explicit LiveStory(MapCalculations& calculations) : calculations_(calculations) {}

  std::vector<LiveEvent> Tell(LiveLook look);
  // A ping while the controller is too busy to be looked at: it says for how long.
  LiveEvent TellBusy(absl::Time wall, SteadyTime now) const;

 private:
  using Events = std::vector<LiveEvent>;
  // True when the topology has been told, now or before.
  bool TellTopology(const LiveLook& look, Events* events);
  void TellLinks(const LiveLook& look, Events* events);
  void TellLoads(const LiveLook& look, Events* events);
  void TellPlan(const LiveLook& look, bool mapped, Events* events);
  // Unless it has been noted.
  void NotePlan(const LiveLook& look, const EarlierPlan& plan, Events* events);
  void TellVerdicts(const LiveLook& look, Events* events);
  void TellStatus(const LiveLook& look, Events* events);
  void Note(const LiveLook& look, const char* what, const std::string& text, Events* events);
  // Unless it is what was told last.
  void State(const char* kind, std::string data, Events* events);

  MapCalculations& calculations_;
  std::map<std::string, std::string> told_;  // states, by kind
  std::optional<Topology> topology_;         // that was told last
  uint64_t links_version_ = 0;
  uint64_t plan_version_ = 0;
  std::string plan_told_;
  uint64_t loads_traffic_ = 0, loads_plan_ = 0, loads_topology_ = 0;
  SteadyTime loads_at_, ping_at_;
  std::optional<SteadyTime> looked_at_;
  std::optional<SteadyTime> telemetry_at_;  // when the latest telemetry came
  std::optional<rhumb::v1::ControllerStatus> status_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_LIVE_LIVE_STORY_H_
