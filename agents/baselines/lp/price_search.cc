#include "agents/baselines/lp/price_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "agents/baselines/lp/linear_program.h"

namespace rhumb {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// b over 1 / MLU: at first, at most, and how it follows the gap.
constexpr double kLeastSharpness = 20;
constexpr double kMostSharpness = 2000;
constexpr double kSharpnessOverGap = 3;
// Of the busiest link's price, on links far below it: keeps their paths short.
constexpr double kLeastPrice = 1e-6;
// Prices averaged over rounds often prove more than those of one.
constexpr double kMemory = 0.9;
constexpr int kRoundsPerAverage = 4;
constexpr int kHalvings = 25;

class Search {
 public:
  Search(const Topology& topology, const PricedDemands& demands, std::vector<double> loads_bps,
         PathPricing* pricing)
      : topology_(topology),
        demands_(demands),
        pricing_(*pricing),
        load_(std::move(loads_bps)),
        cheapest_(topology.num_links()),
        prices_(topology.num_links()),
        average_(topology.num_links(), 0.0) {
    result_.prices = Prices([](LinkId) { return 1.0; });
    result_.mlu = Mlu();
  }

  // False when there is nothing to route.
  bool Round(int number) {
    const double mlu = Mlu();
    if (mlu == 0) return false;
    result_.mlu = std::min(result_.mlu, mlu);
    const double gap = result_.bound > 0 ? mlu / result_.bound - 1 : kInfinity;
    const double sharpness = std::clamp(kSharpnessOverGap * std::log(topology_.num_links()) / gap,
                                        kLeastSharpness, kMostSharpness) /
                             mlu;
    prices_ = Prices(
        [&](LinkId l) { return std::exp(sharpness * (Utilization(l) - mlu)) + kLeastPrice; });
    std::fill(cheapest_.begin(), cheapest_.end(), 0.0);
    Prove(prices_, &cheapest_);
    for (LinkId l = 0; l < topology_.num_links(); ++l) {
      average_[l] = kMemory * average_[l] + (1 - kMemory) * prices_[l];
    }
    if (number % kRoundsPerAverage == kRoundsPerAverage - 1) {
      Prove(Prices([&](LinkId l) { return average_[l] * Capacity(l); }), nullptr);
    }
    Move(BestStep(sharpness));
    return true;
  }

  const PriceSearchResult& result() const { return result_; }

 private:
  double Capacity(LinkId l) const { return topology_.link(l).capacity_bps; }
  double Utilization(LinkId l) const { return load_[l] / Capacity(l); }
  double Mlu() const {
    double mlu = 0;
    for (LinkId l = 0; l < topology_.num_links(); ++l) mlu = std::max(mlu, Utilization(l));
    return mlu;
  }

  // Weights as prices of one bit per second, so that capacity costs 1 in all.
  template <typename Weight>
  std::vector<double> Prices(Weight weight) const {
    std::vector<double> prices(topology_.num_links(), kInfinity);
    double sum = 0;
    for (LinkId l = 0; l < topology_.num_links(); ++l) {
      if (!topology_.link(l).usable()) continue;
      prices[l] = weight(l);
      sum += prices[l];
    }
    for (LinkId l = 0; l < topology_.num_links(); ++l) prices[l] /= sum * Capacity(l);
    return prices;
  }

  // Takes over the prices if they prove more. `loads` receives what all demands put on links over
  // their cheapest paths.
  void Prove(const std::vector<double>& prices, std::vector<double>* loads) {
    pricing_.SetPrices(prices);
    double bound = 0;
    Path path;
    for (const std::vector<int>& demands : demands_.demands_from) {
      for (int k : demands) {
        const double rate = demands_.rates_bps[k];
        if (rate == 0) continue;
        const NodePair pair = demands_.pairs[k];
        bound += rate * pricing_.Price(pair.source, pair.destination);
        if (loads == nullptr) continue;
        pricing_.GetPath(pair.source, pair.destination, &path);
        for (LinkId l : path) (*loads)[l] += rate;
      }
    }
    if (bound <= result_.bound) return;
    result_.bound = bound;
    result_.prices = prices;
  }

  // Where on the way to the cheapest paths the smooth maximum is least: its derivative, which only
  // grows, changes sign there.
  double BestStep(double sharpness) const {
    double low = 0, high = 1;
    for (int i = 0; i < kHalvings; ++i) {
      const double step = (low + high) / 2;
      double most = 0;
      for (LinkId l = 0; l < topology_.num_links(); ++l) most = std::max(most, After(step, l));
      double slope = 0;
      for (LinkId l = 0; l < topology_.num_links(); ++l) {
        slope +=
            std::exp(sharpness * (After(step, l) - most)) * (cheapest_[l] - load_[l]) / Capacity(l);
      }
      (slope > 0 ? high : low) = step;
    }
    return low;
  }
  double After(double step, LinkId l) const {
    return (load_[l] + step * (cheapest_[l] - load_[l])) / Capacity(l);
  }
  void Move(double step) {
    for (LinkId l = 0; l < topology_.num_links(); ++l) load_[l] += step * (cheapest_[l] - load_[l]);
  }

  const Topology& topology_;
  const PricedDemands& demands_;
  PathPricing& pricing_;
  std::vector<double> load_, cheapest_;   // [links] in bits per second
  std::vector<double> prices_, average_;  // [links]
  PriceSearchResult result_;
};

}  // namespace

PriceSearchResult SearchPrices(const Topology& topology, const PricedDemands& demands,
                               std::vector<double> loads_bps, const PriceSearchLimits& limits,
                               PathPricing* pricing) {
  const double end_s = ThreadCpuSeconds() + limits.time_s;
  Search search(topology, demands, std::move(loads_bps), pricing);
  for (int round = 0; round < limits.rounds && search.Round(round); ++round) {
    if (search.result().mlu <= (1 + limits.gap) * search.result().bound) break;
    if (ThreadCpuSeconds() > end_s) break;
  }
  return search.result();
}

}  // namespace rhumb
