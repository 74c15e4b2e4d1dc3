// What is proven of the best possible MLU: whatever the prices of links, no routing has a lower one
// than the sum of demand times distance over the sum of price times capacity.
#ifndef RHUMB_AGENTS_TREES_ROUTING_PROOFS_H_
#define RHUMB_AGENTS_TREES_ROUTING_PROOFS_H_

#include <cstddef>
#include <vector>

#include "absl/types/span.h"
#include "agents/trees/tree_demands.h"
#include "agents/trees/tree_network.h"
#include "agents/trees/tree_routing.h"

namespace rhumb::trees {

// The best proofs of late, which hold for any demands. Each takes 4 bytes a pair of nodes.
class RoutingProofs {
 public:
  // Forgets all: the network is another one, or its capacities are.
  void Clear() { proofs_.clear(); }
  // Follows links that were lost or have returned.
  void SetNetwork(const TreeNetwork& network);
  // Says what every proof is worth for these demands. O(proofs * pairs).
  void Prove(const TreeDemands& demands, const TreeRouting& routing);
  // Searches a tree to every destination at `price` [links], offers it to the demands and keeps the
  // proof that comes with it. False, and nothing is kept, when it was stopped.
  bool Search(const TreeDemands& demands, absl::Span<const float> price, const Stop& stop,
              TreeRouting* routing);
  // No routing of the demands that were given last has a lower MLU; 0 when nothing is proven.
  double Best() const;

 private:
  // Prices, what the cheapest path to every destination costs under them, and what they add up to.
  // It holds without some links too, since every way is then as long as it was or longer, and is
  // infinite in price_sum, and so worth nothing, when others have returned.
  struct Proof {
    std::vector<float> price;     // [links]
    std::vector<float> distance;  // [destinations][nodes]
    absl::Span<const float> towards(NodeId destination, size_t nodes) const {
      return absl::MakeConstSpan(distance).subspan(destination * nodes, nodes);
    }
    double price_sum = 0;    // of price times capacity, over usable links
    double demand_cost = 0;  // of rate times distance, of the demands that are being routed
  };

  static double BoundOf(const Proof& proof);

  std::vector<Proof> proofs_;
};

}  // namespace rhumb::trees

#endif  // RHUMB_AGENTS_TREES_ROUTING_PROOFS_H_
