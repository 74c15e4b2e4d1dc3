#include "simulator/fluid/tcp_receiver.h"

#include "simulator/fluid/segment_marks.h"

namespace rhumb::fluid {

void TcpReceiver::Arrive(Train* train, uint8_t* marks) {
  const bool gap_before = arrived_ > in_order_;
  const uint32_t full = train->full_segments();
  uint32_t fresh = 0;
  const auto mark = [&](uint32_t segment) {
    fresh += (marks[segment] & kArrived) == 0;
    marks[segment] |= kArrived;
  };
  for (uint32_t i = 0; i < full; ++i) mark(train->first + i);
  if (train->tail_bytes > 0) mark(segments_ - 1);
  train->ack_before = in_order_ - waiting_;
  arrived_ += fresh;
  while (in_order_ < segments_ && (marks[in_order_] & kArrived) != 0) ++in_order_;

  train->at_gap = gap_before || arrived_ > in_order_ || fresh < train->segments;
  if (train->at_gap) {
    train->acks = train->segments;
    waiting_ = 0;
  } else {
    uint32_t left = train->segments + waiting_;
    train->acks = 0;
    if (first_) {
      ++train->acks;
      --left;
    }
    train->acks += left / 2;
    waiting_ = left % 2;
    if (complete() && waiting_ > 0) {
      ++train->acks;
      waiting_ = 0;
    }
  }
  first_ = false;
  train->ack = in_order_ - waiting_;
}

void TcpReceiver::AcknowledgeWaiting(Train* train) {
  train->ack_before = in_order_ - waiting_;
  waiting_ = 0;
  train->ack = in_order_;
  train->acks = 1;
}

}  // namespace rhumb::fluid
