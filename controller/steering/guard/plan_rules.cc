#include "controller/steering/guard/plan_rules.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_format.h"
#include "topologies/paths/shortest_paths.h"

namespace rhumb {
namespace {

// Builds a plan pair by pair.
class PlanBuilder {
 public:
  void AddPair(NodePair pair) { paths_.AddPair(pair.source, pair.destination); }
  void AddPath(absl::Span<const LinkId> links, double ratio) {
    paths_.AddPath(links);
    ratios_.push_back(ratio);
  }
  RoutingPlan Build(uint64_t topology_version) {
    return RoutingPlan(std::make_shared<const PathSet>(paths_.Build()), std::move(ratios_),
                       topology_version);
  }

 private:
  PathSet::Builder paths_;
  std::vector<double> ratios_;
};

void CopyPair(const RoutingPlan& plan, int pair, PlanBuilder* builder) {
  const PathSet::Range range = plan.paths().paths_of(pair);
  for (int p = range.begin; p < range.end; ++p) {
    builder->AddPath(plan.paths().links(p), plan.ratios()[p]);
  }
}

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

// Shortest paths from sources that lost their last path, computed when first asked for.
class LastResort {
 public:
  explicit LastResort(const Topology& topology) : topology_(topology) {}
  Path PathOf(NodePair pair) {
    if (weights_.empty()) weights_ = LinkWeights(topology_, LinkMetric::kIgp);
    auto& tree = trees_[pair.source];
    if (!tree) tree = std::make_unique<ShortestPathTree>(topology_, weights_, pair.source);
    return tree->PathOf(pair.destination);
  }

 private:
  const Topology& topology_;
  std::vector<double> weights_;
  absl::flat_hash_map<NodeId, std::unique_ptr<ShortestPathTree>> trees_;
};

}  // namespace

absl::Status CheckRoutesAll(const Topology& topology, const RoutingPlan& plan) {
  for (NodeId s = 0; s < topology.num_nodes(); ++s) {
    const std::vector<bool> reachable = ReachableFrom(topology, s);
    for (NodeId d = 0; d < topology.num_nodes(); ++d) {
      if (s == d || !reachable[d]) continue;
      const auto pair = plan.paths().Find(s, d);
      if (!pair || plan.paths().paths_of(*pair).size() == 0) {
        return absl::InvalidArgumentError(
            absl::StrFormat("demand %s>%s has no path although the network connects it",
                            topology.node(s).name, topology.node(d).name));
      }
    }
  }
  return absl::OkStatus();
}

bool UsesDeadLinks(const Topology& topology, const RoutingPlan& plan) {
  for (int p = 0; p < plan.paths().num_paths(); ++p) {
    if (plan.ratios()[p] > 0 && !IsUsable(topology, plan.paths().links(p))) return true;
  }
  return false;
}

absl::Status CheckSafe(const Topology& topology, const RoutingPlan& plan) {
  if (absl::Status status = plan.Validate(topology); !status.ok()) return status;
  return CheckRoutesAll(topology, plan);
}

RoutingPlan RerouteAround(const Topology& topology, const RoutingPlan& plan, int* touched) {
  const PathSet& paths = plan.paths();
  LastResort last_resort(topology);
  PlanBuilder builder;
  *touched = 0;
  for (int i = 0; i < paths.num_pairs(); ++i) {
    const PathSet::Range range = paths.paths_of(i);
    builder.AddPair(paths.pair(i));
    double lost = 0, kept = 0;
    int first_usable = -1;
    bool dead_candidate = false;
    for (int p = range.begin; p < range.end; ++p) {
      const bool usable = IsUsable(topology, paths.links(p));
      (usable ? kept : lost) += plan.ratios()[p];
      if (usable && first_usable < 0) first_usable = p;
      dead_candidate |= !usable;
    }
    // Pairs without any path may have become reachable.
    const bool unrouted = range.size() == 0;
    if (lost == 0 && !dead_candidate && !unrouted) {
      CopyPair(plan, i, &builder);
      continue;
    }
    *touched += lost > 0;
    if (kept > 0) {
      for (int p = range.begin; p < range.end; ++p) {
        if (!IsUsable(topology, paths.links(p))) continue;
        builder.AddPath(paths.links(p), plan.ratios()[p] / (kept > 0 && lost > 0 ? kept : 1));
      }
    } else if (first_usable >= 0) {
      builder.AddPath(paths.links(first_usable), 1.0);
    } else if (const Path path = last_resort.PathOf(paths.pair(i)); !path.empty()) {
      builder.AddPath(path, 1.0);
      *touched += unrouted;
    }
  }
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

RoutingPlan BlendPlans(const RoutingPlan& from, const RoutingPlan& to, double share,
                       uint64_t topology_version) {
  if (from.shared_paths() == to.shared_paths()) {
    std::vector<double> ratios(to.ratios().begin(), to.ratios().end());
    for (size_t p = 0; p < ratios.size(); ++p) {
      ratios[p] = (1 - share) * from.ratios()[p] + share * ratios[p];
    }
    return RoutingPlan(to.shared_paths(), std::move(ratios), topology_version);
  }
  PlanBuilder builder;
  for (int i = 0; i < to.paths().num_pairs(); ++i) {
    const NodePair pair = to.paths().pair(i);
    builder.AddPair(pair);
    const auto before = from.paths().Find(pair.source, pair.destination);
    const PathSet::Range range = to.paths().paths_of(i);
    if (!before || from.paths().paths_of(*before).size() == 0 || range.size() == 0) {
      CopyPair(to, i, &builder);
      continue;
    }
    absl::flat_hash_map<absl::Span<const LinkId>, double> old_ratio;
    const PathSet::Range old = from.paths().paths_of(*before);
    for (int p = old.begin; p < old.end; ++p) {
      old_ratio[from.paths().links(p)] += from.ratios()[p];
    }
    for (int p = range.begin; p < range.end; ++p) {
      double ratio = share * to.ratios()[p];
      if (const auto it = old_ratio.find(to.paths().links(p)); it != old_ratio.end()) {
        ratio += (1 - share) * it->second;
        old_ratio.erase(it);
      }
      builder.AddPath(to.paths().links(p), ratio);
    }
    for (int p = old.begin; p < old.end; ++p) {
      const auto it = old_ratio.find(from.paths().links(p));
      if (it == old_ratio.end()) continue;
      if (it->second > 0 && share < 1) {
        builder.AddPath(from.paths().links(p), (1 - share) * it->second);
      }
      old_ratio.erase(it);
    }
  }
  return builder.Build(topology_version);
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
    builder.AddPair(pair);
    const auto pin = pins.find({pair.source, pair.destination});
    if (pin == pins.end() || !PinUsable(topology, pin->second)) {
      CopyPair(plan, i, &builder);
      continue;
    }
    for (size_t p = 0; p < pin->second.paths.size(); ++p) {
      builder.AddPath(pin->second.paths[p], pin->second.ratios[p]);
    }
  }
  return builder.Build(plan.topology_version());
}

}  // namespace rhumb
