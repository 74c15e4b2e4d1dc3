// The wide-area network that everything else works on.
//
// A `Topology` is an immutable snapshot: copy it freely (copies share the structure), publish it
// across threads, and make the next one with `Apply`. Nodes and links are dense integers in the
// order of the input, so results computed per link are plain vectors. Names are for people, files
// and the API.
#ifndef RHUMB_TOPOLOGIES_TOPOLOGY_H_
#define RHUMB_TOPOLOGIES_TOPOLOGY_H_

#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace rhumb {

using NodeId = int;
using LinkId = int;

struct Coordinates {
  double latitude_deg = 0;
  double longitude_deg = 0;
};

struct Node {
  std::string name;         // unique, see proto/rhumb/v1/topology.proto
  std::string description;  // a city, say; may repeat
  std::optional<Coordinates> coordinates;
};

// What an operator wants of a link.
enum class AdministrativeState { kEnabled, kDrained };
// What the network says of a link.
enum class OperationalState { kUp, kDown };

// One direction of a connection; a cable is two links.
struct Link {
  std::string name;  // empty: Topology::Create gives "A>B", then "A>B#2", ...
  NodeId source = -1;
  NodeId destination = -1;
  double capacity_bps = 0;
  absl::Duration propagation_delay = absl::ZeroDuration();
  double igp_metric = 1;
  AdministrativeState administrative_state = AdministrativeState::kEnabled;
  OperationalState operational_state = OperationalState::kUp;
  std::vector<std::string> shared_risk_groups;

  // May carry traffic now.
  bool usable() const {
    return administrative_state == AdministrativeState::kEnabled &&
           operational_state == OperationalState::kUp;
  }
};

// A change of some links; fields that are absent stay as they are.
struct LinkChange {
  LinkId link = -1;
  std::optional<AdministrativeState> administrative_state;
  std::optional<OperationalState> operational_state;
  std::optional<double> capacity_bps;
  std::optional<double> igp_metric;
};

using TopologyDelta = std::vector<LinkChange>;

// The graph as Boost.Graph sees it: vertices are NodeIds, the edge property is the LinkId. It holds
// every link, usable or not; algorithms skip links by weight or filter (see shortest_paths.h).
using TopologyGraph =
    boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, LinkId>;

class Topology {  // Wide: one accessor a thing that is asked about nodes, links and states.
  struct Structure;

 public:
  // InvalidArgument, naming the node or link and the fault, for: no node, an empty, repeated or
  // unusable name, an unknown end, a self-loop, a capacity or metric that is not finite and above
  // 0, a negative delay.
  static absl::StatusOr<Topology> Create(std::string name, std::vector<Node> nodes,
                                         std::vector<Link> links, std::string origin = "");

  const std::string& name() const { return structure_->name; }
  const std::string& origin() const { return structure_->origin; }

  int num_nodes() const { return static_cast<int>(structure_->nodes.size()); }
  int num_links() const { return static_cast<int>(links_->size()); }
  const Node& node(NodeId id) const { return structure_->nodes[id]; }
  const Link& link(LinkId id) const { return (*links_)[id]; }
  absl::Span<const Node> nodes() const { return structure_->nodes; }
  absl::Span<const Link> links() const { return *links_; }

  const TopologyGraph& graph() const { return structure_->graph; }
  // The same with every edge turned round: what leads to a node.
  const TopologyGraph& reversed_graph() const { return structure_->reversed_graph; }
  // Links that leave a node, by increasing LinkId, usable or not.
  absl::Span<const LinkId> out_links(NodeId id) const;
  absl::Span<const LinkId> in_links(NodeId id) const;

  std::optional<NodeId> FindNode(absl::string_view name) const;
  std::optional<LinkId> FindLink(absl::string_view name) const;

  // All links a person means by `text`: a link's name ("A>B#2"), one direction of all parallel
  // links ("A>B"), or both directions of them ("A-B"). NotFound, with the closest names, when
  // nothing fits.
  absl::StatusOr<std::vector<LinkId>> ResolveLinks(absl::string_view text) const;
  // Links of a shared-risk group. NotFound, with the known groups, when there is none of that name.
  absl::StatusOr<std::vector<LinkId>> LinksOfRiskGroup(absl::string_view group) const;

  // Grows by one with every Apply; 1 after Create.
  uint64_t version() const { return version_; }

  // A new snapshot with some links changed; shares everything else. O(links). InvalidArgument for
  // an unknown link or a bad value; nothing is applied then.
  absl::StatusOr<Topology> Apply(const TopologyDelta& delta) const;

  // The same snapshot under another version, for a controller that counts versions across networks.
  Topology WithVersion(uint64_t version) const;

  // True when both have the same nodes and links in the same order (states, capacities and metrics
  // may differ), so that ids mean the same in both.
  bool SameStructure(const Topology& other) const;

 private:
  struct Structure {
    std::string name;
    std::string origin;
    std::vector<Node> nodes;
    TopologyGraph graph, reversed_graph;
    // Compressed rows: links leaving node v are out[out_begin[v]] up to out[out_begin[v + 1]].
    std::vector<int> out_begin, in_begin;
    std::vector<LinkId> out, in;
    absl::flat_hash_map<std::string, NodeId> node_by_name;
    absl::flat_hash_map<std::string, LinkId> link_by_name;
  };

  Topology() = default;

  std::shared_ptr<const Structure> structure_;
  std::shared_ptr<const std::vector<Link>> links_;
  uint64_t version_ = 1;
};

// What must change to get from one snapshot to the other: Apply(Difference(a, b)) on `a` gives the
// links of `b`. The structures must be the same.
TopologyDelta Difference(const Topology& from, const Topology& to);

// Great-circle distance on a sphere of 6,371 km (haversine).
double GreatCircleKm(const Coordinates& a, const Coordinates& b);

// Number of weakly connected parts, over all links whatever their state.
int CountParts(const Topology& topology);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_TOPOLOGY_H_
