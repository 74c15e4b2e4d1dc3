#include "agents/trees/split_demands.h"

#include <algorithm>
#include <limits>

namespace rhumb::trees {
namespace {

constexpr int kHalvings = 10;
constexpr float kLeastGain = 1e-3F;
constexpr int kUsualPaths = 4;
// What a path beyond these must be cheaper by, as a share of the one that it relieves.
constexpr float kMuchCheaper = 0.1F;

}  // namespace

float PathPrice(const LinkPrices& prices, absl::Span<const LinkId> links) {
  float sum = 0;
  for (const LinkId l : links) sum += prices.price()[l];
  return sum;
}

DemandSplitter::DemandSplitter(int num_links, const SplitLimits& limits)
    : limits_(limits), seen_(num_links, 0) {}

void DemandSplitter::Compare(absl::Span<const LinkId> from, absl::Span<const LinkId> to) {
  changes_.clear();
  round_ += 2;
  for (const LinkId l : to) seen_[l] = round_;
  for (const LinkId l : from) {
    if (seen_[l] == round_) {
      seen_[l] = round_ + 1;
    } else {
      changes_.push_back({l, -1.0F});
    }
  }
  for (const LinkId l : to) {
    if (seen_[l] == round_) changes_.push_back({l, 1.0F});
  }
}

float DemandSplitter::Raise(float by, const LinkPrices& prices) const {
  float raise = 0;
  for (const Change& change : changes_) raise += prices.Raise(change.link, change.sign * by);
  return raise;
}

// Rate to move, up to `most`, from where the potential falls to where it rises again.
float DemandSplitter::BestStep(float rate, float most, const LinkPrices& prices) const {
  const auto slope = [&](float by) {
    float sum = 0;
    for (const Change& change : changes_) {
      sum += change.sign * prices.PriceAfter(change.link, change.sign * by);
    }
    return sum;
  };
  if (slope(most) <= 0) return most;
  float low = 0, high = most;
  for (int i = 0; i < kHalvings && high - low > 1e-3F * rate; ++i) {
    const float middle = 0.5F * (low + high);
    (slope(middle) <= 0 ? low : high) = middle;
  }
  return low;
}

void DemandSplitter::Move(float rate, float share, int from, int to, SplitDemand* demand,
                          LinkPrices* prices) {
  for (const Change& change : changes_) prices->Add(change.link, change.sign * share * rate);
  demand->paths[to].share += share;
  demand->paths[from].share -= share;
}

void DemandSplitter::Improve(float rate, absl::Span<const LinkId> offered, SplitDemand* demand,
                             LinkPrices* prices) {
  std::vector<OwnPath>& paths = demand->paths;
  int cheapest = -1;
  float least = kUnreachable;
  for (int p = 0; p < static_cast<int>(paths.size()); ++p) {
    const float price = PathPrice(*prices, paths[p].links);
    if (price < least) {
      least = price;
      cheapest = p;
    }
  }
  if (!offered.empty()) {
    const float price = PathPrice(*prices, offered);
    if (price < least * (1 - kLeastGain) || (least == kUnreachable && price < least)) {
      least = price;
      cheapest = static_cast<int>(paths.size());
      paths.push_back({{offered.begin(), offered.end()}, paths.empty() ? 1.0F : 0.0F});
      if (paths.size() == 1) {
        for (const LinkId l : offered) prices->Add(l, rate);
      }
    }
  }
  if (cheapest < 0) return;  // no path can be used: it stays where it was
  const int count = static_cast<int>(paths.size());
  for (int p = 0; p < count; ++p) {
    if (p == cheapest || paths[p].share <= 0) continue;
    const float price = PathPrice(*prices, paths[p].links);
    const bool dead = price == kUnreachable;
    if (!dead && price * (1 - kLeastGain) <= PathPrice(*prices, paths[cheapest].links)) continue;
    Compare(paths[p].links, paths[cheapest].links);
    if (dead) {
      Move(rate, paths[p].share, p, cheapest, demand, prices);
      continue;
    }
    if (rate <= 0) continue;
    // What stays and what arrives is nothing or at least the smallest share.
    float share = BestStep(rate, paths[p].share * rate, *prices) / rate;
    const float all = paths[p].share;
    int used = 0;
    for (const OwnPath& path : paths) used += path.share > 0 ? 1 : 0;
    const bool needed = !limits_.max_paths && price * (1 - kMuchCheaper) > least;
    const bool full =
        paths[cheapest].share == 0 && !needed && used >= limits_.max_paths.value_or(kUsualPaths);
    if (full && all - share > 0) share = all;
    if (all - share < limits_.min_share && share < all) {
      const float less = all - limits_.min_share;
      share = less <= 0 || Raise(all * rate, *prices) < Raise(less * rate, *prices) ? all : less;
    }
    if (paths[cheapest].share + share < limits_.min_share) {
      share = std::min(all, limits_.min_share);
      if (all - share < limits_.min_share) share = all;
    }
    if (share <= 0 || Raise(share * rate, *prices) >= 0) continue;
    Move(rate, share == all ? all : share, p, cheapest, demand, prices);
  }
  paths.erase(std::remove_if(paths.begin(), paths.end(),
                             [](const OwnPath& path) { return path.share < 1e-6F; }),
              paths.end());
}

}  // namespace rhumb::trees
