#include "agents/neural/priced_split.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace rhumb::neural {
namespace {

// A base plan's share of 0 is one of e^-8: costs can bring the path back.
constexpr float kFloor = -8;
// What a price of 1 is worth in logits, so that all prices are about 1 where they matter: the mean
// delay of the traffic, a service time where traffic usually is tightest, a detour, a small
// demand's detour.
constexpr float kDistanceScale = 24;
constexpr float kCongestionScale = 6;
constexpr float kDetourScale = 8;
constexpr float kSmallnessScale = 6;
// Below this utilization of its busiest link a path has room, about.
constexpr float kRoom = 0.7F;
constexpr float kRoomWidth = 0.07F;
// A demand of this share of its path's capacity is neither small nor large.
constexpr float kSmallShare = 0.05F;
constexpr float kSteep = 0.9F;  // where congestion goes on as a line
// A path this much narrower than the widest of its pair is a back road, whatever its delay.
constexpr float kBackRoad = 0.125F;
// A slow link off the main roads does not outweigh all others.
constexpr float kLongestService = 4;
constexpr double kVisits = 4e6;  // of links by paths that a decision may cost

}  // namespace

float Congestion(float utilization) {
  const float u = std::min(utilization, kSteep);
  const float room = 1 - u;
  return 1 / (room * room) - 1 + (utilization - u) * 2 / (room * room * room);
}

void PricedSplit::SetGraph(std::shared_ptr<const PathGraph> graph) {
  graph_ = std::move(graph);
  const PathGraph& g = *graph_;
  rounds_ = std::clamp(
      static_cast<int>(kVisits / std::max<double>(static_cast<double>(g.links.size()), 1)), 4, 24);
  fastest_.assign(g.num_pairs(), 0);
  fastest_ratios_.assign(g.num_paths(), 0.0F);
  int most_paths = 0;
  for (int d = 0; d < g.num_pairs(); ++d) {
    const int begin = g.path_begin[d], end = g.path_begin[d + 1];
    const float widest =
        *std::max_element(g.bottleneck.begin() + begin, g.bottleneck.begin() + end);
    int best = -1;
    for (int p = begin; p < end; ++p) {
      if (g.bottleneck[p] < kBackRoad * widest) continue;
      if (best < 0 || g.delay[p] < g.delay[best]) best = p;
    }
    fastest_[d] = best;
    fastest_ratios_[best] = 1;
    most_paths = std::max(most_paths, end - begin);
  }
  service_.assign(g.num_links(), 1.0F);
  base_logits_.assign(g.num_paths(), 0.0F);
  ratios_.assign(g.num_paths(), 0.0F);
  utilization_.assign(g.num_links(), 0.0F);
  congestion_.assign(g.num_links(), 0.0F);
  cost_.assign(most_paths, 0.0F);
}

void PricedSplit::PutOnLinks(absl::Span<const float> ratios, absl::Span<const float> demands,
                             std::vector<float>* utilization) const {
  const PathGraph& g = *graph_;
  utilization->assign(g.num_links(), 0.0F);
  for (int p = 0; p < g.num_paths(); ++p) {
    const float flow = ratios[p] * demands[g.pair_of_path[p]];
    if (flow == 0) continue;
    for (int i = g.link_begin[p]; i < g.link_begin[p + 1]; ++i) (*utilization)[g.links[i]] += flow;
  }
  for (int l = 0; l < g.num_links(); ++l) (*utilization)[l] /= g.capacity[l];
}

double PricedSplit::MeanDelay(absl::Span<const float> ratios,
                              absl::Span<const float> demands) const {
  double sum = 0, total = 0;
  for (int p = 0; p < graph_->num_paths(); ++p) {
    const double flow = static_cast<double>(ratios[p]) * demands[graph_->pair_of_path[p]];
    sum += flow * graph_->delay[p];
    total += flow;
  }
  return total > 0 ? sum / total : 0;
}

void PricedSplit::TimeLinks(absl::Span<const float> demands) {
  const PathGraph& g = *graph_;
  double capacity = 0, total = 0;
  for (int d = 0; d < g.num_pairs(); ++d) {
    capacity += static_cast<double>(demands[d]) * g.bottleneck[fastest_[d]];
    total += demands[d];
  }
  const double usual = total > 0 ? capacity / total : 1.0;
  for (int l = 0; l < g.num_links(); ++l) {
    service_[l] = std::min(static_cast<float>(usual / g.capacity[l]), kLongestService);
  }
}

void PricedSplit::PriceLinks(float load_factor) {
  for (int l = 0; l < graph_->num_links(); ++l) {
    congestion_[l] = service_[l] * Congestion(load_factor * utilization_[l]);
  }
}

void PricedSplit::PricePaths(int pair, absl::Span<const float> demands, const Prices& prices,
                             float load_factor) {
  const PathGraph& g = *graph_;
  const int begin = g.path_begin[pair], fastest = fastest_[pair];
  float fullest = 0;
  for (int i = g.link_begin[fastest]; i < g.link_begin[fastest + 1]; ++i) {
    fullest = std::max(fullest, load_factor * utilization_[g.links[i]]);
  }
  const float room = 1 / (1 + std::exp((fullest - kRoom) / kRoomWidth));
  const float small = 1 / (1 + demands[pair] / (kSmallShare * g.bottleneck[fastest]));
  const float leave =
      kDetourScale * prices[kDetour] * room + kSmallnessScale * prices[kSmallness] * small;
  const float trust = std::exp(-prices[kDistrust]);
  for (int p = begin; p < g.path_begin[pair + 1]; ++p) {
    float congestion = 0;
    for (int i = g.link_begin[p]; i < g.link_begin[p + 1]; ++i)
      congestion += congestion_[g.links[i]];
    const float longer = std::max(static_cast<float>((g.delay[p] - g.delay[fastest]) / mean_delay_),
                                  0.0F);  // back roads
    cost_[p - begin] = kDistanceScale * prices[kDistance] * longer +
                       kCongestionScale * prices[kCongestion] * congestion +
                       (p == fastest ? 0.0F : leave) - trust * base_logits_[p];
  }
}

void PricedSplit::Run(absl::Span<const float> base, absl::Span<const float> demands,
                      const Prices& prices) {
  const PathGraph& g = *graph_;
  TimeLinks(demands);
  const double mean_delay = MeanDelay(fastest_ratios_, demands);
  mean_delay_ = mean_delay > 0 ? mean_delay : 1.0;
  for (int d = 0; d < g.num_pairs(); ++d) {
    float largest = 1e-30F;
    for (int p = g.path_begin[d]; p < g.path_begin[d + 1]; ++p)
      largest = std::max(largest, base[p]);
    for (int p = g.path_begin[d]; p < g.path_begin[d + 1]; ++p) {
      base_logits_[p] = std::max(std::log(std::max(base[p], 1e-30F) / largest), kFloor);
    }
  }
  const float load_factor = std::exp(prices[kMargin] / 2);
  std::copy(base.begin(), base.end(), ratios_.begin());
  for (int round = 0; round < rounds_; ++round) {
    PutOnLinks(ratios_, demands, &utilization_);
    PriceLinks(load_factor);
    // The first answer replaces the base plan, later ones are averaged in.
    const float step = 2.0F / static_cast<float>(round + 2);
    for (int d = 0; d < g.num_pairs(); ++d) {
      PricePaths(d, demands, prices, load_factor);
      const int begin = g.path_begin[d], count = g.path_begin[d + 1] - begin;
      const float least = *std::min_element(cost_.begin(), cost_.begin() + count);
      float sum = 0;
      for (int i = 0; i < count; ++i) sum += cost_[i] = std::exp(least - cost_[i]);
      for (int i = 0; i < count; ++i)
        ratios_[begin + i] += step * (cost_[i] / sum - ratios_[begin + i]);
    }
  }
}

}  // namespace rhumb::neural
