// A train: segments of one flow that travel together, the unit that the fluid simulator moves.
#ifndef RHUMB_SIMULATOR_FLUID_TRAIN_H_
#define RHUMB_SIMULATOR_FLUID_TRAIN_H_

#include <cstdint>

namespace rhumb::fluid {

constexpr uint32_t kNone = UINT32_MAX;

// The segments are evenly spaced; a train passes a point from spread_s / 2 before to spread_s / 2
// after the time of its event there. One cache line.
struct alignas(64) Train {
  double sent_s = 0;   // when its middle left the source
  float spread_s = 0;  // from its first segment to its last
  float sent_spread_s = 0;
  float segment_bytes = 0;  // on the wire
  // Of the last one, when it ends its flow; 0 when it does not. Where a queue has no room for a
  // full segment there often is for this one, and a transfer whose end is lost waits for a timeout.
  float tail_bytes = 0;
  uint32_t segments = 0;  // still in it, the tail included
  uint32_t first = 0;     // segment of its flow; the others follow, a tail is the flow's last
  uint32_t flow = kNone;  // kNone: a packet of a stream
  uint32_t demand = 0;
  uint32_t path = 0;
  uint32_t link_epoch = 0;
  // Of the acknowledgements that answer it: how many, and what was and is acknowledged in order.
  uint32_t acks = 0;
  uint32_t ack_before = 0;
  uint32_t ack = 0;
  uint16_t hop = 0;
  bool resent = false;  // its segments were sent before
  bool at_gap = false;  // it arrived behind a gap or filled one: its acknowledgements are selective

  uint32_t full_segments() const { return segments - (tail_bytes > 0 ? 1 : 0); }
  double bytes() const { return full_segments() * double{segment_bytes} + tail_bytes; }
};
static_assert(sizeof(Train) == 64);

}  // namespace rhumb::fluid

#endif  // RHUMB_SIMULATOR_FLUID_TRAIN_H_
