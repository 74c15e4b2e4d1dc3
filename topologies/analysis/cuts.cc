#include "topologies/analysis/cuts.h"

#include <algorithm>
#include <map>

namespace rhumb {
namespace {

struct Neighbour {
  NodeId node;
  int cables;
};

std::vector<std::vector<Neighbour>> Neighbours(const Topology& topology) {
  std::vector<std::vector<Neighbour>> neighbours(topology.num_nodes());
  for (const Adjacency& adjacency : Adjacencies(topology)) {
    neighbours[adjacency.a].push_back({adjacency.b, adjacency.cables});
    neighbours[adjacency.b].push_back({adjacency.a, adjacency.cables});
  }
  return neighbours;
}

// Depth-first search that knows, for every node, the earliest node its subtree reaches by one more
// edge.
class CutSearch {
 public:
  explicit CutSearch(const Topology& topology)
      : neighbours_(Neighbours(topology)),
        order_(topology.num_nodes(), -1),
        low_(topology.num_nodes()),
        next_(topology.num_nodes(), 0),
        parent_(topology.num_nodes(), -1),
        is_cut_(topology.num_nodes(), false) {}

  Cuts Run() {
    for (NodeId root = 0; root < static_cast<NodeId>(order_.size()); ++root) {
      if (order_[root] < 0) SearchFrom(root);
    }
    std::sort(cuts_.links.begin(), cuts_.links.end());
    for (size_t v = 0; v < is_cut_.size(); ++v) {
      if (is_cut_[v]) cuts_.nodes.push_back(static_cast<NodeId>(v));
    }
    return cuts_;
  }

 private:
  void SearchFrom(NodeId root) {
    int children_of_root = 0;
    std::vector<NodeId> stack = {root};
    order_[root] = low_[root] = clock_++;
    while (!stack.empty()) {
      const NodeId v = stack.back();
      if (next_[v] < neighbours_[v].size()) {
        const NodeId w = neighbours_[v][next_[v]++].node;
        if (order_[w] < 0) {
          parent_[w] = v;
          order_[w] = low_[w] = clock_++;
          children_of_root += v == root;
          stack.push_back(w);
        } else if (w != parent_[v]) {
          low_[v] = std::min(low_[v], order_[w]);
        }
        continue;
      }
      stack.pop_back();
      if (v != root) Leave(v, root);
    }
    is_cut_[root] = children_of_root > 1;
  }

  // `v` and everything below it is done.
  void Leave(NodeId v, NodeId root) {
    const NodeId parent = parent_[v];
    low_[parent] = std::min(low_[parent], low_[v]);
    if (parent != root && low_[v] >= order_[parent]) is_cut_[parent] = true;
    if (low_[v] <= order_[parent]) return;
    for (const Neighbour& neighbour : neighbours_[v]) {
      if (neighbour.node == parent && neighbour.cables == 1) {
        cuts_.links.emplace_back(std::min(v, parent), std::max(v, parent));
      }
    }
  }

  const std::vector<std::vector<Neighbour>> neighbours_;
  std::vector<int> order_, low_;
  std::vector<size_t> next_;
  std::vector<NodeId> parent_;
  std::vector<bool> is_cut_;
  int clock_ = 0;
  Cuts cuts_;
};

// Unit-capacity flow in the undirected graph; one arc a direction, residual capacities in place.
class CableFlow {
 public:
  explicit CableFlow(const Topology& topology) : arcs_of_(topology.num_nodes()) {
    for (const Adjacency& adjacency : Adjacencies(topology)) {
      arcs_of_[adjacency.a].push_back(static_cast<int>(arcs_.size()));
      arcs_.push_back({adjacency.b, adjacency.cables});
      arcs_of_[adjacency.b].push_back(static_cast<int>(arcs_.size()));
      arcs_.push_back({adjacency.a, adjacency.cables});
    }
  }

  // Cable-disjoint paths from `source` to `sink`, at most `limit`.
  int MaxFlow(NodeId source, NodeId sink, int limit) {
    std::vector<int> residual(arcs_.size());
    for (size_t i = 0; i < arcs_.size(); ++i) residual[i] = arcs_[i].cables;
    int flow = 0;
    while (flow < limit && Augment(source, sink, &residual)) ++flow;
    return flow;
  }

  // Nodes that cables join to `source`, itself included.
  int Reaches(NodeId source) const {
    std::vector<bool> seen(arcs_of_.size(), false);
    std::vector<NodeId> queue = {source};
    seen[source] = true;
    for (size_t head = 0; head < queue.size(); ++head) {
      for (const int arc : arcs_of_[queue[head]]) {
        if (seen[arcs_[arc].to]) continue;
        seen[arcs_[arc].to] = true;
        queue.push_back(arcs_[arc].to);
      }
    }
    return static_cast<int>(queue.size());
  }

 private:
  struct Arc {
    NodeId to;
    int cables;
  };

  bool Augment(NodeId source, NodeId sink, std::vector<int>* residual) const {
    std::vector<int> arrived_by(arcs_of_.size(), -1);
    std::vector<NodeId> queue = {source};
    for (size_t head = 0; head < queue.size() && arrived_by[sink] < 0; ++head) {
      for (const int arc : arcs_of_[queue[head]]) {
        const NodeId to = arcs_[arc].to;
        if ((*residual)[arc] == 0 || to == source || arrived_by[to] >= 0) continue;
        arrived_by[to] = arc;
        queue.push_back(to);
      }
    }
    if (arrived_by[sink] < 0) return false;
    for (NodeId v = sink; v != source;) {
      const int arc = arrived_by[v];
      --(*residual)[arc];
      ++(*residual)[arc ^ 1];
      v = arcs_[arc ^ 1].to;
    }
    return true;
  }

  std::vector<std::vector<int>> arcs_of_;
  std::vector<Arc> arcs_;  // arc i ^ 1 is the other direction of arc i
};

}  // namespace

std::vector<Adjacency> Adjacencies(const Topology& topology) {
  std::map<std::pair<NodeId, NodeId>, std::pair<int, int>> links;  // a>b and b>a
  for (const Link& link : topology.links()) {
    if (!link.usable()) continue;
    if (link.source < link.destination) {
      ++links[{link.source, link.destination}].first;
    } else {
      ++links[{link.destination, link.source}].second;
    }
  }
  std::vector<Adjacency> adjacencies;
  for (const auto& [ends, count] : links) {
    adjacencies.push_back({ends.first, ends.second, std::max(count.first, count.second)});
  }
  return adjacencies;
}

Cuts FindCuts(const Topology& topology) { return CutSearch(topology).Run(); }

ConnectivityBound CableConnectivityWithin(const Topology& topology, int max_flows,
                                          const std::function<void(int)>& on_flow) {
  const int n = topology.num_nodes();
  if (n < 2) return {};
  std::vector<int> cables(n, 0);
  for (const Adjacency& adjacency : Adjacencies(topology)) {
    cables[adjacency.a] += adjacency.cables;
    cables[adjacency.b] += adjacency.cables;
  }
  ConnectivityBound bound;
  // No more paths leave a node than it has cables; without a cut link there are two to anywhere.
  bound.value = *std::min_element(cables.begin(), cables.end());
  if (bound.value == 0) return bound;
  CableFlow flow(topology);
  if (flow.Reaches(0) < n) {
    bound.value = 0;
  } else if (!FindCuts(topology).links.empty()) {
    bound.value = 1;
  }
  // Spread over the ids, so that a bound from some of the nodes says something of all.
  constexpr int kStride = 7919;  // a prime
  const int stride = (n - 1) % kStride == 0 ? 1 : kStride;
  // The smallest cut has node 0 on one side and some other node on the other.
  for (int i = 0; i < n - 1 && bound.value > 2; ++i) {
    if (i == max_flows) {
      bound.exact = false;
      break;
    }
    const NodeId v = 1 + static_cast<NodeId>(int64_t{i} * stride % (n - 1));
    bound.value = flow.MaxFlow(0, v, bound.value);
    if (on_flow) on_flow(i + 1);
  }
  return bound;
}

int CableConnectivity(const Topology& topology) {
  return CableConnectivityWithin(topology, topology.num_nodes()).value;
}

}  // namespace rhumb
