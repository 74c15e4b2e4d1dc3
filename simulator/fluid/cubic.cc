#include "simulator/fluid/cubic.h"

#include <algorithm>
#include <cmath>

namespace rhumb::fluid {
namespace {

constexpr double kBeta = 0.7;
constexpr double kC = 0.4;
constexpr double kSettleS = 0.010;  // no delay samples so shortly after a cut
constexpr double kHystartWindow = 16;
constexpr double kHystartAckGapS = 0.002;
constexpr double kHystartLeastDelayS = 0.004;
constexpr double kHystartMostDelayS = 1;
constexpr uint32_t kHystartSamples = 8;
constexpr double kMostPerIncreaseAtFirst = 20;
constexpr double kLeastPerIncrease = 2;

}  // namespace

void Cubic::Start(double initial_window) {
  *this = Cubic();
  window_ = initial_window;
}

void Cubic::ResetHystart(double now_s, uint32_t sent) {
  round_start_s_ = last_ack_s_ = now_s;
  round_end_ = sent;
  round_round_trip_s_ = 0;
  round_samples_ = 0;
}

void Cubic::Hystart(const AckTrain& acks) {
  if (left_slow_start_) return;
  if (acks.first_s - last_ack_s_ <= kHystartAckGapS) {
    const double gap_s = acks.acks > 1 ? (acks.last_s - acks.first_s) / (acks.acks - 1) : 0;
    last_ack_s_ = gap_s <= kHystartAckGapS ? acks.last_s : acks.first_s;
    if (last_ack_s_ - round_start_s_ > least_round_trip_s_) left_slow_start_ = true;
  }
  if (round_samples_ < kHystartSamples) {
    const float sample_s = static_cast<float>(acks.round_trip_s);
    round_round_trip_s_ =
        round_round_trip_s_ == 0 ? sample_s : std::min(round_round_trip_s_, sample_s);
  } else if (round_round_trip_s_ >
             least_round_trip_s_ +
                 std::clamp<double>(least_round_trip_s_, kHystartLeastDelayS, kHystartMostDelayS)) {
    left_slow_start_ = true;
  }
  round_samples_ += acks.acks;
  if (left_slow_start_) threshold_ = window_;
}

void Cubic::OnAcks(const AckTrain& acks, uint32_t acknowledged, uint32_t sent) {
  if (epoch_start_s_ < 0 || acks.first_s - epoch_start_s_ >= kSettleS) {
    const float sample_s = static_cast<float>(acks.round_trip_s);
    least_round_trip_s_ =
        least_round_trip_s_ == 0 ? sample_s : std::min(least_round_trip_s_, sample_s);
    if (window_ <= threshold_ && window_ >= kHystartWindow) Hystart(acks);
  }
  if (window_ < threshold_) {
    if (acknowledged > round_end_) ResetHystart(acks.first_s, sent);
    window_ += acks.segments;
    return;
  }
  credit_ += static_cast<float>(acks.segments);
  const double needed = SegmentsPerIncrease(acks.first_s);
  const double increases = std::min<double>(acks.acks, std::floor(credit_ / needed));
  window_ += increases;
  credit_ -= static_cast<float>(increases * needed);
}

// Whole numbers where ns-3 has them: windows are small, so rounding matters.
double Cubic::SegmentsPerIncrease(double now_s) {
  const double window = std::floor(window_);
  if (epoch_start_s_ < 0) {
    epoch_start_s_ = now_s;
    if (window_before_loss_ <= window) {
      k_s_ = 0;
      origin_ = static_cast<float>(window);
    } else {
      k_s_ = static_cast<float>(std::cbrt((window_before_loss_ - window) / kC));
      origin_ = window_before_loss_;
    }
  }
  const double t = now_s + least_round_trip_s_ - epoch_start_s_;
  const double off = t - k_s_;
  const double delta = std::floor(kC * std::abs(off * off * off));
  const double target = off < 0 ? origin_ - delta : origin_ + delta;
  double needed = target > window ? std::floor(window / (target - window)) : 100 * window;
  if (window_before_loss_ == 0) needed = std::min(needed, kMostPerIncreaseAtFirst);
  return std::max(needed, kLeastPerIncrease);
}

void Cubic::OnLoss() {
  const double window = std::floor(window_);
  window_before_loss_ = static_cast<float>(
      window < window_before_loss_ ? std::floor(window * (1 + kBeta) / 2) : window);
  epoch_start_s_ = -1;
  threshold_ = std::max(std::floor(window * kBeta), 2.0);
}

void Cubic::OnTimeout(double now_s, uint32_t sent) {
  window_ = 1;
  window_before_loss_ = 0;
  origin_ = 0;
  k_s_ = 0;
  least_round_trip_s_ = 0;
  left_slow_start_ = false;
  ResetHystart(now_s, sent);
}

}  // namespace rhumb::fluid
