#include "agents/trees/relief.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "agents/trees/parallel.h"

namespace rhumb::trees {
namespace {

// The destinations that pay so much of what all do are worked on, where they are at most so many of
// all; so often at most, and so often before all are looked at again.
constexpr double kMatters = 0.9, kFew = 0.25;
constexpr int kReliefs = 100, kReliefsOfTheSame = 12, kMostFruitless = 3;
constexpr int kWidened = 2;
constexpr int kWatchedEach = 4, kLeastWatched = 32, kMostWatched = 256;
constexpr double kLeastGain = 3e-4;

// Offers the dearest traffic towards a destination a path that has room for all of it: the one that
// is cheapest before it comes may be too narrow for the smallest share.
void Widen(NodeId destination, const TreeDemands& demands, TreeRouting* routing) {
  const absl::Span<const float> rates = demands.towards(destination);
  const TreeSplit::OnPath dearest = routing->split.Dearest(destination, rates, routing->prices);
  if (dearest.source < 0) return;
  std::vector<float> price(routing->network->num_links(), kUnreachable);
  for (LinkId l = 0; l < routing->network->num_links(); ++l) {
    if (routing->network->usable[l] != 0)
      price[l] = std::max(0.0F, routing->prices.Raise(l, dearest.rate));
  }
  routing->searches[0].Run(price, destination);
  std::vector<LinkId> path;
  routing->searches[0].Walk(dearest.source, &path);
  routing->split.OfferPath(dearest.source, destination, rates[dearest.source], path,
                           &routing->prices, &routing->scratch[0]);
}

}  // namespace

bool Relieve(const TreeDemands& demands, double bound, double gap, const Stop& stop,
             TreeRouting* routing) {
  const int nodes = routing->network->num_nodes();
  std::vector<double> cost(nodes);
  std::vector<NodeId> order(nodes);
  std::iota(order.begin(), order.end(), 0);
  double mlu = routing->prices.Mlu();
  int of_the_same = kReliefsOfTheSame, count = nodes, fruitless = 0;
  for (int round = 0; round < kReliefs && mlu > bound * (1 + gap); ++round) {
    if (stop && stop()) return round > 0;
    const bool far = mlu > bound * (1 + kFar);
    routing->prices.Set(routing->prices.load(), far ? kServingSharpness : kFirstSharpness);
    const std::vector<float> price(routing->prices.price().begin(), routing->prices.price().end());
    const double passed_over = routing->PassedOver();
    // The dearest of all, and then for a while of those.
    const bool all = of_the_same++ >= kReliefsOfTheSame;
    if (all) of_the_same = 1;
    const int watched =
        all ? nodes
            : std::min(nodes, std::clamp(kWatchedEach * count, kLeastWatched, kMostWatched));
    ForEach(watched, routing->workers(), [&](int worker, int i) {
      const NodeId d = order[i];
      cost[d] = routing->split.CostOf(d, demands.towards(d), price, &routing->scratch[worker]);
    });
    std::stable_sort(order.begin(), order.begin() + watched,
                     [&](NodeId a, NodeId b) { return cost[a] > cost[b]; });
    double whole = 0, paid = 0;
    for (int i = 0; i < watched; ++i) whole += cost[order[i]];
    count = 0;
    while (count < watched && paid < kMatters * whole) paid += cost[order[count++]];
    if (all && count > nodes * kFew) return round > 0;
    ForEach(count, routing->workers(),
            [&](int worker, int i) { routing->SearchTree(order[i], demands, price, worker); });
    for (int i = 0; i < count; ++i) {
      routing->split.Improve(order[i], demands.towards(order[i]), passed_over, &routing->prices,
                             &routing->scratch[0]);
    }
    for (int i = 0; i < std::min(count, kWidened); ++i) Widen(order[i], demands, routing);
    const double before = mlu;
    mlu = routing->prices.Mlu();
    // The fullest link is one of several, and a demand that is larger than any link gets one path
    // more a step: what brings nothing at first may lead on.
    fruitless = mlu < before * (1 - kLeastGain) ? 0 : fruitless + 1;
    if (fruitless >= kMostFruitless && all) return true;
    if (fruitless >= kMostFruitless) of_the_same = kReliefsOfTheSame;
  }
  return true;
}

}  // namespace rhumb::trees
