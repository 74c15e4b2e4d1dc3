#include "simulator/fluid/tcp_sender.h"

#include <algorithm>
#include <cmath>

#include "simulator/fluid/segment_marks.h"

namespace rhumb::fluid {
namespace {

constexpr double kInitialWindow = 10;
constexpr uint32_t kDuplicateThreshold = 3;
constexpr double kLeastTimeoutS = 0.2;
constexpr double kMostTimeoutS = 60;
constexpr double kClockS = 0.001;
constexpr uint32_t kQuantaPerWindow = 8;
constexpr uint32_t kMostSamples = 8;  // of a train; more change nothing
constexpr double kNever = std::numeric_limits<double>::infinity();

bool Has(uint8_t marks, uint8_t mark) { return (marks & mark) != 0; }

}  // namespace

void TcpSender::Start(uint32_t segments, const Limits& limits) {
  *this = TcpSender();
  cubic_.Start(kInitialWindow);
  limits_ = limits;
  segments_ = segments;
  in_buffer_ = std::min(segments, limits.in_flight);
}

uint32_t TcpSender::Room() const {
  const uint32_t window = static_cast<uint32_t>(cubic_.window());
  return window - std::min(window, in_flight());
}

bool TcpSender::Next(uint32_t room, uint32_t most, uint32_t quantum, uint8_t* marks, Run* run) {
  *run = Run();
  if (!Choose(room, std::min(room, most), quantum, marks, run)) return false;
  if (state_ == State::kRecovery) reduction_sent_ += run->segments * limits_.segment_bytes;
  return true;
}

bool TcpSender::Choose(uint32_t room, uint32_t most, uint32_t quantum, uint8_t* marks, Run* run) {
  const auto extend = [&](auto fits) {
    while (run->segments < most && run->first + run->segments < sent_ &&
           fits(marks[run->first + run->segments])) {
      marks[run->first + run->segments] |= kResent;
      ++run->segments;
    }
    resent_ += run->segments;
    run->resent = true;
  };
  if (to_resend_ > 0) {
    const auto fits = [](uint8_t mark) { return (mark & (kLost | kResent | kSacked)) == kLost; };
    uint32_t first = std::max(first_to_resend_, acknowledged_);
    while (!fits(marks[first])) ++first;
    run->first = first;
    extend(fits);
    first_to_resend_ = first + run->segments;
    to_resend_ -= run->segments;
    return true;
  }
  const uint32_t most_outstanding = acknowledged_ == 0 ? limits_.at_first : limits_.in_flight;
  const uint32_t left = std::min(
      in_buffer_ - sent_, most_outstanding - std::min(most_outstanding, sent_ - acknowledged_));
  if (left > 0) {
    const uint32_t window = static_cast<uint32_t>(cubic_.window());
    const uint32_t enough = std::min(quantum, std::max<uint32_t>(1, window / kQuantaPerWindow));
    // In a recovery the window is what is in flight and what was just allowed, now or never.
    const bool can_wait = state_ != State::kRecovery && in_flight() > 0;
    if (can_wait && room < enough && room < left) return false;
    run->first = sent_;
    run->segments = std::min(most, left);
    sent_ += run->segments;
    return true;
  }
  // Nothing else to send: what may have been lost without that it shows (rule 3 of NextSeg in RFC
  // 6675), most of it in vain.
  if (state_ != State::kRecovery) return false;
  const auto fits = [](uint8_t mark) { return (mark & (kLost | kResent | kSacked)) == 0; };
  uint32_t first = std::max(first_to_copy_, acknowledged_);
  while (first < sent_ && !fits(marks[first])) ++first;
  first_to_copy_ = first;
  if (first == sent_) return false;
  run->first = first;
  extend(fits);
  return true;
}

void TcpSender::Sent(double now_s) {
  if (deadline_s_ == kNever) RestartTimer(now_s);
}

void TcpSender::RestartTimer(double now_s) { deadline_s_ = now_s + timeout_s_; }

void TcpSender::SampleRoundTrip(double round_trip_s, uint32_t samples) {
  const float sample = static_cast<float>(round_trip_s);
  for (uint32_t i = std::min(samples, kMostSamples); i > 0; --i) {
    if (smoothed_s_ == 0) {
      smoothed_s_ = sample;
      variation_s_ = sample / 2;
    } else {
      variation_s_ += (std::abs(sample - smoothed_s_) - variation_s_) / 4;
      smoothed_s_ += (sample - smoothed_s_) / 8;
    }
  }
  timeout_s_ = std::max(smoothed_s_ + std::max<double>(kClockS, 4 * variation_s_), kLeastTimeoutS);
}

void TcpSender::Acknowledged(const Train& train, const AckTrain& acks, uint8_t* marks) {
  if (train.ack < acknowledged_) return;
  if (!train.resent && train.ack > acknowledged_)
    SampleRoundTrip(acks.mean_round_trip_s, acks.acks);
  allowed_ = 0;
  if (state_ == State::kOpen && sacked_ + lost_ + resent_ == 0 && !train.at_gap) {
    AckTrain together = acks;
    together.segments = train.ack - acknowledged_;
    together.round_trip_s = smoothed_s_;
    if (together.segments == 0) return;
    acknowledged_ = train.ack;
    cubic_.OnAcks(together, acknowledged_, sent_);
    RestartTimer(acks.last_s);
  } else {
    const uint32_t step = std::max<uint32_t>(1, train.segments / std::max<uint32_t>(1, train.acks));
    const uint32_t full = train.full_segments();
    uint32_t ack = train.ack_before;
    for (uint32_t i = 0; i < train.segments; i += step) {
      const uint32_t last = std::min(train.segments, i + step) - 1;
      const uint32_t segment = last < full ? train.first + last : segments_ - 1;
      const bool is_end = last + 1 == train.segments;
      if (is_end) {
        ack = train.ack;
      } else if (segment >= ack && train.first <= ack) {
        ack = std::min(segment + 1, train.ack);
      }
      const double share = train.segments > 1 ? 1.0 * last / (train.segments - 1) : 1;
      AcknowledgedOne(ack, train.at_gap ? segment : 0,
                      acks.first_s + share * (acks.last_s - acks.first_s), marks);
    }
  }
  if (acknowledged_ == segments_) deadline_s_ = kNever;
  if (acknowledged_ + limits_.in_flight >= in_buffer_ + limits_.refill) {
    in_buffer_ = std::min(segments_, acknowledged_ + limits_.in_flight);
  }
}

// One acknowledgement: of all below `ack` and, where that is not below, of `segment`.
void TcpSender::AcknowledgedOne(uint32_t ack, uint32_t segment, double now_s, uint8_t* marks) {
  const uint32_t before = acknowledged_;
  if (ack < before) return;
  const bool duplicate = segment >= ack && MarkSacked(segment, marks);
  uint32_t delivered = duplicate ? 1 : 0;
  bool resent_arrived = false;
  Discard(ack, marks, &delivered, &resent_arrived);
  if (duplicate) Duplicate(delivered, marks);
  if (ack > before) Advanced(before, delivered, duplicate, resent_arrived, now_s);
}

bool TcpSender::MarkSacked(uint32_t segment, uint8_t* marks) {
  if (segment < acknowledged_ || Has(marks[segment], kSacked)) return false;
  if (Has(marks[segment], kLost)) {
    --lost_;
    if (!Has(marks[segment], kResent)) --to_resend_;
  }
  marks[segment] = static_cast<uint8_t>((marks[segment] & ~kLost) | kSacked);
  ++sacked_;
  // Lost is what is not among them while three above are.
  uint32_t above = segment + 1;
  for (uint32_t& highest : highest_sacked_) {
    if (above > highest) std::swap(above, highest);
  }
  uint32_t next = std::max(lost_below_, acknowledged_);
  for (; next + 1 < highest_sacked_[kDuplicateThreshold - 1]; ++next) MarkLost(next, marks);
  lost_below_ = next;
  return true;
}

void TcpSender::MarkLost(uint32_t segment, uint8_t* marks) {
  if (Has(marks[segment], kLost | kSacked)) return;
  marks[segment] |= kLost;
  ++lost_;
  if (Has(marks[segment], kResent)) return;
  ++to_resend_;
  first_to_resend_ = std::min(first_to_resend_, segment);
}

void TcpSender::Discard(uint32_t ack, uint8_t* marks, uint32_t* delivered, bool* resent_arrived) {
  for (; acknowledged_ < ack; ++acknowledged_) {
    const uint8_t mark = marks[acknowledged_];
    if (Has(mark, kSacked)) {
      --sacked_;
    } else {
      ++*delivered;
      *resent_arrived |= Has(mark, kResent);
    }
    if (Has(mark, kLost)) {
      --lost_;
      if (!Has(mark, kResent)) --to_resend_;
    }
    if (Has(mark, kResent)) --resent_;
  }
}

void TcpSender::Duplicate(uint32_t delivered, uint8_t* marks) {
  if (state_ == State::kLoss) return;
  if (state_ == State::kRecovery) {
    ReduceRate(delivered, false);
    return;
  }
  ++duplicates_;
  state_ = State::kDisorder;
  const bool may_enter = acknowledged_ >= recovery_point_ || !recovery_point_set_;
  const bool next_lost = acknowledged_ + 1 < sent_ && Has(marks[acknowledged_ + 1], kLost);
  if ((duplicates_ == kDuplicateThreshold && may_enter) || next_lost) {
    EnterRecovery(delivered, marks);
  }
}

void TcpSender::EnterRecovery(uint32_t delivered, uint8_t* marks) {
  state_ = State::kRecovery;
  MarkLost(acknowledged_, marks);
  recovery_point_ = sent_;
  recovery_point_set_ = true;
  first_to_copy_ = acknowledged_;
  cubic_.OnLoss();
  recovery_flight_ = std::max<uint32_t>(1, sent_ - acknowledged_) * limits_.segment_bytes;
  reduction_delivered_ = 0;
  reduction_sent_ = 0;
  ReduceRate(delivered, false);
}

// In 32 bits, as ns-3.37 has it: with jumbo frames or large windows the product of what has arrived
// and the threshold does not fit, and it sends nothing until less than the threshold is in flight.
void TcpSender::ReduceRate(uint32_t delivered, bool resent_arrived) {
  const uint32_t segment = limits_.segment_bytes;
  const uint32_t threshold = static_cast<uint32_t>(cubic_.threshold()) * segment;
  const uint32_t flight = (in_flight() + allowed_) * segment;
  const uint32_t arrived = delivered * segment;
  const uint32_t sent = reduction_sent_ + allowed_ * segment;
  reduction_delivered_ += arrived;
  int32_t bytes;
  if (flight > threshold) {
    const uint32_t product = reduction_delivered_ * threshold;
    bytes = static_cast<int32_t>(std::ceil(1.0 * product / recovery_flight_) - sent);
  } else {
    uint32_t limit = arrived;
    if (resent_arrived) limit = std::max(reduction_delivered_ - sent, arrived) + segment;
    bytes = std::min(static_cast<int32_t>(limit), static_cast<int32_t>(threshold - flight));
  }
  bytes = std::max(bytes, sent > 0 ? 0 : static_cast<int32_t>(segment));
  allowed_ += static_cast<uint32_t>(bytes) / segment;
  cubic_.SetWindow(in_flight() + allowed_);
}

void TcpSender::GrowWindow(uint32_t segments, double now_s) {
  AckTrain one;
  one.first_s = one.last_s = now_s;
  one.segments = segments;
  one.acks = 1;
  one.round_trip_s = smoothed_s_;
  cubic_.OnAcks(one, acknowledged_, sent_);
}

// The segment acknowledged in order moved on.
void TcpSender::Advanced(uint32_t before, uint32_t delivered, bool duplicate, bool resent_arrived,
                         double now_s) {
  if (!duplicate) duplicates_ = 0;
  const bool partial = acknowledged_ < recovery_point_;
  if (partial && state_ == State::kRecovery) {
    if (delivered > 0) ReduceRate(delivered, resent_arrived);
    if (first_partial_) RestartTimer(now_s);
    first_partial_ = false;
    return;
  }
  if (partial && state_ == State::kLoss) {
    GrowWindow(delivered, now_s);
    RestartTimer(now_s);
    return;
  }
  const bool recovered = state_ == State::kRecovery;
  if (recovered || state_ == State::kLoss) {
    delivered = acknowledged_ - std::max(before, recovery_point_);
    first_partial_ = true;
    if (recovered) duplicates_ = 0;
    state_ = State::kOpen;
  } else if (!duplicate) {
    state_ = State::kOpen;
  }
  if (!partial) recovery_point_set_ = false;
  if (recovered) {
    cubic_.SetWindow(cubic_.threshold());
    allowed_ = 0;
  }
  if (state_ != State::kOpen) return;
  if (delivered > 0) GrowWindow(delivered, now_s);
  RestartTimer(now_s);
}

void TcpSender::TimedOut(double now_s, uint8_t* marks) {
  if (acknowledged_ == sent_) {
    deadline_s_ = kNever;
    return;
  }
  lost_ = 0;
  for (uint32_t i = acknowledged_; i < sent_; ++i) {
    marks[i] &= static_cast<uint8_t>(~(kResent | kLost));
    if (Has(marks[i], kSacked)) continue;
    marks[i] |= kLost;
    ++lost_;
  }
  resent_ = 0;
  to_resend_ = lost_;
  first_to_resend_ = first_to_copy_ = acknowledged_;
  lost_below_ = sent_;
  duplicates_ = 0;
  recovery_point_ = sent_;
  recovery_point_set_ = true;
  cubic_.OnLoss();
  cubic_.OnTimeout(now_s, sent_);
  state_ = State::kLoss;
  timeout_s_ = std::min(2 * timeout_s_, kMostTimeoutS);
  RestartTimer(now_s);
}

}  // namespace rhumb::fluid
