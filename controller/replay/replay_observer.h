// Who wants to know more of a replay than its cells keep: the plan and the loads of every interval.
#ifndef RHUMB_CONTROLLER_REPLAY_REPLAY_OBSERVER_H_
#define RHUMB_CONTROLLER_REPLAY_REPLAY_OBSERVER_H_

#include <vector>

#include "absl/status/status.h"
#include "controller/replay/cell.h"
#include "controller/replay/replay_input.h"
#include "topologies/routing_plan.h"

namespace rhumb {

struct PolicyCells;
struct ReplayResult;

// One counted interval of one policy under one seed. Valid during the call only.
struct PlayedInterval {
  int policy = 0;
  int seed = 0;
  int index = 0;  // of the counted intervals, from 0
  const ReplayInterval& interval;
  const RoutingPlan& plan;
  // With measurements of every link and demand, in the order of the plan's pairs; both are empty
  // when the cell is lost.
  const Cell& cell;
};

class ReplayObserver {
 public:
  virtual ~ReplayObserver() = default;
  // Once, before anything is played; `input` and `config` live as long as the replay.
  virtual void Begin(const ReplayInput& input, const ReplayConfig& config, int seeds) = 0;
  // From several threads; the intervals of one policy and seed in order.
  virtual void Played(const PlayedInterval& played) = 0;
  // Once, when all was played and the result files are written. `optimum` may be empty.
  virtual absl::Status Finish(const std::vector<PolicyCells>& cells,
                              const std::vector<double>& optimum, const ReplayResult& result) = 0;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPLAY_REPLAY_OBSERVER_H_
