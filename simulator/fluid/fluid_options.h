// What the fluid simulator can be told; the same words mean the same as for the packet simulator.
#ifndef RHUMB_SIMULATOR_FLUID_FLUID_OPTIONS_H_
#define RHUMB_SIMULATOR_FLUID_FLUID_OPTIONS_H_

#include "absl/time/time.h"

namespace rhumb {

struct FluidSimulatorOptions {
  // TCP payload of a full segment; 52 bytes more are on the wire. Streams of packets have this size
  // on the wire, as a constant or as a mean.
  int segment_bytes = 1448;
  // Depth of every queue as time at the rate of its link. Zero: one mean round trip of the network,
  // at least 20 ms. Never less than 25 full packets.
  absl::Duration buffer = absl::ZeroDuration();
  // Pace of a finite UDP flow in bits per second, after scaling.
  double udp_flow_rate_bps = 10e6;
  // What a TCP sender may have in flight, at least 128 KiB. 0: twice the fastest link's rate times
  // the longest round trip, between 512 KiB and 8 MiB.
  int socket_buffer_bytes = 0;
  // Most bytes that travel as one train. Smaller trains are slower and nearer to packets; below a
  // segment every segment travels alone.
  int train_bytes = 64 * 1024;
};

}  // namespace rhumb

#endif  // RHUMB_SIMULATOR_FLUID_FLUID_OPTIONS_H_
