#include "simulator/fluid/tcp_sender.h"

#include <algorithm>
#include <cmath>

namespace rhumb::fluid {
namespace {

constexpr double kInitialWindow = 10;
constexpr uint32_t kDuplicateThreshold = 3;
constexpr double kLeastTimeoutS = 0.2;
constexpr double kMostTimeoutS = 60;
constexpr double kClockS = 0.001;
constexpr uint32_t kQuantaPerWindow = 8;
constexpr double kNever = std::numeric_limits<double>::infinity();

void Take(uint32_t amount, uint32_t* from) { *from -= std::min(amount, *from); }

}  // namespace

void LossRecords::Add(uint32_t* list, Record record) {
  record.next = *list;
  if (free_ == kNone) {
    *list = static_cast<uint32_t>(records_.size());
    records_.push_back(record);
  } else {
    *list = free_;
    free_ = records_[free_].next;
    records_[*list] = record;
  }
}

void LossRecords::Remove(uint32_t* link) {
  const uint32_t index = *link;
  *link = records_[index].next;
  records_[index].next = free_;
  free_ = index;
}

void LossRecords::RemoveAll(uint32_t* list) {
  while (*list != kNone) Remove(list);
}

void LossRecords::Clear() {
  records_.clear();
  free_ = kNone;
}

void TcpSender::Start(uint32_t segments, uint32_t most_in_flight) {
  *this = TcpSender();
  cubic_.Start(kInitialWindow);
  segments_ = segments;
  most_in_flight_ = most_in_flight;
}

TcpSender::Allowance TcpSender::Allowed(uint32_t most_quantum) const {
  const uint32_t window = static_cast<uint32_t>(cubic_.window());
  Allowance allowance;
  if (window <= in_flight_) return allowance;
  uint32_t room = window - in_flight_;
  allowance.resend = std::min(room, to_resend_);
  room -= allowance.resend;
  const uint32_t outstanding = sent_ - acknowledged_ + out_of_order_;
  const uint32_t left =
      std::min(segments_ - sent_, most_in_flight_ - std::min(most_in_flight_, outstanding));
  if (left == 0) {
    const uint32_t first_time = in_flight_ - std::min(in_flight_, resent_in_flight_);
    if (state_ == State::kRecovery && first_time > not_again_) {
      allowance.again = std::min(room, first_time - not_again_);
    }
    return allowance;
  }
  const uint32_t quantum = std::min(most_quantum, std::max<uint32_t>(1, window / kQuantaPerWindow));
  const bool too_little = room < quantum && room < left && in_flight_ > 0;
  if (!too_little) allowance.fresh = std::min(room, left);
  return allowance;
}

uint32_t TcpSender::Sent(uint32_t segments, bool resent, double now_s) {
  if (resent) {
    Take(segments, &to_resend_);
    resent_in_flight_ += segments;
  } else {
    sent_ += segments;
  }
  in_flight_ += segments;
  if (state_ == State::kRecovery) reduction_sent_ += segments;
  if (deadline_s_ == kNever) RestartTimer(now_s);
  return next_serial_++;
}

uint32_t TcpSender::Rescue(uint32_t segments, LossRecords* records) {
  const uint32_t first_time = in_flight_ - std::min(in_flight_, resent_in_flight_);
  uint32_t unseen = 0;
  for (uint32_t i = losses_; i != kNone; i = (*records)[i].next) {
    if (!(*records)[i].resent) unseen += (*records)[i].segments;
  }
  // Sent in order; what is lost without having been noticed is last.
  const uint32_t candidates = first_time - std::min(first_time, not_again_);
  const uint32_t arriving = candidates - std::min(candidates, unseen);
  uint32_t rescued = segments - std::min(segments, arriving);
  not_again_ += segments - rescued;
  uint32_t left = rescued;
  for (uint32_t* link = &losses_; *link != kNone && left > 0;) {
    LossRecords::Record& record = (*records)[*link];
    if (record.resent) {
      link = &record.next;
      continue;
    }
    const uint32_t taken = std::min(left, record.segments);
    record.segments -= taken;
    left -= taken;
    if (record.segments == 0) records->Remove(link);
  }
  rescued -= left;
  Take(rescued, &in_flight_);
  to_resend_ += rescued;
  return rescued;
}

void TcpSender::CopiesSent(uint32_t segments) {
  in_flight_ += segments;
  resent_in_flight_ += segments;
  reduction_sent_ += segments;
}

void TcpSender::ForgetCopies(uint32_t segments) {
  segments = std::min(segments, not_again_);
  not_again_ -= segments;
  Take(segments, &in_flight_);
  Take(segments, &resent_in_flight_);
}

void TcpSender::Lost(const Train& train, uint32_t segments, LossRecords* records) {
  if (!train.resent) gap_ += segments;  // else they were missing already
  if (train.era != era_) return;        // given up at the timeout already
  records->Add(&losses_, {train.serial, segments, 0, train.resent, kNone});
}

uint32_t TcpSender::DetectLosses(const Train& train, uint32_t segments, LossRecords* records) {
  if (train.resent) return 0;
  uint32_t detected = 0;
  for (uint32_t* link = &losses_; *link != kNone;) {
    LossRecords::Record& record = (*records)[*link];
    if (record.serial < train.serial) {
      record.passed += segments;
    } else if (record.serial == train.serial && train.gap_inside) {
      record.passed += segments / 2;
    }
    if (record.resent || record.passed < kDuplicateThreshold) {
      link = &record.next;
      continue;
    }
    detected += record.segments;
    if (state_ != State::kOpen && record.serial >= recovery_serial_) {
      lost_since_ += record.segments;
    }
    records->Remove(link);
  }
  Take(detected, &in_flight_);
  to_resend_ += detected;
  return detected;
}

void TcpSender::EnterRecovery(uint32_t delivered) {
  state_ = State::kRecovery;
  recovery_serial_ = next_serial_;
  recovery_left_ = in_flight_ + to_resend_;
  recovery_flight_ = std::max<uint32_t>(1, recovery_left_ + out_of_order_);
  lost_since_ = 0;
  reduction_delivered_ = 0;
  reduction_sent_ = 0;
  timer_restarted_ = false;
  cubic_.OnLoss();
  ReduceRate(delivered);
}

void TcpSender::ReduceRate(uint32_t delivered) {
  reduction_delivered_ += delivered;
  const double threshold = cubic_.threshold();
  double send;
  if (in_flight_ > threshold) {
    send = std::ceil(reduction_delivered_ * threshold / recovery_flight_) - reduction_sent_;
  } else {
    // A segment more than has arrived with every acknowledgement.
    const double limit =
        std::max<double>(1.0 * reduction_delivered_ - reduction_sent_, delivered) + delivered;
    send = std::min(limit, threshold - in_flight_);
  }
  send = std::max(send, reduction_sent_ > 0 ? 0.0 : 1.0);
  cubic_.SetWindow(in_flight_ + send);
}

void TcpSender::Reopen(uint32_t delivered, double now_s) {
  if (state_ == State::kRecovery) cubic_.SetWindow(cubic_.threshold());
  state_ = State::kOpen;
  out_of_order_ = 0;
  ForgetCopies(not_again_);
  RestartTimer(now_s);
  if (lost_since_ > 0) EnterRecovery(delivered);
}

void TcpSender::SampleRoundTrip(double round_trip_s) {
  const float sample = static_cast<float>(round_trip_s);
  if (smoothed_s_ == 0) {
    smoothed_s_ = sample;
    variation_s_ = sample / 2;
  } else {
    variation_s_ += (std::abs(sample - smoothed_s_) - variation_s_) / 4;
    smoothed_s_ += (sample - smoothed_s_) / 8;
  }
  timeout_s_ = std::max(smoothed_s_ + std::max<double>(kClockS, 4 * variation_s_), kLeastTimeoutS);
}

void TcpSender::Acknowledged(const Train& train, AckTrain acks, LossRecords* records) {
  const uint32_t segments = acks.segments;
  if (train.era != era_) {
    ArrivedAfterAll(segments);
    return;
  }
  SampleRoundTrip(acks.mean_round_trip_s);
  acknowledged_ += segments;
  Take(segments, &in_flight_);
  if (train.resent) {
    Take(segments, &resent_in_flight_);
  } else {
    ForgetCopies(segments);
  }
  bool behind_gap = false;
  for (uint32_t i = losses_; i != kNone && !behind_gap; i = (*records)[i].next) {
    behind_gap = (*records)[i].serial < train.serial;
  }
  const uint32_t detected = DetectLosses(train, segments, records);
  if (acknowledged_ >= segments_) {
    deadline_s_ = kNever;
    return;
  }
  const bool awaited = train.resent || train.serial < recovery_serial_;
  switch (state_) {
    case State::kOpen:
      if (behind_gap) {
        out_of_order_ += segments;
      } else {
        cubic_.OnAcks(acks, acknowledged_, sent_);
        RestartTimer(acks.last_s);
      }
      if (detected > 0) EnterRecovery(segments);
      break;
    case State::kRecovery:
      if (awaited) Take(segments, &recovery_left_);
      if (train.resent && !timer_restarted_) {
        RestartTimer(acks.last_s);
        timer_restarted_ = true;
      }
      if (recovery_left_ == 0) {
        Reopen(segments, acks.last_s);
      } else {
        if (!train.resent) out_of_order_ += segments;
        ReduceRate(segments);
      }
      break;
    case State::kLoss:
      if (train.resent) {
        // What lies behind a filled gap is acknowledged with it.
        const uint32_t with_it =
            recovery_left_ <= segments ? out_of_order_ : out_of_order_ * segments / recovery_left_;
        out_of_order_ -= with_it;
        acks.segments += with_it;
        cubic_.OnAcks(acks, acknowledged_, sent_);
        RestartTimer(acks.last_s);
      } else {
        out_of_order_ += segments;
      }
      if (awaited) Take(segments, &recovery_left_);
      if (recovery_left_ == 0) Reopen(segments, acks.last_s);
      break;
  }
}

uint32_t TcpSender::ArrivedAfterAll(uint32_t segments) {
  segments = std::min(segments, to_resend_);
  to_resend_ -= segments;
  acknowledged_ += segments;
  out_of_order_ += segments;
  Take(segments, &recovery_left_);
  if (recovery_left_ == 0) {
    state_ = State::kOpen;
    out_of_order_ = 0;
  }
  return segments;
}

void TcpSender::TimedOut(double now_s, LossRecords* records) {
  const uint32_t outstanding = sent_ - acknowledged_;
  if (outstanding == 0) {
    deadline_s_ = kNever;
    state_ = State::kOpen;
    return;
  }
  records->RemoveAll(&losses_);
  ++era_;
  to_resend_ = outstanding;
  in_flight_ = resent_in_flight_ = not_again_ = 0;
  if (state_ != State::kLoss) cubic_.OnLoss();
  cubic_.OnTimeout(now_s, acknowledged_);
  state_ = State::kLoss;
  recovery_serial_ = next_serial_;
  recovery_left_ = outstanding;
  lost_since_ = 0;
  timeout_s_ = std::min(2 * timeout_s_, kMostTimeoutS);
  RestartTimer(now_s);
}

}  // namespace rhumb::fluid
