#include "topologies/topology.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/connected_components.hpp>
#include <cmath>
#include <numeric>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace rhumb {
namespace {

constexpr char kReservedCharacters[] = ">#@,*";
constexpr double kEarthRadiusKm = 6371.0;
constexpr size_t kMaxNamesInMessage = 8;
constexpr size_t kMaxTypedBytes = 200;

bool IsPositive(double value) { return std::isfinite(value) && value > 0; }

absl::Status CheckNodes(const std::vector<Node>& nodes) {
  if (nodes.empty()) {
    return absl::InvalidArgumentError("the topology has no nodes; give at least one");
  }
  absl::flat_hash_map<absl::string_view, int> seen;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const std::string& name = nodes[i].name;
    if (name.empty()) {
      return absl::InvalidArgumentError(
          absl::StrFormat("node %d has an empty name; give every node a unique name", i));
    }
    if (name.find_first_of(kReservedCharacters) != std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrFormat("node \"%s\" has one of the characters %s in its name; rename it", name,
                          kReservedCharacters));
    }
    if (auto [it, fresh] = seen.emplace(name, i); !fresh) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "nodes %d and %d are both named \"%s\"; names must be unique", it->second, i, name));
    }
    if (const auto& at = nodes[i].coordinates;
        at && !(std::abs(at->latitude_deg) <= 90 && std::abs(at->longitude_deg) <= 180)) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "node \"%s\" has coordinates %g, %g; give latitude in [-90, 90] and longitude in "
          "[-180, 180] degrees, or leave them out",
          name, at->latitude_deg, at->longitude_deg));
    }
  }
  return absl::OkStatus();
}

std::string LinkLabel(const std::vector<Node>& nodes, const Link& link, size_t index) {
  const int n = static_cast<int>(nodes.size());
  auto end = [&](NodeId id) {
    return id >= 0 && id < n ? nodes[id].name : absl::StrCat("node ", id);
  };
  return absl::StrFormat("link %d (%s>%s)", index, end(link.source), end(link.destination));
}

absl::Status CheckLink(const std::vector<Node>& nodes, const Link& link, size_t index) {
  const int n = static_cast<int>(nodes.size());
  const std::string label = LinkLabel(nodes, link, index);
  if (link.source < 0 || link.source >= n || link.destination < 0 || link.destination >= n) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s names a node that does not exist; node ids are 0 to %d", label, n - 1));
  }
  if (link.source == link.destination) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s is a self-loop; remove it or give two different ends", label));
  }
  if (!IsPositive(link.capacity_bps)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s has capacity %g bit/s; give a positive rate such as \"100G\"", label,
                        link.capacity_bps));
  }
  if (!IsPositive(link.igp_metric)) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s has IGP metric %g; give a finite metric above 0", label, link.igp_metric));
  }
  if (link.propagation_delay < absl::ZeroDuration() ||
      link.propagation_delay == absl::InfiniteDuration()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s has propagation delay %s; give a finite delay of 0 or more", label,
                        absl::FormatDuration(link.propagation_delay)));
  }
  return absl::OkStatus();
}

// Rows of `ids` grouped by key(id), each in increasing order.
template <typename Key>
void BuildRows(int num_rows, int num_links, Key key, std::vector<int>* begin,
               std::vector<LinkId>* ids) {
  begin->assign(num_rows + 1, 0);
  for (LinkId l = 0; l < num_links; ++l) ++(*begin)[key(l) + 1];
  for (int v = 0; v < num_rows; ++v) (*begin)[v + 1] += (*begin)[v];
  ids->resize(num_links);
  std::vector<int> next(begin->begin(), begin->end() - 1);
  for (LinkId l = 0; l < num_links; ++l) (*ids)[next[key(l)]++] = l;
}

// `rows`: the links, grouped by `from`.
template <typename From, typename To>
TopologyGraph MakeGraph(int num_nodes, const std::vector<LinkId>& rows, From from, To to) {
  std::vector<std::pair<int, int>> edges;
  edges.reserve(rows.size());
  for (LinkId l : rows) edges.emplace_back(from(l), to(l));
  return TopologyGraph(boost::edges_are_sorted, edges.begin(), edges.end(), rows.begin(),
                       num_nodes);
}

template <typename Names>
std::string FirstNames(const Names& names) {
  std::vector<std::string> shown(names.begin(), names.end());
  std::sort(shown.begin(), shown.end());
  const bool cut = shown.size() > kMaxNamesInMessage;
  if (cut) shown.resize(kMaxNamesInMessage);
  return absl::StrCat(absl::StrJoin(shown, ", "), cut ? ", ..." : "");
}

// Insertions, removals and replacements that lead from `a` to `b` (Levenshtein 1966).
int EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<int> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    int diagonal = row[0];
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

// The few names most like what was typed, the most alike first. Case and kind of dash do not count.
std::string ClosestNames(absl::string_view typed, const std::vector<std::string>& names) {
  // What is longer than any name is nobody's slip, and the distance is quadratic.
  const std::string text =
      absl::AsciiStrToLower(absl::StrReplaceAll(typed.substr(0, kMaxTypedBytes), {{"-", ">"}}));
  std::vector<std::pair<int, std::string>> ranked;
  for (const std::string& name : names) {
    ranked.emplace_back(EditDistance(text, absl::AsciiStrToLower(name)), name);
  }
  const size_t shown = std::min<size_t>(ranked.size(), kMaxNamesInMessage);
  std::partial_sort(ranked.begin(), ranked.begin() + shown, ranked.end());
  std::string list;
  for (size_t i = 0; i < shown; ++i) {
    absl::StrAppend(&list, i == 0 ? "" : ", ", ranked[i].second);
  }
  return absl::StrCat(list, shown < ranked.size() ? ", ..." : "");
}

}  // namespace

absl::StatusOr<Topology> Topology::Create(std::string name, std::vector<Node> nodes,
                                          std::vector<Link> links, std::string origin) {
  if (absl::Status status = CheckNodes(nodes); !status.ok()) return status;
  for (size_t i = 0; i < links.size(); ++i) {
    if (absl::Status status = CheckLink(nodes, links[i], i); !status.ok()) return status;
  }
  for (Node& node : nodes) {
    if (!node.coordinates) continue;
    // The equator and the meridian have one side: JSON reads "-0" as 0.
    node.coordinates->latitude_deg += 0.0;
    node.coordinates->longitude_deg += 0.0;
  }

  auto structure = std::make_shared<Structure>();
  absl::flat_hash_map<std::pair<NodeId, NodeId>, int> parallel;
  for (size_t i = 0; i < links.size(); ++i) {
    Link& link = links[i];
    const int nth = ++parallel[{link.source, link.destination}];
    if (link.name.empty()) {
      link.name = absl::StrCat(nodes[link.source].name, ">", nodes[link.destination].name);
      if (nth > 1) absl::StrAppend(&link.name, "#", nth);
    }
    if (!structure->link_by_name.emplace(link.name, i).second) {
      return absl::InvalidArgumentError(
          absl::StrFormat("%s repeats the name \"%s\"; link names must be unique",
                          LinkLabel(nodes, link, i), link.name));
    }
  }
  for (size_t i = 0; i < nodes.size(); ++i) structure->node_by_name.emplace(nodes[i].name, i);

  const int n = static_cast<int>(nodes.size());
  const int m = static_cast<int>(links.size());
  BuildRows(
      n, m, [&](LinkId l) { return links[l].source; }, &structure->out_begin, &structure->out);
  BuildRows(
      n, m, [&](LinkId l) { return links[l].destination; }, &structure->in_begin, &structure->in);
  structure->graph = MakeGraph(
      n, structure->out, [&](LinkId l) { return links[l].source; },
      [&](LinkId l) { return links[l].destination; });
  structure->reversed_graph = MakeGraph(
      n, structure->in, [&](LinkId l) { return links[l].destination; },
      [&](LinkId l) { return links[l].source; });
  structure->name = std::move(name);
  structure->origin = std::move(origin);
  structure->nodes = std::move(nodes);

  Topology topology;
  topology.structure_ = std::move(structure);
  topology.links_ = std::make_shared<const std::vector<Link>>(std::move(links));
  return topology;
}

absl::Span<const LinkId> Topology::out_links(NodeId id) const {
  const auto& s = *structure_;
  return absl::MakeConstSpan(s.out).subspan(s.out_begin[id], s.out_begin[id + 1] - s.out_begin[id]);
}

absl::Span<const LinkId> Topology::in_links(NodeId id) const {
  const auto& s = *structure_;
  return absl::MakeConstSpan(s.in).subspan(s.in_begin[id], s.in_begin[id + 1] - s.in_begin[id]);
}

std::optional<NodeId> Topology::FindNode(absl::string_view name) const {
  const auto it = structure_->node_by_name.find(name);
  if (it == structure_->node_by_name.end()) return std::nullopt;
  return it->second;
}

std::optional<LinkId> Topology::FindLink(absl::string_view name) const {
  const auto it = structure_->link_by_name.find(name);
  if (it == structure_->link_by_name.end()) return std::nullopt;
  return it->second;
}

absl::StatusOr<std::vector<LinkId>> Topology::ResolveLinks(absl::string_view text) const {
  std::vector<LinkId> found;
  auto collect = [&](NodeId a, NodeId b) {
    for (LinkId l : out_links(a)) {
      if (link(l).destination == b) found.push_back(l);
    }
  };
  // "A>B" means all parallel links, so it is tried before the name of the first of them.
  if (const size_t at = text.find('>'); at != absl::string_view::npos) {
    const auto a = FindNode(text.substr(0, at));
    const auto b = FindNode(text.substr(at + 1));
    if (a && b) collect(*a, *b);
  }
  if (found.empty()) {
    if (const auto exact = FindLink(text)) return std::vector<LinkId>{*exact};
  }
  // Node names may hold '-', so every place where the text can be cut is tried.
  for (size_t at = text.find('-'); found.empty() && at != absl::string_view::npos;
       at = text.find('-', at + 1)) {
    const auto a = FindNode(text.substr(0, at));
    const auto b = FindNode(text.substr(at + 1));
    if (a && b) {
      collect(*a, *b);
      collect(*b, *a);
    }
  }
  if (!found.empty()) {
    std::sort(found.begin(), found.end());
    return found;
  }
  std::vector<std::string> known;
  for (const Link& l : links()) known.push_back(l.name);
  return absl::NotFoundError(absl::StrFormat(
      "topology \"%s\" has no link \"%s\"; write A-B for both directions, A>B for one, "
      "with node names (closest links: %s)",
      name(), text, ClosestNames(text, known)));
}

absl::StatusOr<std::vector<LinkId>> Topology::LinksOfRiskGroup(absl::string_view group) const {
  std::vector<LinkId> found;
  absl::flat_hash_map<std::string, int> groups;
  for (LinkId l = 0; l < num_links(); ++l) {
    for (const std::string& g : link(l).shared_risk_groups) {
      ++groups[g];
      if (g == group) found.push_back(l);
    }
  }
  if (!found.empty()) return found;
  std::vector<std::string> known;
  for (const auto& [g, count] : groups) known.push_back(g);
  return absl::NotFoundError(
      absl::StrFormat("topology \"%s\" has no shared-risk group \"%s\" (groups: %s)", name(), group,
                      known.empty() ? "none" : FirstNames(known)));
}

absl::StatusOr<Topology> Topology::Apply(const TopologyDelta& delta) const {
  auto changed = std::make_shared<std::vector<Link>>(*links_);
  for (const LinkChange& change : delta) {
    if (change.link < 0 || change.link >= num_links()) {
      return absl::InvalidArgumentError(
          absl::StrFormat("the change names link %d; topology \"%s\" has links 0 to %d",
                          change.link, name(), num_links() - 1));
    }
    Link& link = (*changed)[change.link];
    if (change.administrative_state) link.administrative_state = *change.administrative_state;
    if (change.operational_state) link.operational_state = *change.operational_state;
    if (change.capacity_bps) link.capacity_bps = *change.capacity_bps;
    if (change.igp_metric) link.igp_metric = *change.igp_metric;
    if (absl::Status status = CheckLink(structure_->nodes, link, change.link); !status.ok()) {
      return status;
    }
  }
  Topology next = *this;
  next.links_ = std::move(changed);
  next.version_ = version_ + 1;
  return next;
}

Topology Topology::WithVersion(uint64_t version) const {
  Topology copy = *this;
  copy.version_ = version;
  return copy;
}

bool Topology::SameStructure(const Topology& other) const {
  if (structure_ == other.structure_) return true;
  if (num_nodes() != other.num_nodes() || num_links() != other.num_links()) return false;
  for (NodeId v = 0; v < num_nodes(); ++v) {
    if (node(v).name != other.node(v).name) return false;
  }
  for (LinkId l = 0; l < num_links(); ++l) {
    if (link(l).source != other.link(l).source ||
        link(l).destination != other.link(l).destination) {
      return false;
    }
  }
  return true;
}

TopologyDelta Difference(const Topology& from, const Topology& to) {
  TopologyDelta delta;
  for (LinkId l = 0; l < from.num_links(); ++l) {
    const Link& a = from.link(l);
    const Link& b = to.link(l);
    LinkChange change;
    change.link = l;
    if (a.administrative_state != b.administrative_state) {
      change.administrative_state = b.administrative_state;
    }
    if (a.operational_state != b.operational_state) change.operational_state = b.operational_state;
    if (a.capacity_bps != b.capacity_bps) change.capacity_bps = b.capacity_bps;
    if (a.igp_metric != b.igp_metric) change.igp_metric = b.igp_metric;
    if (change.administrative_state || change.operational_state || change.capacity_bps ||
        change.igp_metric) {
      delta.push_back(change);
    }
  }
  return delta;
}

double GreatCircleKm(const Coordinates& a, const Coordinates& b) {
  constexpr double kRadians = 3.14159265358979323846 / 180;
  const double lat_a = a.latitude_deg * kRadians, lat_b = b.latitude_deg * kRadians;
  const double half_lat = (lat_b - lat_a) / 2;
  const double half_lon = (b.longitude_deg - a.longitude_deg) * kRadians / 2;
  const double h = std::sin(half_lat) * std::sin(half_lat) +
                   std::cos(lat_a) * std::cos(lat_b) * std::sin(half_lon) * std::sin(half_lon);
  return 2 * kEarthRadiusKm * std::asin(std::min(1.0, std::sqrt(h)));
}

int CountParts(const Topology& topology) {
  boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS> graph(topology.num_nodes());
  for (const Link& link : topology.links()) boost::add_edge(link.source, link.destination, graph);
  std::vector<int> part(topology.num_nodes());
  return boost::connected_components(graph, part.data());
}

}  // namespace rhumb
