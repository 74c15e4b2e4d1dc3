#include "agents/trees/routing_proofs.h"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <utility>

#include "agents/trees/parallel.h"

namespace rhumb::trees {
namespace {

constexpr size_t kProofs = 6;  // that are remembered for the demands to come
// What rounding may have added to a bound: a distance is a sum of at most thousands of floats.
constexpr double kRounding = 1e-4;

double PriceSum(const TreeNetwork& network, absl::Span<const float> price) {
  double sum = 0;
  for (LinkId l = 0; l < network.num_links(); ++l) {
    if (network.usable[l] != 0) sum += static_cast<double>(price[l]) * network.capacity[l];
  }
  return sum;  // infinite when a link has returned that had no price
}

// What demands towards a destination cost when each takes its cheapest way. Whoever reaches it over
// nothing counts nowhere. Sums side by side, since one sum of millions waits for itself.
double CostOf(const TreeRouting& routing, NodeId destination, absl::Span<const float> distance,
              absl::Span<const float> rates) {
  constexpr int kLanes = 8;
  double sums[kLanes] = {};
  const absl::Span<const uint8_t> choices = routing.split.choices(destination);
  const int nodes = routing.network->num_nodes();
  const auto cost = [&](NodeId s) {
    const bool counts =
        rates[s] > 0 && distance[s] < kUnreachable && choices[s] != TreeSplit::kNoTree;
    return static_cast<double>(counts ? rates[s] : 0.0F) * (counts ? distance[s] : 0.0F);
  };
  NodeId s = 0;
  for (; s + kLanes <= nodes; s += kLanes) {
    for (int i = 0; i < kLanes; ++i) sums[i] += cost(s + i);
  }
  for (; s < nodes; ++s) sums[0] += cost(s);
  return std::accumulate(sums, sums + kLanes, 0.0);
}

}  // namespace

void RoutingProofs::SetNetwork(const TreeNetwork& network) {
  for (Proof& proof : proofs_) proof.price_sum = PriceSum(network, proof.price);
}

void RoutingProofs::Prove(const TreeDemands& demands, const TreeRouting& routing) {
  const int nodes = routing.network->num_nodes();
  const size_t count = proofs_.size();
  std::vector<double> cost(nodes * count);
  ForEach(nodes, routing.workers(), [&](int, NodeId d) {
    for (size_t i = 0; i < count; ++i) {
      cost[d * count + i] = CostOf(routing, d, proofs_[i].towards(d, nodes), demands.towards(d));
    }
  });
  for (size_t i = 0; i < count; ++i) {
    proofs_[i].demand_cost = 0;
    for (NodeId d = 0; d < nodes; ++d) proofs_[i].demand_cost += cost[d * count + i];
  }
}

bool RoutingProofs::Search(const TreeDemands& demands, absl::Span<const float> price,
                           const Stop& stop, TreeRouting* routing) {
  const int nodes = routing->network->num_nodes();
  Proof proof;
  proof.price.assign(price.begin(), price.end());
  proof.price_sum = PriceSum(*routing->network, price);
  proof.distance.resize(static_cast<size_t>(nodes) * nodes);
  std::vector<double> cost(nodes, 0.0);
  std::atomic<bool> stopped{false};
  ForEach(nodes, routing->workers(), [&](int worker, NodeId d) {
    if (stop && (stopped || stop())) {
      stopped = true;
      return;
    }
    routing->SearchTree(d, demands, price, worker);
    const absl::Span<const float> distance = routing->searches[worker].distance();
    std::copy(distance.begin(), distance.end(),
              proof.distance.begin() + static_cast<ptrdiff_t>(d) * nodes);
    cost[d] = CostOf(*routing, d, distance, demands.towards(d));
  });
  if (stopped) return false;
  for (const double one : cost) proof.demand_cost += one;
  if (proofs_.size() == kProofs) {
    proofs_.erase(
        std::min_element(proofs_.begin(), proofs_.end(),
                         [](const Proof& a, const Proof& b) { return BoundOf(a) < BoundOf(b); }));
  }
  proofs_.push_back(std::move(proof));
  return true;
}

double RoutingProofs::BoundOf(const Proof& proof) {
  return proof.price_sum > 0 ? proof.demand_cost / proof.price_sum * (1 - kRounding) : 0;
}

double RoutingProofs::Best() const {
  double best = 0;
  for (const Proof& proof : proofs_) best = std::max(best, BoundOf(proof));
  return best;
}

}  // namespace rhumb::trees
