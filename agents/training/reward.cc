#include "agents/training/reward.h"

#include <algorithm>
#include <cmath>

namespace rhumb::training {
namespace {

constexpr double kLargestLog = 3;

// log(a / b) of two quantities that are measured, and so may be 0.
double LogRatio(double a, double b) {
  if (a <= 0 && b <= 0) return 0;
  if (a <= 0) return -kLargestLog;
  if (b <= 0) return kLargestLog;
  return std::clamp(std::log(a / b), -kLargestLog, kLargestLog);
}

bool HasFlows(const Measurements& m) { return m.flows.has_value() && m.flows->started > 0; }

double OnTimeShare(const FlowCompletion& flows) {
  return static_cast<double>(flows.on_time) / static_cast<double>(flows.started);
}

double Delay(const Measurements& m, DelayOf delay_of) {
  return delay_of == DelayOf::kPackets ? m.mean_packet_delay_s : m.mean_delay_s;
}

}  // namespace

RewardTerms& RewardTerms::operator+=(const RewardTerms& other) {
  completion += other.completion;
  on_time += other.on_time;
  delay += other.delay;
  loss += other.loss;
  goodput += other.goodput;
  moved += other.moved;
  return *this;
}

RewardTerms& RewardTerms::operator*=(double factor) {
  completion *= factor;
  on_time *= factor;
  delay *= factor;
  loss *= factor;
  goodput *= factor;
  moved *= factor;
  return *this;
}

double WeightedSum(const RewardTerms& terms, const RewardWeights& weights) {
  return weights.completion * terms.completion + weights.on_time * terms.on_time +
         weights.delay * terms.delay + weights.loss * terms.loss + weights.goodput * terms.goodput +
         weights.moved * terms.moved;
}

RewardTerms TermsAgainst(const Measurements& measured, const Measurements& reference,
                         DelayOf delay_of) {
  RewardTerms terms;
  terms.delay = LogRatio(Delay(reference, delay_of), Delay(measured, delay_of));
  // Nothing delivered has no delay: that is the worst, not the best.
  if (measured.goodput_bps <= 0 && reference.goodput_bps > 0) terms.delay = -kLargestLog;
  terms.loss = reference.loss_ratio - measured.loss_ratio;
  terms.goodput = LogRatio(measured.goodput_bps, reference.goodput_bps);
  terms.completion = terms.delay;
  if (HasFlows(measured) && HasFlows(reference)) {
    terms.completion = LogRatio(reference.flows->mean_s, measured.flows->mean_s);
    terms.on_time = OnTimeShare(*measured.flows) - OnTimeShare(*reference.flows);
  }
  return terms;
}

RewardTerms TermsAlone(const Measurements& measured, double propagation_s, DelayOf delay_of) {
  RewardTerms terms;
  if (measured.offered_bps <= 0) return terms;
  terms.delay =
      measured.goodput_bps > 0 ? LogRatio(propagation_s, Delay(measured, delay_of)) : -kLargestLog;
  terms.loss = -measured.loss_ratio;
  terms.goodput = LogRatio(measured.goodput_bps, measured.offered_bps);
  terms.completion = terms.delay;
  if (HasFlows(measured)) {
    terms.completion = -LogRatio(measured.flows->mean_slowdown, 1);
    terms.on_time = OnTimeShare(*measured.flows);
  }
  return terms;
}

}  // namespace rhumb::training
