// A train: segments of one flow that travel together, the unit that the fluid simulator moves.
#ifndef RHUMB_SIMULATOR_FLUID_TRAIN_H_
#define RHUMB_SIMULATOR_FLUID_TRAIN_H_

#include <cstdint>

namespace rhumb::fluid {

constexpr uint32_t kNone = UINT32_MAX;

// The segments are evenly spaced; a train passes a point from spread_s / 2 before to spread_s / 2
// after the time of its event there.
struct Train {
  double sent_s = 0;   // when its middle left the source
  float spread_s = 0;  // from its first segment to its last
  float sent_spread_s = 0;
  float segment_bytes = 0;  // on the wire
  uint32_t segments = 0;    // still in it
  uint32_t serial = 0;      // counts the trains of a flow
  uint32_t flow = kNone;    // kNone: a packet of a stream
  uint32_t demand = 0;
  uint32_t path = 0;
  uint32_t link_epoch = 0;
  uint16_t hop = 0;
  uint8_t era = 0;          // timeouts of its sender when it was sent, modulo 256
  bool resent = false;      // its segments were sent before
  bool gap_inside = false;  // segments were lost from its middle, not its tail
  bool after_all = false;   // arrived when its sender had given it up
};

}  // namespace rhumb::fluid

#endif  // RHUMB_SIMULATOR_FLUID_TRAIN_H_
