#include "controller/steering/guard/plan_rules.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_format.h"

namespace rhumb {
namespace {

// Whether every link of a path may carry traffic.
class UsablePaths {
 public:
  UsablePaths(const Topology& topology, const PathSet& paths)
      : paths_(paths), link_(UsableLinks(topology)) {}
  bool operator()(int path) const {
    const absl::Span<const LinkId> links = paths_.links(path);
    return std::all_of(links.begin(), links.end(), [&](LinkId l) { return link_[l] != 0; });
  }

 private:
  const PathSet& paths_;
  const std::vector<char> link_;  // [links]
};

// Builds a plan pair by pair.
class PlanBuilder {
 public:
  PlanBuilder() = default;
  // One of about the size of this.
  explicit PlanBuilder(const PathSet& like) {
    paths_.Reserve(like.num_pairs(), like.num_paths(), like.num_path_links());
    ratios_.reserve(like.num_paths());
  }
  void AddPair(NodePair pair) { paths_.AddPair(pair.source, pair.destination); }
  void AddPath(absl::Span<const LinkId> links, double ratio) {
    paths_.AddPath(links);
    ratios_.push_back(ratio);
  }
  // The pairs [begin, end) of a plan, as they stand there.
  void CopyPairs(const RoutingPlan& plan, int begin, int end) {
    if (begin == end) return;
    paths_.AddPairs(plan.paths(), begin, end);
    ratios_.insert(ratios_.end(), plan.ratios().begin() + plan.paths().paths_of(begin).begin,
                   plan.ratios().begin() + plan.paths().paths_of(end - 1).end);
  }
  RoutingPlan Build(uint64_t topology_version) {
    return RoutingPlan(std::make_shared<const PathSet>(paths_.Build()), std::move(ratios_),
                       topology_version);
  }

 private:
  PathSet::Builder paths_;
  std::vector<double> ratios_;
};

std::vector<bool> ReachableFrom(const Topology& topology, NodeId source) {
  std::vector<bool> seen(topology.num_nodes(), false);
  std::vector<NodeId> open = {source};
  seen[source] = true;
  while (!open.empty()) {
    const NodeId node = open.back();
    open.pop_back();
    for (LinkId l : topology.out_links(node)) {
      const Link& link = topology.link(l);
      if (!link.usable() || seen[link.destination]) continue;
      seen[link.destination] = true;
      open.push_back(link.destination);
    }
  }
  return seen;
}

// Shortest paths from sources that lost their last path, looked up when first asked for.
class LastResort {
 public:
  explicit LastResort(IgpTrees* trees) : trees_(*trees) {}
  Path PathOf(NodePair pair) {
    auto& tree = tree_[pair.source];
    if (!tree) tree = trees_.From(pair.source);
    return tree->PathOf(pair.destination);
  }

 private:
  IgpTrees& trees_;
  // Not all are kept there.
  absl::flat_hash_map<NodeId, std::shared_ptr<const ShortestPathTree>> tree_;
};

}  // namespace

absl::Status CheckRoutesAll(const Topology& topology, const RoutingPlan& plan) {
  const int nodes = topology.num_nodes();
  std::vector<bool> routed(static_cast<size_t>(nodes) * nodes, false);
  const auto at = [nodes](NodeId s, NodeId d) { return static_cast<size_t>(s) * nodes + d; };
  for (int i = 0; i < plan.paths().num_pairs(); ++i) {
    const NodePair pair = plan.paths().pair(i);
    if (plan.paths().paths_of(i).size() > 0) routed[at(pair.source, pair.destination)] = true;
  }
  for (NodeId s = 0; s < nodes; ++s) {
    const std::vector<bool> reachable = ReachableFrom(topology, s);
    for (NodeId d = 0; d < nodes; ++d) {
      if (s == d || !reachable[d] || routed[at(s, d)]) continue;
      return absl::InvalidArgumentError(
          absl::StrFormat("demand %s>%s has no path although the network connects it",
                          topology.node(s).name, topology.node(d).name));
    }
  }
  return absl::OkStatus();
}

bool UsesDeadLinks(const Topology& topology, const RoutingPlan& plan) {
  const UsablePaths usable(topology, plan.paths());
  for (int p = 0; p < plan.paths().num_paths(); ++p) {
    if (plan.ratios()[p] > 0 && !usable(p)) return true;
  }
  return false;
}

absl::Status CheckSafe(const Topology& topology, const RoutingPlan& plan) {
  if (absl::Status status = plan.ValidateUsed(topology); !status.ok()) return status;
  return CheckRoutesAll(topology, plan);
}

RoutingPlan RerouteAround(const Topology& topology, const RoutingPlan& plan, IgpTrees* trees,
                          int* touched) {
  const PathSet& paths = plan.paths();
  const UsablePaths usable(topology, paths);
  LastResort last_resort(trees);
  PlanBuilder builder(paths);
  int copied = 0;  // pairs that the builder has
  *touched = 0;
  for (int i = 0; i < paths.num_pairs(); ++i) {
    const PathSet::Range range = paths.paths_of(i);
    double lost = 0, kept = 0;
    for (int p = range.begin; p < range.end; ++p) {
      if (plan.ratios()[p] > 0) (usable(p) ? kept : lost) += plan.ratios()[p];
    }
    if (lost == 0 && kept > 0) continue;
    // Pairs without any path may have become reachable.
    const bool unrouted = range.size() == 0;
    builder.CopyPairs(plan, copied, i);
    copied = i + 1;
    builder.AddPair(paths.pair(i));
    *touched += lost > 0;
    int first_usable = -1;
    for (int p = range.begin; p < range.end; ++p) {
      if (!usable(p)) continue;
      if (first_usable < 0) first_usable = p;
      if (kept > 0) builder.AddPath(paths.links(p), plan.ratios()[p] / kept);
    }
    if (kept > 0) continue;
    if (first_usable >= 0) {
      builder.AddPath(paths.links(first_usable), 1.0);
    } else if (const Path path = last_resort.PathOf(paths.pair(i)); !path.empty()) {
      builder.AddPath(path, 1.0);
      *touched += unrouted;
    }
  }
  builder.CopyPairs(plan, copied, paths.num_pairs());
  // A plan that was read back says nothing of pairs that had no path when it was written.
  const int all_pairs = topology.num_nodes() * (topology.num_nodes() - 1);
  if (paths.num_pairs() == all_pairs) return builder.Build(topology.version());
  for (NodeId s = 0; s < topology.num_nodes(); ++s) {
    for (NodeId d = 0; d < topology.num_nodes(); ++d) {
      if (s == d || paths.Find(s, d)) continue;
      builder.AddPair({s, d});
      if (const Path path = last_resort.PathOf({s, d}); !path.empty()) {
        builder.AddPath(path, 1.0);
        ++*touched;
      }
    }
  }
  return builder.Build(topology.version());
}

RoutingPlan RerouteAround(const Topology& topology, const RoutingPlan& plan, int* touched) {
  IgpTrees trees(topology);
  return RerouteAround(topology, plan, &trees, touched);
}

RoutingPlan CarryOver(const Topology& old_topology, const RoutingPlan& plan,
                      const Topology& topology) {
  std::vector<std::optional<LinkId>> new_link(old_topology.num_links());
  for (LinkId l = 0; l < old_topology.num_links(); ++l) {
    new_link[l] = topology.FindLink(old_topology.link(l).name);
    // A name alone is not enough: the link must still join the same nodes.
    if (!new_link[l]) continue;
    const Link& before = old_topology.link(l);
    const Link& after = topology.link(*new_link[l]);
    if (old_topology.node(before.source).name != topology.node(after.source).name ||
        old_topology.node(before.destination).name != topology.node(after.destination).name) {
      new_link[l] = std::nullopt;
    }
  }
  PlanBuilder builder;
  for (NodeId s = 0; s < topology.num_nodes(); ++s) {
    const auto old_source = old_topology.FindNode(topology.node(s).name);
    for (NodeId d = 0; d < topology.num_nodes(); ++d) {
      if (s == d) continue;
      builder.AddPair({s, d});
      const auto old_destination = old_topology.FindNode(topology.node(d).name);
      if (!old_source || !old_destination) continue;
      const auto pair = plan.paths().Find(*old_source, *old_destination);
      if (!pair) continue;
      const PathSet::Range range = plan.paths().paths_of(*pair);
      double kept = 0;
      std::vector<std::pair<Path, double>> paths;
      for (int p = range.begin; p < range.end; ++p) {
        Path path;
        for (LinkId l : plan.paths().links(p)) {
          if (new_link[l]) path.push_back(*new_link[l]);
        }
        if (plan.ratios()[p] <= 0 || path.size() != plan.paths().links(p).size()) continue;
        kept += plan.ratios()[p];
        paths.emplace_back(std::move(path), plan.ratios()[p]);
      }
      for (const auto& [path, ratio] : paths) builder.AddPath(path, ratio / kept);
    }
  }
  return builder.Build(topology.version());
}

RoutingPlan OnlyUsed(const RoutingPlan& plan) {
  const absl::Span<const double> ratios = plan.ratios();
  if (std::all_of(ratios.begin(), ratios.end(), [](double ratio) { return ratio != 0; })) {
    return plan;
  }
  PlanBuilder builder;
  for (int i = 0; i < plan.paths().num_pairs(); ++i) {
    builder.AddPair(plan.paths().pair(i));
    const PathSet::Range range = plan.paths().paths_of(i);
    for (int p = range.begin; p < range.end; ++p) {
      if (ratios[p] != 0) builder.AddPath(plan.paths().links(p), ratios[p]);
    }
  }
  return builder.Build(plan.topology_version());
}

RoutingPlan DropSmallShares(const RoutingPlan& plan, double smallest) {
  std::vector<double> ratios(plan.ratios().begin(), plan.ratios().end());
  for (int i = 0; i < plan.paths().num_pairs(); ++i) {
    const PathSet::Range range = plan.paths().paths_of(i);
    if (range.size() == 0) continue;
    const double largest =
        *std::max_element(ratios.begin() + range.begin, ratios.begin() + range.end);
    const double least = std::min(smallest, largest);
    double kept = 0;
    for (int p = range.begin; p < range.end; ++p) {
      if (ratios[p] < least) ratios[p] = 0;
      kept += ratios[p];
    }
    if (kept <= 0) continue;
    for (int p = range.begin; p < range.end; ++p) ratios[p] /= kept;
  }
  return RoutingPlan(plan.shared_paths(), std::move(ratios), plan.topology_version());
}

bool PinUsable(const Topology& topology, const Pin& pin) {
  return std::all_of(pin.paths.begin(), pin.paths.end(),
                     [&](const Path& path) { return IsUsable(topology, path); });
}

RoutingPlan ApplyPins(const Topology& topology, const RoutingPlan& plan, const Pins& pins) {
  if (pins.empty()) return plan;
  PlanBuilder builder;
  for (int i = 0; i < plan.paths().num_pairs(); ++i) {
    const NodePair pair = plan.paths().pair(i);
    const auto pin = pins.find({pair.source, pair.destination});
    if (pin == pins.end() || !PinUsable(topology, pin->second)) {
      builder.CopyPairs(plan, i, i + 1);
      continue;
    }
    builder.AddPair(pair);
    for (size_t p = 0; p < pin->second.paths.size(); ++p) {
      builder.AddPath(pin->second.paths[p], pin->second.ratios[p]);
    }
  }
  return builder.Build(plan.topology_version());
}

}  // namespace rhumb
