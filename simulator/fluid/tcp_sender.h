// What a TCP sender knows and decides: window, loss detection by selective acknowledgements (RFC
// 6675), proportional rate reduction (RFC 6937) and timeouts (RFC 6298), as ns-3.37 has them, one
// acknowledgement after the other where segments are missing and a train of them at a time where
// none are.
#ifndef RHUMB_SIMULATOR_FLUID_TCP_SENDER_H_
#define RHUMB_SIMULATOR_FLUID_TCP_SENDER_H_

#include <cstdint>
#include <limits>

#include "simulator/fluid/cubic.h"
#include "simulator/fluid/train.h"

namespace rhumb::fluid {

class TcpSender {
 public:
  struct Limits {
    uint32_t segment_bytes = 0;
    uint32_t at_first = 0;   // segments in flight before it has heard of any
    uint32_t in_flight = 0;  // segments not acknowledged in order: the size of its buffer
    uint32_t refill = 0;     // segments of its buffer that must be free before more is put in
  };
  // A flow of `segments`.
  void Start(uint32_t segments, const Limits& limits);

  // The connection stands; its handshake took this long.
  void Connected(double round_trip_s) { SampleRoundTrip(round_trip_s, 1); }

  // Segments that the window has room for.
  uint32_t Room() const;
  // Consecutive segments to be sent next.
  struct Run {
    uint32_t first = 0;
    uint32_t segments = 0;
    bool resent = false;
  };
  // The next at most `most` of the `room` segments, lost ones first; false when there is nothing to
  // be sent. They are marked as sent. Nothing new while less than an eighth of the window (at most
  // `quantum` segments) is free and acknowledgements are still to come: trains would fall to single
  // segments otherwise.
  bool Next(uint32_t room, uint32_t most, uint32_t quantum, uint8_t* marks, Run* run);
  // To be called after what Next gave was sent.
  void Sent(double now_s);

  // A train's acknowledgements arrive, as its receiver noted them.
  void Acknowledged(const Train& train, const AckTrain& acks, uint8_t* marks);
  // The retransmission timer expired.
  void TimedOut(double now_s, uint8_t* marks);

  // When the timer expires, unless acknowledgements come before; infinite when it is off.
  double deadline_s() const { return deadline_s_; }
  bool all_acknowledged() const { return acknowledged_ == segments_; }

 private:
  bool Choose(uint32_t room, uint32_t most, uint32_t quantum, uint8_t* marks, Run* run);
  enum class State : uint8_t { kOpen, kDisorder, kRecovery, kLoss };

  uint32_t in_flight() const { return sent_ - acknowledged_ - sacked_ - lost_ + resent_; }
  void AcknowledgedOne(uint32_t ack, uint32_t segment, double now_s, uint8_t* marks);
  bool MarkSacked(uint32_t segment, uint8_t* marks);
  void MarkLost(uint32_t segment, uint8_t* marks);
  void Duplicate(uint32_t delivered, uint8_t* marks);
  void Advanced(uint32_t before, uint32_t delivered, bool duplicate, bool resent_arrived,
                double now_s);
  void Discard(uint32_t ack, uint8_t* marks, uint32_t* delivered, bool* resent_arrived);
  void EnterRecovery(uint32_t delivered, uint8_t* marks);
  void ReduceRate(uint32_t delivered, bool resent_arrived);
  void GrowWindow(uint32_t segments, double now_s);
  void SampleRoundTrip(double round_trip_s, uint32_t samples);
  void RestartTimer(double now_s);

  Cubic cubic_;
  Limits limits_;
  uint32_t segments_ = 0;
  uint32_t in_buffer_ = 0;     // segments that the application has handed over
  uint32_t sent_ = 0;          // segments below were sent
  uint32_t acknowledged_ = 0;  // segments below were acknowledged in order
  // Of those in between, by their marks.
  uint32_t sacked_ = 0;
  uint32_t lost_ = 0;
  uint32_t resent_ = 0;
  uint32_t to_resend_ = 0;  // lost and not resent
  uint32_t first_to_resend_ = 0;
  uint32_t first_to_copy_ = 0;       // none below can be sent again without being lost
  uint32_t highest_sacked_[3] = {};  // plus 1
  uint32_t lost_below_ = 0;          // all that was lost below is marked
  uint32_t duplicates_ = 0;

  uint32_t recovery_point_ = 0;
  bool recovery_point_set_ = false;
  bool first_partial_ = true;  // the timer is restarted once a recovery
  State state_ = State::kOpen;
  // Of a recovery, bytes.
  uint32_t recovery_flight_ = 0;
  uint32_t reduction_delivered_ = 0;
  uint32_t reduction_sent_ = 0;
  uint32_t allowed_ = 0;  // segments that acknowledgements of the train at hand allowed so far

  float smoothed_s_ = 0;
  float variation_s_ = 0;
  double timeout_s_ = 1;
  double deadline_s_ = std::numeric_limits<double>::infinity();
};

}  // namespace rhumb::fluid

#endif  // RHUMB_SIMULATOR_FLUID_TCP_SENDER_H_
