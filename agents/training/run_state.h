// What every run of training keeps, whatever it trains: part of what its state.bin holds.
#ifndef RHUMB_AGENTS_TRAINING_RUN_STATE_H_
#define RHUMB_AGENTS_TRAINING_RUN_STATE_H_

#include <cstdint>
#include <string>

#include "agents/training/random.h"

namespace rhumb::training {

struct RunState {
  Random random{0};
  int64_t updates = 0;
  double best_score = 0;  // valid once there was a validation
  int64_t stale_validations = 0;
  std::string metrics;  // the CSV so far
};

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_RUN_STATE_H_
