// One cell of a replay: what one policy achieved in one interval under one seed.
#ifndef RHUMB_CONTROLLER_REPLAY_CELL_H_
#define RHUMB_CONTROLLER_REPLAY_CELL_H_

#include <optional>
#include <string>

#include "simulator/distributions.h"
#include "simulator/measurements.h"
#include "topologies/plan_size.h"

namespace rhumb {

struct Cell {
  int interval = 0;  // number in the series

  // Of the decision.
  double plan_mlu =
      0;  // of the plan on the interval's mean demands and links at its start, nothing lost
  double moved_share = 0;  // against the plan before
  PlanSize size;
  double decision_s = 0;  // wall time
  // Why the policy had no answer of its own and took another one's; absent when it had.
  std::optional<std::string> fell_back_because;
  int demands_fell_back = 0;  // for so many demands alone; 0: for all
  std::string note;           // of the policy

  // Of the simulation; not set when the episode was lost.
  Measurements measured;
  Distributions distributions;  // until they are added up; then empty

  int retries = 0;  // episodes that died before this one
  bool lost =
      false;  // the retry died too: `measured` is empty and the cell is left out of every mean
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPLAY_CELL_H_
