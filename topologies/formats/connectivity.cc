#include "topologies/formats/connectivity.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/graph/strong_components.hpp>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace rhumb {
namespace {

constexpr size_t kMaxPartsShown = 6;
constexpr size_t kMaxNodesShown = 4;

// "2 nodes (X, Y); 1 node (Z)", largest first.
std::string DescribeParts(const Topology& topology, const std::vector<std::vector<NodeId>>& parts) {
  std::string text;
  for (size_t i = 0; i < parts.size() && i < kMaxPartsShown; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : "; ", parts[i].size(),
                    parts[i].size() == 1 ? " node (" : " nodes (");
    for (size_t j = 0; j < parts[i].size() && j < kMaxNodesShown; ++j) {
      absl::StrAppend(&text, j == 0 ? "" : ", ", topology.node(parts[i][j]).name);
    }
    absl::StrAppend(&text, parts[i].size() > kMaxNodesShown ? ", ...)" : ")");
  }
  if (parts.size() > kMaxPartsShown) {
    absl::StrAppend(&text, "; and ", parts.size() - kMaxPartsShown, " more");
  }
  return text;
}

absl::StatusOr<Topology> Restrict(const Topology& topology, const std::vector<NodeId>& keep) {
  std::vector<NodeId> new_id(topology.num_nodes(), -1);
  std::vector<Node> nodes;
  for (NodeId v : keep) {
    new_id[v] = static_cast<NodeId>(nodes.size());
    nodes.push_back(topology.node(v));
  }
  std::vector<Link> links;
  for (Link link : topology.links()) {
    if (new_id[link.source] < 0) continue;
    link.source = new_id[link.source];
    link.destination = new_id[link.destination];
    links.push_back(std::move(link));
  }
  return Topology::Create(topology.name(), std::move(nodes), std::move(links), topology.origin());
}

}  // namespace

absl::StatusOr<Topology> KeepConnected(Topology topology, const LoadOptions& options,
                                       LoadReport* report) {
  const int n = topology.num_nodes();
  boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS> graph(n);
  for (const Link& link : topology.links()) boost::add_edge(link.source, link.destination, graph);
  std::vector<int> part_of(n);
  std::vector<std::vector<NodeId>> parts(boost::connected_components(graph, part_of.data()));
  for (NodeId v = 0; v < n; ++v) parts[part_of[v]].push_back(v);
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return a.size() > b.size(); });
  if (parts.size() > 1) {
    if (!options.largest_part && options.findings != nullptr) {
      options.findings->Add(Severity::kRefused, "parts that no link joins",
                            DescribeParts(topology, parts), "--largest-part",
                            static_cast<int>(parts.size()));
    } else if (!options.largest_part) {
      return absl::FailedPreconditionError(
          absl::StrFormat("the network is in %d parts: %s; add the missing links, or take the "
                          "largest part with --largest-part",
                          parts.size(), DescribeParts(topology, parts)));
    }
    if (!options.largest_part) return topology;
    auto largest = Restrict(topology, parts.front());
    if (!largest.ok()) return largest.status();
    parts.erase(parts.begin());
    report->notes.push_back(absl::StrFormat(
        "left out %d of %d nodes and %d links in %d smaller parts: %s", n - largest->num_nodes(), n,
        topology.num_links() - largest->num_links(), parts.size(), DescribeParts(topology, parts)));
    topology = *std::move(largest);
  }
  std::vector<int> strong(topology.num_nodes());
  const int strong_parts = boost::strong_components(
      topology.graph(), boost::make_iterator_property_map(
                            strong.begin(), boost::get(boost::vertex_index, topology.graph())));
  if (strong_parts > 1) {
    report->notes.push_back(absl::StrFormat(
        "along the direction of links not every node reaches every other (%d strongly connected "
        "groups)",
        strong_parts));
  }
  return topology;
}

}  // namespace rhumb
