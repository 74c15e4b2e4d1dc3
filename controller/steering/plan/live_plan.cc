#include "controller/steering/plan/live_plan.h"

#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"

namespace rhumb {
namespace {

constexpr double kSameRatio = 1e-9;

// Whether any path has a ratio above 0.
bool Routed(const RoutingPlan& plan, PathSet::Range range) {
  for (int p = range.begin; p < range.end; ++p) {
    if (plan.ratios()[p] > 0) return true;
  }
  return false;
}

// Writes the links of a path by their names.
struct ByName {
  const Topology& topology;

  void operator()(absl::Span<const LinkId> links, rhumb::v1::PathShare* share) {
    for (LinkId l : links) share->add_links(topology.link(l).name);
  }
};

// Writes them by their places in the update's list of names, which grows as they come up.
class ByPlace {
 public:
  ByPlace(const Topology& topology, rhumb::v1::PlanUpdate* update)
      : topology_(topology), update_(update), place_(topology.num_links(), -1) {}

  void operator()(absl::Span<const LinkId> links, rhumb::v1::PathShare* share) {
    share->mutable_hops()->Reserve(static_cast<int>(links.size()));
    for (LinkId l : links) {
      if (place_[l] < 0) {
        place_[l] = update_->link_names_size();
        update_->add_link_names(topology_.link(l).name);
      }
      share->add_hops(place_[l]);
    }
  }

 private:
  const Topology& topology_;
  rhumb::v1::PlanUpdate* update_;
  std::vector<int> place_;  // [links], -1 for those not listed
};

// FNV-1a, and the end of splitmix64: the same on every machine, and after every restart.
uint64_t HashName(absl::string_view name) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}
uint64_t Mix(uint64_t a, uint64_t b) {
  uint64_t x = a * 0x9e3779b97f4a7c15u + b;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

template <typename WriteLinks>
void WriteRoute(const Topology& topology, const RoutingPlan& plan, int pair,
                WriteLinks& write_links, rhumb::v1::DemandRoute* route) {
  const NodePair nodes = plan.paths().pair(pair);
  route->set_source(topology.node(nodes.source).name);
  route->set_destination(topology.node(nodes.destination).name);
  const PathSet::Range range = plan.paths().paths_of(pair);
  for (int p = range.begin; p < range.end; ++p) {
    if (plan.ratios()[p] <= 0) continue;
    auto* share = route->add_paths();
    share->set_ratio(plan.ratios()[p]);
    write_links(plan.paths().links(p), share);
  }
}

bool SameRoute(const RoutingPlan& a, PathSet::Range in_a, const RoutingPlan& b,
               PathSet::Range in_b) {
  if (SamePaths(a.paths(), in_a, b.paths(), in_b)) {
    for (int i = 0; i < in_a.size(); ++i) {
      if (std::abs(a.ratios()[in_a.begin + i] - b.ratios()[in_b.begin + i]) > kSameRatio) {
        return false;
      }
    }
    return true;
  }
  // After a failure most routes differ in paths that carry nothing, if in any.
  const auto next_used = [](const RoutingPlan& plan, int p, int end) {
    while (p < end && plan.ratios()[p] <= 0) ++p;
    return p;
  };
  int p = next_used(a, in_a.begin, in_a.end), q = next_used(b, in_b.begin, in_b.end);
  while (p < in_a.end && q < in_b.end && std::abs(a.ratios()[p] - b.ratios()[q]) <= kSameRatio &&
         a.paths().links(p) == b.paths().links(q)) {
    p = next_used(a, p + 1, in_a.end);
    q = next_used(b, q + 1, in_b.end);
  }
  if (p == in_a.end && q == in_b.end) return true;
  // In another order, or by a path that is listed twice, they may still be the same. A demand has a
  // handful of paths.
  const auto share_on = [](const RoutingPlan& plan, PathSet::Range range,
                           absl::Span<const LinkId> links) {
    double share = 0;
    for (int p = range.begin; p < range.end; ++p) {
      if (plan.ratios()[p] > 0 && plan.paths().links(p) == links) share += plan.ratios()[p];
    }
    return share;
  };
  const auto as_much = [&](const RoutingPlan& plan, PathSet::Range range) {
    for (int p = range.begin; p < range.end; ++p) {
      if (plan.ratios()[p] <= 0) continue;
      const absl::Span<const LinkId> links = plan.paths().links(p);
      if (std::abs(share_on(a, in_a, links) - share_on(b, in_b, links)) > kSameRatio) return false;
    }
    return true;
  };
  return as_much(a, in_a) && as_much(b, in_b);
}

template <typename WriteLinks, typename Routes>
void WriteRoutes(const LivePlan& plan, WriteLinks write_links, Routes* message) {
  for (int i = 0; i < plan.plan.paths().num_pairs(); ++i) {
    if (!Routed(plan.plan, plan.plan.paths().paths_of(i))) continue;
    WriteRoute(plan.topology, plan.plan, i, write_links, message->add_routes());
  }
}

void WriteDelta(const LivePlan& base, const LivePlan& plan, rhumb::v1::PlanUpdate* update) {
  const PathSet& before = base.plan.paths();
  const PathSet& after = plan.plan.paths();
  ByPlace write_links(plan.topology, update);
  for (int i = 0; i < after.num_pairs(); ++i) {
    const PathSet::Range range = after.paths_of(i);
    const NodePair pair = after.pair(i);
    const bool same_place = i < before.num_pairs() && before.pair(i) == pair;
    const auto old =
        same_place ? std::optional<int>(i) : before.Find(pair.source, pair.destination);
    const PathSet::Range old_range = old ? before.paths_of(*old) : PathSet::Range();
    if (old && SameRoute(base.plan, old_range, plan.plan, range)) continue;
    if (Routed(plan.plan, range)) {
      WriteRoute(plan.topology, plan.plan, i, write_links, update->add_routes());
    } else if (old && Routed(base.plan, old_range)) {
      auto* removed = update->add_removed();
      removed->set_source(plan.topology.node(pair.source).name);
      removed->set_destination(plan.topology.node(pair.destination).name);
    }
  }
  for (int i = 0; i < before.num_pairs(); ++i) {
    const NodePair pair = before.pair(i);
    if (i < after.num_pairs() && after.pair(i) == pair) continue;
    if (after.Find(pair.source, pair.destination) || !Routed(base.plan, before.paths_of(i))) {
      continue;
    }
    auto* removed = update->add_removed();
    removed->set_source(base.topology.node(pair.source).name);
    removed->set_destination(base.topology.node(pair.destination).name);
  }
}

}  // namespace

uint64_t RoutesDigest(const Topology& topology, const RoutingPlan& plan) {
  std::vector<uint64_t> link(topology.num_links()), node(topology.num_nodes());
  for (LinkId l = 0; l < topology.num_links(); ++l) link[l] = HashName(topology.link(l).name);
  for (NodeId n = 0; n < topology.num_nodes(); ++n) node[n] = HashName(topology.node(n).name);
  uint64_t digest = 0;  // a sum: the order of demands and of paths says nothing
  const PathSet& paths = plan.paths();
  for (int i = 0; i < paths.num_pairs(); ++i) {
    const PathSet::Range range = paths.paths_of(i);
    uint64_t route = 0;
    for (int p = range.begin; p < range.end; ++p) {
      if (plan.ratios()[p] <= 0) continue;
      uint64_t path = static_cast<uint64_t>(std::llround(plan.ratios()[p] / kSameRatio));
      for (const LinkId l : paths.links(p)) path = Mix(path, link[l]);
      route += Mix(path, 1);
    }
    if (route == 0) continue;
    const NodePair pair = paths.pair(i);
    digest += Mix(Mix(node[pair.source], node[pair.destination]), route);
  }
  return digest == 0 ? 1 : digest;
}

bool SameRoutes(const RoutingPlan& a, const RoutingPlan& b) {
  const auto within = [](const RoutingPlan& a, const RoutingPlan& b) {
    for (int i = 0; i < a.paths().num_pairs(); ++i) {
      const NodePair pair = a.paths().pair(i);
      const auto other = b.paths().Find(pair.source, pair.destination);
      const PathSet::Range range = other ? b.paths().paths_of(*other) : PathSet::Range();
      if (!SameRoute(a, a.paths().paths_of(i), b, range)) return false;
    }
    return true;
  };
  // The second time for pairs that only `b` has.
  return within(a, b) && (a.shared_paths() == b.shared_paths() || within(b, a));
}

rhumb::v1::LivePlan ToProto(const LivePlan& plan) {
  rhumb::v1::LivePlan message;
  *message.mutable_header() = plan.header;
  WriteRoutes(plan, ByName{plan.topology}, &message);
  return message;
}

void WriteUpdate(const LivePlan* base, const LivePlan& plan, rhumb::v1::PlanUpdate* update) {
  *update->mutable_header() = plan.header;
  if (base == nullptr || base->header.epoch() != plan.header.epoch() ||
      !base->topology.SameStructure(plan.topology)) {
    update->set_reset(true);
    WriteRoutes(plan, ByPlace(plan.topology, update), update);
  } else {
    update->set_base_plan_version(base->version());
    WriteDelta(*base, plan, update);
  }
  update->set_nonce(absl::StrCat(plan.version(), "/", update->base_plan_version()));
}

rhumb::v1::PlanUpdate MakeUpdate(const LivePlan* base, const LivePlan& plan) {
  rhumb::v1::PlanUpdate update;
  WriteUpdate(base, plan, &update);
  return update;
}

}  // namespace rhumb
