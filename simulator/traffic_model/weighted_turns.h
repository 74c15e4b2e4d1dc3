// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Deals the packets of a stream out over paths by smooth weighted round robin, so that a constant
// stream is split exactly.
#ifndef RHUMB_SIMULATOR_TRAFFIC_MODEL_WEIGHTED_TURNS_H_
#define RHUMB_SIMULATOR_TRAFFIC_MODEL_WEIGHTED_TURNS_H_

#include <cstddef>
#include <vector>

namespace rhumb::traffic_model {

// The path whose turn it is. `cumulative` [paths], not empty, are the sums of shares up to and with
// each path, the last one 1; `credit` [paths] is what every path is owed, all 0 before the first
// turn.
inline size_t NextInTurn(const std::vector<double>& cumulative, std::vector<double>* credit) {
  size_t best = 0;
  double previous = 0;
  for (size_t i = 0; i < cumulative.size(); ++i) {
    (*credit)[i] += cumulative[i] - previous;
    previous = cumulative[i];
    if ((*credit)[i] > (*credit)[best]) best = i;
  }
  (*credit)[best] -= 1;
  return best;
}

}  // namespace rhumb::traffic_model

#endif  // RHUMB_SIMULATOR_TRAFFIC_MODEL_WEIGHTED_TURNS_H_
