#include "controller/steering/guard/reference_loads.h"

#include <algorithm>
#include <vector>

#include "topologies/routing_plan.h"

namespace rhumb {
namespace {

// Every demand from the root on the one path of the tree, far ends first.
void AddTreeLoads(const Topology& topology, const ShortestPathTree& tree,
                  const TrafficMatrix& demands, std::vector<double>* load_bps) {
  std::vector<double> through(topology.num_nodes(), 0.0);
  const absl::Span<const NodeId> order = tree.order();
  for (auto v = order.rbegin(); v != order.rend(); ++v) {
    const LinkId link = tree.tree_link(*v);
    if (link < 0) continue;
    through[*v] += demands.rate_bps(tree.root(), *v);
    (*load_bps)[link] += through[*v];
    through[topology.link(link).source] += through[*v];
  }
}

// Every demand to the root, split equally at every node.
void AddEqualCostLoads(const Topology& topology, const ShortestPathTree& tree,
                       const TrafficMatrix& demands, std::vector<double>* load_bps) {
  std::vector<double> through(topology.num_nodes(), 0.0);
  const absl::Span<const NodeId> order = tree.order();
  for (auto v = order.rbegin(); v != order.rend(); ++v) {
    const absl::Span<const LinkId> next = tree.dag_links(*v);
    if (next.empty()) continue;
    through[*v] += demands.rate_bps(*v, tree.root());
    const double each = through[*v] / static_cast<double>(next.size());
    for (const LinkId link : next) {
      (*load_bps)[link] += each;
      through[topology.link(link).destination] += each;
    }
  }
}

}  // namespace

ReferenceMlu MluOfReferences(const Topology& topology, const TrafficMatrix& demands,
                             const Pins& pins, IgpTrees* trees) {
  TrafficMatrix free = demands;
  std::vector<double> pinned_bps(topology.num_links(), 0.0);
  for (const auto& [pair, pin] : pins) {
    if (!PinUsable(topology, pin)) continue;
    const double rate_bps = demands.rate_bps(pair.first, pair.second);
    free.set_rate_bps(pair.first, pair.second, 0);
    for (size_t p = 0; p < pin.paths.size(); ++p) {
      for (const LinkId link : pin.paths[p]) pinned_bps[link] += rate_bps * pin.ratios[p];
    }
  }
  std::vector<double> shortest_bps = pinned_bps, ecmp_bps = pinned_bps;
  for (NodeId n = 0; n < topology.num_nodes(); ++n) {
    bool sends = false, receives = false;
    for (NodeId other = 0; other < topology.num_nodes(); ++other) {
      sends |= free.rate_bps(n, other) > 0;
      receives |= free.rate_bps(other, n) > 0;
    }
    if (sends) AddTreeLoads(topology, *trees->From(n), free, &shortest_bps);
    if (receives) AddEqualCostLoads(topology, *trees->To(n), free, &ecmp_bps);
  }
  return {MaxLinkUtilization(topology, shortest_bps), MaxLinkUtilization(topology, ecmp_bps)};
}

}  // namespace rhumb
