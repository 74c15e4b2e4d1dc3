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
// Where congestion goes on as a line, as the rounds go by: the first answer is to a mild price, in
// which traffic can still change places between full links; later ones keep what it found.
constexpr float kFirstSteep = 0.25F;
constexpr float kRisingRounds = 0.8F;  // share of the rounds
// A path this much narrower than the widest of its pair is a back road, whatever its delay.
constexpr float kBackRoad = 0.125F;
// A slow link off the main roads does not outweigh all others.
constexpr float kLongestService = 4;
constexpr double kVisits = 4e6;    // of links by paths that a decision may cost
constexpr float kNoShare = 1e-9F;  // of a pair's traffic; keeps logarithms and quotients finite
constexpr float kStill = 1e-3F;    // a pair that would move less of its traffic stays
constexpr float kWholeSteps = 4;   // rounds without a limit of the step

}  // namespace

float Congestion(float utilization, float steep) {
  const float u = std::min(utilization, steep);
  const float room = 1 - u;
  return 1 / (room * room) - 1 + (utilization - u) * 2 / (room * room * room);
}

void PricedSplit::SetGraph(std::shared_ptr<const PathGraph> graph) {
  graph_ = std::move(graph);
  const PathGraph& g = *graph_;
  rounds_ = std::clamp(
      static_cast<int>(kVisits / std::max<double>(static_cast<double>(g.links.size()), 1)), 4, 16);
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
  shift_.assign(most_paths, 0.0F);
  moved_.assign(g.num_links(), 0.0F);
  touched_.reserve(g.num_links());
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

float PricedSplit::LinkPrice(int link, float utilization) const {
  return service_[link] * Congestion(load_factor_ * utilization, steep_);
}

void PricedSplit::PricePaths(int pair, absl::Span<const float> demands, const Prices& prices) {
  const PathGraph& g = *graph_;
  const int begin = g.path_begin[pair], fastest = fastest_[pair];
  float fullest = 0;
  for (int i = g.link_begin[fastest]; i < g.link_begin[fastest + 1]; ++i) {
    fullest = std::max(fullest, load_factor_ * utilization_[g.links[i]]);
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

bool PricedSplit::Settle(int pair, float demand, float congestion_price, float longest_step) {
  const PathGraph& g = *graph_;
  const int begin = g.path_begin[pair], count = g.path_begin[pair + 1] - begin;
  const float least = *std::min_element(cost_.begin(), cost_.begin() + count);
  float sum = 0;
  for (int i = 0; i < count; ++i) {
    shift_[i] = std::exp(least - cost_[i]);
    sum += shift_[i];
  }
  const float log_sum = std::log(sum) - least;
  // Slope of the objective, over the demand, where the move begins, with the sign turned; where it
  // ends, the costs would be balanced but for what the moved traffic itself changes.
  float pressure = 0, distance = 0;
  for (int i = 0; i < count; ++i) {
    const float ratio = ratios_[begin + i];
    const float shift = shift_[i] / sum - ratio;
    pressure -= shift * (std::log(std::max(ratio, kNoShare)) + cost_[i] + log_sum);
    distance += std::abs(shift);
    shift_[i] = shift;
  }
  if (distance < kStill) return true;

  touched_.clear();  // a link whose moves cancel on the way may come twice: a shorter step, no more
  for (int i = 0; i < count; ++i) {
    if (std::abs(shift_[i]) < kNoShare) continue;
    for (int k = g.link_begin[begin + i]; k < g.link_begin[begin + i + 1]; ++k) {
      const int link = g.links[k];
      if (moved_[link] == 0) touched_.push_back(link);
      moved_[link] += shift_[i];
    }
  }
  float resistance = 0;
  for (int link : touched_) {
    const float after = utilization_[link] + moved_[link] * demand / g.capacity[link];
    resistance += moved_[link] * (LinkPrice(link, after) - congestion_[link]);
  }
  resistance *= std::max(congestion_price, 0.0F);
  const float step = std::min(longest_step, pressure / std::max(pressure + resistance, kNoShare));
  for (int i = 0; i < count; ++i) ratios_[begin + i] += step * shift_[i];
  for (int link : touched_) {
    utilization_[link] += step * moved_[link] * demand / g.capacity[link];
    congestion_[link] = LinkPrice(link, utilization_[link]);
    moved_[link] = 0;
  }
  return false;
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
  load_factor_ = std::exp(prices[kMargin] / 2);
  std::copy(base.begin(), base.end(), ratios_.begin());
  for (int round = 0; round < rounds_; ++round) {
    const float risen =
        std::min(1.0F, static_cast<float>(round) / (kRisingRounds * static_cast<float>(rounds_)));
    steep_ = kFirstSteep + (kSteep - kFirstSteep) * risen;
    PutOnLinks(ratios_, demands, &utilization_);  // anew, so that rounding does not add up
    for (int l = 0; l < g.num_links(); ++l) congestion_[l] = LinkPrice(l, utilization_[l]);
    // The room on a pair's fastest path is not part of the objective and could make traffic come
    // and go for ever: later steps are short.
    const float longest_step = std::min(1.0F, kWholeSteps / static_cast<float>(round + 1));
    bool still = true;
    for (int d = 0; d < g.num_pairs(); ++d) {
      PricePaths(d, demands, prices);
      still &= Settle(d, demands[d], kCongestionScale * prices[kCongestion], longest_step);
    }
    if (still && risen == 1) break;
  }
}

}  // namespace rhumb::neural
