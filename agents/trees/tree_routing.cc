#include "agents/trees/tree_routing.h"

#include <utility>

#include "agents/trees/parallel.h"

namespace rhumb::trees {
namespace {

// Every pair up to so many is cheap to improve.
constexpr int kPrecisePairs = 200000;
constexpr double kPassedOver = 5e-4;
// So many partial sums of loads, whatever the number of threads.
constexpr int kParts = 16;

}  // namespace

TreeRouting::TreeRouting(const Topology& topology, int max_trees, const SplitLimits& limits,
                         int workers)
    : network(std::make_unique<TreeNetwork>(topology)),
      split(network.get(), max_trees, limits),
      prices(network.get()),
      load(topology.num_links(), 0.0F),
      searches(workers, TreeSearch(*network)),
      scratch(workers, split.MakeScratch()) {}

void TreeRouting::SetNetwork(std::unique_ptr<TreeNetwork> changed) {
  split.SetNetwork(changed.get());
  prices.SetNetwork(changed.get());
  searches.assign(searches.size(), TreeSearch(*changed));
  network = std::move(changed);
}

bool TreeRouting::Precise() const {
  return network->num_nodes() * (network->num_nodes() - 1) <= kPrecisePairs;
}

// All that is passed over together is less than a part of what everybody pays.
double TreeRouting::PassedOver() const {
  const int nodes = network->num_nodes();
  return Precise() ? 0 : kPassedOver * prices.Paid() / (static_cast<double>(nodes) * nodes);
}

void TreeRouting::PutOnLinks(const TreeDemands& demands) {
  const int nodes = network->num_nodes(), links = network->num_links();
  std::vector<std::vector<float>> part(kParts, std::vector<float>(links, 0.0F));
  ForEach(kParts, workers(), [&](int worker, int p) {
    for (NodeId d = p; d < nodes; d += kParts) {
      split.AddLoads(d, demands.towards(d), absl::MakeSpan(part[p]), &scratch[worker]);
    }
  });
  for (LinkId l = 0; l < links; ++l) {
    double sum = 0;
    for (const std::vector<float>& loads : part) sum += loads[l];
    load[l] = static_cast<float>(sum);
  }
}

void TreeRouting::SearchTree(NodeId destination, const TreeDemands& demands,
                             absl::Span<const float> price, int worker) {
  TreeSearch& search = searches[worker];
  search.Run(price, destination);
  split.OfferTree(destination, search.tree(), search.distance(), demands.towards(destination),
                  price, &scratch[worker]);
}

}  // namespace rhumb::trees
