// Where a network falls apart: cut links, cut nodes, and how many link failures it survives.
//
// Two nodes count as neighbours when a usable link joins them in either direction; links between
// the same two nodes in opposite directions are one cable, further ones are further cables.
#ifndef RHUMB_TOPOLOGIES_ANALYSIS_CUTS_H_
#define RHUMB_TOPOLOGIES_ANALYSIS_CUTS_H_

#include <functional>
#include <utility>
#include <vector>

#include "topologies/topology.h"

namespace rhumb {

// Two nodes joined by cables; a < b.
struct Adjacency {
  NodeId a = -1;
  NodeId b = -1;
  int cables = 0;  // the larger of the numbers of usable links a>b and b>a

  friend bool operator==(const Adjacency& x, const Adjacency& y) {
    return x.a == y.a && x.b == y.b && x.cables == y.cables;
  }
};

// All adjacencies over usable links, by (a, b).
std::vector<Adjacency> Adjacencies(const Topology& topology);

struct Cuts {
  // Adjacencies of one cable whose loss parts nodes that were joined (bridges), by (a, b).
  std::vector<std::pair<NodeId, NodeId>> links;
  // Nodes whose loss parts other nodes that were joined (articulation points), increasing.
  std::vector<NodeId> nodes;
};

// O(nodes + links) (Hopcroft and Tarjan 1973), without recursion.
Cuts FindCuts(const Topology& topology);

// The largest k such that any two nodes are joined by k paths that share no cable: 0 when
// disconnected or fewer than two nodes, 1 when there is a cut link. By max-flow from one node to
// every other (Ford and Fulkerson): O(k * nodes * cables), less where a cut link or a node of two
// cables settles it.
int CableConnectivity(const Topology& topology);

// The same with at most `max_flows` of the flows: `exact` is false when more were needed, and
// `value` then only an upper bound.
struct ConnectivityBound {
  int value = 0;
  bool exact = true;
};
// `on_flow` is told how many were made; may be empty.
ConnectivityBound CableConnectivityWithin(const Topology& topology, int max_flows,
                                          const std::function<void(int flows)>& on_flow = {});

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_ANALYSIS_CUTS_H_
