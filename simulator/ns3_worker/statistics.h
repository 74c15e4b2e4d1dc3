// SPDX-License-Identifier: GPL-2.0-only
// What a measured window saw of packets as a whole.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_STATISTICS_H_
#define RHUMB_SIMULATOR_NS3_WORKER_STATISTICS_H_

#include <cstdint>

#include "simulator/traffic_model/duration_histogram.h"

namespace rhumb_ns3 {

// All packets; those towards the source (acknowledgements) are not in `delay`.
struct PacketStatistics {
  uint64_t sent = 0;
  uint64_t delivered = 0;
  uint64_t lost = 0;
  double delay_sum_ns = 0;  // of all delivered
  rhumb::DurationHistogram delay;
  void Clear() { *this = PacketStatistics(); }
};

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_STATISTICS_H_
