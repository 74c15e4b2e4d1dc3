#include "topologies/analysis/topology_checks.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>
#include <map>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "topologies/generators/gravity.h"

namespace rhumb {
namespace {

constexpr double kLightKmPerMs = 299.792458;
constexpr double kLargestUsualBps = 10e12;
constexpr size_t kNamesShown = 5;
// All pairs of more nodes take too long; islands say the same.
constexpr int kMostNodesForPairs = 1000;

class Warnings {
 public:
  // `sentence` follows the count, as in "3 links ...".
  void Add(const std::vector<std::string>& names, absl::string_view one, absl::string_view many) {
    if (names.empty()) return;
    const size_t shown = std::min(kNamesShown, names.size());
    warnings_.push_back(absl::StrFormat("%d %s: %s%s", names.size(), names.size() == 1 ? one : many,
                                        absl::StrJoin(names.begin(), names.begin() + shown, ", "),
                                        shown < names.size() ? ", …" : ""));
  }
  std::vector<std::string> Take() { return std::move(warnings_); }

 private:
  std::vector<std::string> warnings_;
};

bool BeatsLight(const Topology& topology, const Link& link) {
  const auto& a = topology.node(link.source).coordinates;
  const auto& b = topology.node(link.destination).coordinates;
  if (!a || !b) return false;
  return absl::ToDoubleMilliseconds(link.propagation_delay) * kLightKmPerMs <
         0.99 * GreatCircleKm(*a, *b);
}

void CheckLinks(const Topology& topology, Warnings* warnings) {
  std::map<std::pair<NodeId, NodeId>, double> capacity_bps;
  for (const Link& link : topology.links()) {
    capacity_bps[{link.source, link.destination}] += link.capacity_bps;
  }
  std::vector<std::string> too_fast, one_way, uneven, huge;
  for (const Link& link : topology.links()) {
    if (BeatsLight(topology, link)) too_fast.push_back(link.name);
    if (link.capacity_bps > kLargestUsualBps) huge.push_back(link.name);
    const auto back = capacity_bps.find({link.destination, link.source});
    if (back == capacity_bps.end()) one_way.push_back(link.name);
  }
  for (const auto& [ends, there] : capacity_bps) {
    const auto back = capacity_bps.find({ends.second, ends.first});
    if (back == capacity_bps.end() || ends.first > ends.second || back->second == there) continue;
    uneven.push_back(
        absl::StrCat(topology.node(ends.first).name, "-", topology.node(ends.second).name));
  }
  warnings->Add(too_fast, "link is faster than light between its ends",
                "links are faster than light between their ends");
  warnings->Add(huge, "link has more than 10 Tbit/s; is its unit right?",
                "links have more than 10 Tbit/s; is their unit right?");
  warnings->Add(one_way, "link has none in the other direction",
                "links have none in the other direction");
  warnings->Add(uneven, "pair of neighbours has another capacity in each direction",
                "pairs of neighbours have another capacity in each direction");
}

// Groups of nodes that reach each other over usable links: more than one where links are drained,
// down, or lead one way only.
void CheckIslands(const Topology& topology, Warnings* warnings) {
  const int n = topology.num_nodes();
  boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS> graph(n);
  for (const Link& link : topology.links()) {
    if (link.usable()) boost::add_edge(link.source, link.destination, graph);
  }
  std::vector<int> group(n);
  const int groups = boost::strong_components(
      graph,
      boost::make_iterator_property_map(group.begin(), boost::get(boost::vertex_index, graph)));
  if (groups < 2) return;
  std::vector<std::string> islands;
  std::vector<int> size(groups, 0);
  std::vector<NodeId> first(groups, -1);
  for (NodeId v = 0; v < n; ++v) {
    if (size[group[v]]++ == 0) first[group[v]] = v;
  }
  std::vector<int> order(groups);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return size[a] > size[b]; });
  for (const int g : order) {
    islands.push_back(absl::StrFormat("%s (%d node%s)", topology.node(first[g]).name, size[g],
                                      size[g] == 1 ? "" : "s"));
  }
  warnings->Add(islands, "island", "islands of nodes that reach each other over links in service");
}

void CheckNodes(const Topology& topology, Warnings* warnings) {
  std::vector<std::string> at_zero, alone, no_path;
  for (NodeId v = 0; v < topology.num_nodes(); ++v) {
    const Node& node = topology.node(v);
    if (node.coordinates && node.coordinates->latitude_deg == 0 &&
        node.coordinates->longitude_deg == 0) {
      at_zero.push_back(node.name);
    }
    bool linked = false;
    for (const LinkId id : topology.out_links(v)) linked |= topology.link(id).usable();
    for (const LinkId id : topology.in_links(v)) linked |= topology.link(id).usable();
    if (!linked) alone.push_back(node.name);
    if (topology.num_nodes() > kMostNodesForPairs) continue;
    const std::vector<int> hops = HopDistances(topology, v);
    for (NodeId w = 0; w < topology.num_nodes(); ++w) {
      if (hops[w] < 0) no_path.push_back(absl::StrCat(node.name, ">", topology.node(w).name));
    }
  }
  warnings->Add(at_zero, "node is at latitude 0, longitude 0",
                "nodes are at latitude 0, longitude 0");
  warnings->Add(alone, "node has no usable link", "nodes have no usable link");
  CheckIslands(topology, warnings);
  warnings->Add(no_path, "pair of nodes has no usable path", "pairs of nodes have no usable path");
}

}  // namespace

std::vector<std::string> TopologyWarnings(const Topology& topology) {
  Warnings warnings;
  CheckLinks(topology, &warnings);
  CheckNodes(topology, &warnings);
  return warnings.Take();
}

}  // namespace rhumb
