// The scenarios that programs here draw: random networks of five families with the loads and shares
// of TCP that training plays, short enough for ns-3.
#ifndef RHUMB_TESTS_BENCHMARK_MEASURED_DRAW_H_
#define RHUMB_TESTS_BENCHMARK_MEASURED_DRAW_H_

#include "absl/time/time.h"
#include "agents/training/episode_scenario.h"

namespace rhumb {

// Networks of 6 to `most_nodes` nodes.
inline training::ScenarioDraw MeasuredDraw(int most_nodes) {
  using training::NetworkFamily;
  training::ScenarioDraw draw;
  draw.networks = {{NetworkFamily::kWaxman, NetworkFamily::kRingChords, NetworkFamily::kTwoLevel,
                    NetworkFamily::kHeavyTail, NetworkFamily::kGrid},
                   6,
                   most_nodes};
  draw.steps = 1;
  draw.min_load = 0.7;
  draw.max_load = 1.6;
  draw.tcp_shares = {0.5, 1};
  draw.failure_share = 0;
  draw.min_narrowest_bps = draw.max_narrowest_bps = 100e6;
  draw.max_hop_packets = 1.2e6;
  draw.duration = absl::Seconds(4);
  draw.warm_up = absl::Seconds(1);
  draw.drain = absl::Seconds(3);
  return draw;
}

}  // namespace rhumb

#endif  // RHUMB_TESTS_BENCHMARK_MEASURED_DRAW_H_
