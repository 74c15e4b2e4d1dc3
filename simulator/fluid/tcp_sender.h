// What a TCP sender knows and decides: window, loss detection by selective acknowledgements (RFC
// 6675), proportional rate reduction (RFC 6937) and timeouts (RFC 6298), as ns-3.37 has them.
//
// Segments are counted, not numbered: a path keeps the order of a flow's trains, so what was lost
// is known by the train it was lost from.
#ifndef RHUMB_SIMULATOR_FLUID_TCP_SENDER_H_
#define RHUMB_SIMULATOR_FLUID_TCP_SENDER_H_

#include <cstdint>
#include <limits>
#include <vector>

#include "simulator/fluid/cubic.h"
#include "simulator/fluid/train.h"

namespace rhumb::fluid {

// Losses that their senders have not noticed yet, of all flows of a network, in lists.
class LossRecords {
 public:
  struct Record {
    uint32_t serial = 0;    // of the train
    uint32_t segments = 0;  // lost from it
    uint32_t passed = 0;    // segments sent later that are known to have arrived
    bool resent = false;    // lost for a second time: only a timeout helps
    uint32_t next = kNone;
  };

  Record& operator[](uint32_t index) { return records_[index]; }
  void Add(uint32_t* list, Record record);
  // Takes the record out to which `link` leads.
  void Remove(uint32_t* link);
  void RemoveAll(uint32_t* list);
  void Clear();

 private:
  std::vector<Record> records_;
  uint32_t free_ = kNone;
};

class TcpSender {  // Wide: a method an event of a connection, and what its transport asks of it.
 public:
  // A flow of `segments` that may have `most_in_flight` segments outstanding.
  void Start(uint32_t segments, uint32_t most_in_flight);

  // The connection stands; its handshake took this long.
  void Connected(double round_trip_s) { SampleRoundTrip(round_trip_s); }

  // What may be sent now. Lost segments come first.
  struct Allowance {
    uint32_t resend = 0;
    uint32_t fresh = 0;
    // In a recovery with nothing else to send: what has not been acknowledged, most of it in vain
    // (rule 3 of NextSeg in RFC 6675).
    uint32_t again = 0;
  };
  // Nothing while less than an eighth of the window (at most `most_quantum` segments) is free and
  // acknowledgements are still to come: trains would fall to single segments otherwise.
  Allowance Allowed(uint32_t most_quantum) const;
  // Whether the flow's last segment is among these, before they are sent.
  bool SendsTail(uint32_t segments, bool resent) const {
    return resent ? sent_ == segments_ && segments >= to_resend_ : sent_ + segments >= segments_;
  }
  // To be called for every train; gives its serial.
  uint32_t Sent(uint32_t segments, bool resent, double now_s);

  // To be called before sending `segments` again: how many of them are lost ones, which arrive now
  // as resent ones; the others are copies.
  uint32_t Rescue(uint32_t segments, LossRecords* records);
  // Copies are in flight until what they are copies of has been acknowledged.
  void CopiesSent(uint32_t segments);

  // Segments of a train were dropped in the network.
  void Lost(const Train& train, uint32_t segments, LossRecords* records);
  // A train's acknowledgements arrive.
  void Acknowledged(const Train& train, AckTrain acks, LossRecords* records);
  // Segments arrived that were sent before a timeout and given up. Returns how many of them have
  // not been sent again.
  uint32_t ArrivedAfterAll(uint32_t segments);
  // The retransmission timer expired.
  void TimedOut(double now_s, LossRecords* records);

  // When the timer expires, unless acknowledgements come before; infinite when it is off.
  double deadline_s() const { return deadline_s_; }
  uint8_t era() const { return era_; }
  bool all_acknowledged() const { return acknowledged_ >= segments_; }
  // Data that arrives now is behind a gap, so it is acknowledged at once and not yet passed on.
  bool has_gap() const { return gap_ > 0; }
  void FillGap(uint32_t segments) { gap_ -= segments < gap_ ? segments : gap_; }
  double window() const { return cubic_.window(); }
  uint32_t* losses() { return &losses_; }

 private:
  enum class State : uint8_t { kOpen, kRecovery, kLoss };

  // Counts segments that arrived after a lost one; returns how many are now taken as lost.
  uint32_t DetectLosses(const Train& train, uint32_t segments, LossRecords* records);
  void ForgetCopies(uint32_t segments);
  void EnterRecovery(uint32_t delivered);
  void ReduceRate(uint32_t delivered);
  void Reopen(uint32_t delivered, double now_s);
  void SampleRoundTrip(double round_trip_s);
  void RestartTimer(double now_s) { deadline_s_ = now_s + timeout_s_; }

  Cubic cubic_;
  uint32_t segments_ = 0;
  uint32_t most_in_flight_ = 0;
  uint32_t sent_ = 0;          // for the first time
  uint32_t acknowledged_ = 0;  // in order or not
  uint32_t out_of_order_ = 0;  // of these, behind a gap
  uint32_t in_flight_ = 0;
  uint32_t resent_in_flight_ = 0;  // of these, sent before, copies included
  uint32_t not_again_ = 0;         // in flight for the first time and sent again meanwhile
  uint32_t to_resend_ = 0;
  uint32_t gap_ = 0;  // segments dropped and not yet arrived
  uint32_t next_serial_ = 0;
  uint32_t losses_ = kNone;
  // Of the recovery or the timeout being worked off.
  uint32_t recovery_serial_ = 0;  // trains from here on are not waited for
  uint32_t recovery_left_ = 0;    // segments sent before that have not arrived
  uint32_t recovery_flight_ = 0;
  uint32_t lost_since_ = 0;  // segments lost from trains sent after that
  uint32_t reduction_delivered_ = 0;
  uint32_t reduction_sent_ = 0;
  State state_ = State::kOpen;
  bool timer_restarted_ = false;  // once a recovery, at its first acknowledgement in order
  uint8_t era_ = 0;
  float smoothed_s_ = 0;
  float variation_s_ = 0;
  double timeout_s_ = 1;
  double deadline_s_ = std::numeric_limits<double>::infinity();
};

}  // namespace rhumb::fluid

#endif  // RHUMB_SIMULATOR_FLUID_TCP_SENDER_H_
