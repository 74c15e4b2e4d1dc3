#include "agents/trees/link_prices.h"

#include <algorithm>
#include <cmath>

namespace rhumb::trees {
namespace {

// What delay counts beside utilization, as a share of all prices times capacities. The bound that
// prices prove is lower by at most about this share.
constexpr float kDelayShare = 0.002F;
constexpr float kLeastExponent = -60.0F, kLargestExponent = 60.0F;

}  // namespace

LinkPrices::LinkPrices(const TreeNetwork* network)
    : network_(network),
      load_(network->num_links(), 0.0F),
      weight_(network->num_links(), 0.0F),
      price_(network->num_links(), 0.0F),
      steepness_(network->num_links(), 0.0F) {}

float LinkPrices::Weight(float load, LinkId link) const {
  const float exponent = steepness_[link] * load - sharpness_;
  return exponent < kLeastExponent ? 0.0F : std::exp(std::min(exponent, kLargestExponent));
}

void LinkPrices::Set(absl::Span<const float> load, float sharpness) {
  std::copy(load.begin(), load.end(), load_.begin());
  sharpness_ = sharpness;
  level_ = std::max(Mlu(), 1e-20F);
  double total = 0, delays = 0;
  for (LinkId l = 0; l < network_->num_links(); ++l) {
    steepness_[l] = sharpness_ / (network_->capacity[l] * level_);
    weight_[l] = Weight(load_[l], l);
    if (network_->usable[l] == 0) continue;
    total += weight_[l];
    delays += static_cast<double>(network_->delay_s[l]) * network_->capacity[l];
  }
  delay_price_ = delays > 0 ? static_cast<float>(kDelayShare * total / delays) : 0.0F;
  for (LinkId l = 0; l < network_->num_links(); ++l) Price(l);
}

void LinkPrices::Price(LinkId link) {
  price_[link] = network_->usable[link] == 0 ? kUnreachable
                                             : weight_[link] / network_->capacity[link] +
                                                   delay_price_ * network_->delay_s[link];
}

float LinkPrices::Mlu() const {
  float mlu = 0;
  for (LinkId l = 0; l < network_->num_links(); ++l) {
    if (network_->usable[l] != 0) mlu = std::max(mlu, load_[l] / network_->capacity[l]);
  }
  return mlu;
}

double LinkPrices::Paid() const {
  double sum = 0;
  for (LinkId l = 0; l < network_->num_links(); ++l) {
    if (network_->usable[l] != 0) sum += static_cast<double>(load_[l]) * price_[l];
  }
  return sum;
}

float LinkPrices::Raise(LinkId link, float by) const {
  if (network_->usable[link] == 0) return 0;
  return (Weight(load_[link] + by, link) - weight_[link]) * level_ / sharpness_ +
         by * delay_price_ * network_->delay_s[link];
}

float LinkPrices::PriceAfter(LinkId link, float by) const {
  if (network_->usable[link] == 0) return kUnreachable;
  return Weight(load_[link] + by, link) / network_->capacity[link] +
         delay_price_ * network_->delay_s[link];
}

void LinkPrices::Add(LinkId link, float by) {
  load_[link] = std::max(load_[link] + by, 0.0F);
  weight_[link] = Weight(load_[link], link);
  Price(link);
}

}  // namespace rhumb::trees
