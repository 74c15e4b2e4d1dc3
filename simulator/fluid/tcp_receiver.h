// What a TCP receiver knows, and when it acknowledges: at once what is behind a gap, fills one or
// comes twice, else every second segment (RFC 1122, RFC 5681), the first and the last one at once.
#ifndef RHUMB_SIMULATOR_FLUID_TCP_RECEIVER_H_
#define RHUMB_SIMULATOR_FLUID_TCP_RECEIVER_H_

#include <cstdint>

#include "simulator/fluid/train.h"

namespace rhumb::fluid {

class TcpReceiver {
 public:
  void Start(uint32_t segments) {
    *this = TcpReceiver();
    segments_ = segments;
  }

  // Takes a train and notes in it what is acknowledged when. `marks` [segments].
  void Arrive(Train* train, uint8_t* marks);
  // The timer of a segment that waits to be acknowledged expired: notes that in a train.
  void AcknowledgeWaiting(Train* train);

  // Segments that arrived without a gap.
  uint32_t in_order() const { return in_order_; }
  bool complete() const { return in_order_ == segments_; }
  // A segment that arrived in order is not yet acknowledged.
  bool waiting() const { return waiting_ > 0; }

 private:
  uint32_t segments_ = 0;
  uint32_t in_order_ = 0;
  uint32_t arrived_ = 0;
  uint8_t waiting_ = 0;
  bool first_ = true;
};

}  // namespace rhumb::fluid

#endif  // RHUMB_SIMULATOR_FLUID_TCP_RECEIVER_H_
