#include "agents/neural/routing_bound.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "agents/neural/balance_kernel.h"

namespace rhumb::neural {
namespace {

// Up to so many, distances between all of them are found at once for all prices.
constexpr int kFewNodes = 200;
// Of the sharpness that is asked for.
constexpr float kBlunter[] = {1.0F, 0.5F, 0.2F, 0.06F};
static_assert(std::size(kBlunter) * kScenarios == kPriceRow && kPriceRow == 16);
constexpr float kNever = 1e30F;
// Missing paths are those that bring so much of what all of them would.
constexpr double kMatters = 0.95;
// How much cheaper than the cheapest candidate a path must be, relative.
constexpr double kCheaper = 1e-4;
// What every link adds to its price, over the mean price: among paths that cost nothing the one
// with few links.
constexpr double kHop = 1e-6;

}  // namespace

void RoutingBound::SetGraph(const Topology& topology, std::shared_ptr<const PathGraph> graph) {
  graph_ = std::move(graph);
  search_.reset();
  network_.emplace(topology);
  search_.emplace(*network_);
  const int nodes = topology.num_nodes();
  prices_.assign(static_cast<size_t>(graph_->num_links()) * kPriceRow, 0.0F);
  distances_.assign(nodes <= kFewNodes ? static_cast<size_t>(nodes) * nodes * kPriceRow : 0, 0.0F);
  mean_price_.assign(graph_->num_links(), 0.0F);
  destination_begin_.assign(nodes + 1, 0);
  for (const NodePair& pair : graph_->pairs) ++destination_begin_[pair.destination + 1];
  std::partial_sum(destination_begin_.begin(), destination_begin_.end(),
                   destination_begin_.begin());
  by_destination_.resize(graph_->num_pairs());
  std::vector<int> next(destination_begin_.begin(), destination_begin_.end() - 1);
  for (int d = 0; d < graph_->num_pairs(); ++d) {
    by_destination_[next[graph_->pairs[d].destination]++] = d;
  }
}

void RoutingBound::SetDemands(absl::Span<const float> demands, const PerScenario& weights) {
  demands_ = demands;
  weights_ = weights;
  best_.fill(0);
}

void RoutingBound::Improve(absl::Span<const float> utilization, float sharpness) {
  PriceLinks(utilization, sharpness);
  distances_.empty() ? ImproveByTrees() : ImproveByDistances();
}

// Every set sums to 1 over the links before it is divided by capacities.
void RoutingBound::PriceLinks(absl::Span<const float> utilization, float sharpness) {
  PerScenario mlu = {};
  for (int l = 0; l < graph_->num_links(); ++l) {
    const float* row = utilization.data() + static_cast<size_t>(l) * kPathDemandRow;
    for (int s = 0; s < kScenarios; ++s) mlu[s] = std::max(mlu[s], row[s]);
  }
  std::array<double, kPriceRow> total = {};
  for (int l = 0; l < graph_->num_links(); ++l) {
    const float* row = utilization.data() + static_cast<size_t>(l) * kPathDemandRow;
    float* price = prices_.data() + static_cast<size_t>(l) * kPriceRow;
    for (int j = 0; j < kPriceRow; ++j) {
      const int s = j % kScenarios;
      const bool counts = network_->usable[l] != 0 && mlu[s] > 0;
      price[j] =
          counts ? std::exp(kBlunter[j / kScenarios] * sharpness * (row[s] / mlu[s] - 1)) : 0.0F;
      total[j] += price[j];
    }
  }
  for (int l = 0; l < graph_->num_links(); ++l) {
    float* price = prices_.data() + static_cast<size_t>(l) * kPriceRow;
    for (int j = 0; j < kPriceRow; ++j) {
      price[j] = total[j] > 0 && network_->usable[l] != 0
                     ? price[j] / (static_cast<float>(total[j]) * graph_->capacity[l])
                     : 0.0F;
    }
  }
}

void RoutingBound::ImproveByDistances() {
  const int nodes = network_->num_nodes();
  std::fill(distances_.begin(), distances_.end(), kNever);
  const auto row_of = [&](NodeId from, NodeId to) {
    return distances_.data() + (static_cast<size_t>(from) * nodes + to) * kPriceRow;
  };
  for (NodeId v = 0; v < nodes; ++v) std::fill_n(row_of(v, v), kPriceRow, 0.0F);
  for (int l = 0; l < network_->num_links(); ++l) {
    if (network_->usable[l] == 0) continue;
    float* row = row_of(network_->tail[l], network_->head[l]);
    const float* price = prices_.data() + static_cast<size_t>(l) * kPriceRow;
    for (int j = 0; j < kPriceRow; ++j) row[j] = std::min(row[j], price[j]);
  }
  BestBalanceKernel().all_distances(distances_.data(), nodes);
  std::array<double, kPriceRow> bound = {};
  for (int d = 0; d < graph_->num_pairs(); ++d) {
    const float* demand = demands_.data() + static_cast<size_t>(d) * kPathDemandRow;
    const float* distance = row_of(graph_->pairs[d].source, graph_->pairs[d].destination);
    for (int j = 0; j < kPriceRow; ++j) bound[j] += demand[j % kScenarios] * distance[j];
  }
  for (int j = 0; j < kPriceRow; ++j) {
    float& best = best_[j % kScenarios];
    best = std::max(best, static_cast<float>(bound[j]));
  }
}

// One search for all scenarios: prices of each would prove a little more.
void RoutingBound::ImproveByTrees() {
  for (const int set : {0, kScenarios}) {
    for (int l = 0; l < graph_->num_links(); ++l) {
      const float* price = prices_.data() + static_cast<size_t>(l) * kPriceRow + set;
      mean_price_[l] = std::inner_product(price, price + kScenarios, weights_.begin(), 0.0F);
    }
    std::array<double, kScenarios> bound = {};
    for (NodeId v = 0; v < network_->num_nodes(); ++v) {
      if (destination_begin_[v] == destination_begin_[v + 1]) continue;
      search_->Run(mean_price_, v);
      for (int i = destination_begin_[v]; i < destination_begin_[v + 1]; ++i) {
        const int d = by_destination_[i];
        const float* demand = demands_.data() + static_cast<size_t>(d) * kPathDemandRow;
        const float distance = search_->distance()[graph_->pairs[d].source];
        for (int s = 0; s < kScenarios; ++s) bound[s] += demand[s] * distance;
      }
    }
    for (int s = 0; s < kScenarios; ++s) {
      best_[s] = std::max(best_[s], static_cast<float>(bound[s]));
    }
  }
}

std::vector<MissingPath> RoutingBound::FindMissing(absl::Span<const float> price,
                                                   double least_gain) {
  const float hop = static_cast<float>(kHop * std::accumulate(price.begin(), price.end(), 0.0) /
                                       graph_->num_links());
  for (int l = 0; l < graph_->num_links(); ++l) mean_price_[l] = price[l] + hop;

  struct Found {
    double gain;
    MissingPath path;
  };
  std::vector<Found> found;
  double paid = 0, all_gain = 0;
  for (NodeId v = 0; v < network_->num_nodes(); ++v) {
    if (destination_begin_[v] == destination_begin_[v + 1]) continue;
    search_->Run(mean_price_, v);
    std::vector<LinkId> next(network_->num_nodes(), -1);
    for (const LinkId link : search_->tree()) next[network_->tail[link]] = link;
    for (int i = destination_begin_[v]; i < destination_begin_[v + 1]; ++i) {
      const int d = by_destination_[i];
      double cheapest = std::numeric_limits<double>::infinity();
      for (int p = graph_->path_begin[d]; p < graph_->path_begin[d + 1]; ++p) {
        double sum = 0;
        for (int k = graph_->link_begin[p]; k < graph_->link_begin[p + 1]; ++k) {
          sum += mean_price_[graph_->links[k]];
        }
        cheapest = std::min(cheapest, sum);
      }
      const double demand = demands_[static_cast<size_t>(d) * kPathDemandRow + kMeanDemand];
      const double distance = search_->distance()[graph_->pairs[d].source];
      paid += demand * cheapest;
      const double gain = demand * (cheapest - distance);
      if (gain <= 0 || cheapest - distance <= kCheaper * cheapest) continue;
      all_gain += gain;
      Found better{gain, {d, {}}};
      for (NodeId at = graph_->pairs[d].source; at != v; at = network_->head[next[at]]) {
        better.path.links.push_back(next[at]);
      }
      found.push_back(std::move(better));
    }
  }
  std::vector<MissingPath> missing;
  if (all_gain <= least_gain * paid) return missing;
  std::stable_sort(found.begin(), found.end(),
                   [](const Found& a, const Found& b) { return a.gain > b.gain; });
  double gained = 0;
  for (Found& better : found) {
    if (gained >= kMatters * all_gain) break;
    gained += better.gain;
    missing.push_back(std::move(better.path));
  }
  return missing;
}

}  // namespace rhumb::neural
