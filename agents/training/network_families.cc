#include "agents/training/network_families.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agents/training/packerl_networks.h"

namespace rhumb::training {
namespace {

using Cable = std::pair<int, int>;

struct Drawing {
  int nodes = 0;
  std::vector<std::pair<double, double>> position;
  std::set<Cable> cables;
  std::vector<bool> core;  // [nodes]

  void Join(int a, int b) {
    if (a != b) cables.insert(std::minmax(a, b));
  }
  double Distance(int a, int b) const {
    return std::hypot(position[a].first - position[b].first,
                      position[a].second - position[b].second);
  }
  std::vector<int> Degrees() const {
    std::vector<int> degree(nodes, 0);
    for (const auto& [a, b] : cables) {
      ++degree[a];
      ++degree[b];
    }
    return degree;
  }
};

// Prim's minimum spanning tree over the distances of nodes [0, count).
void JoinByTree(Drawing* drawing, int count) {
  std::vector<double> distance(count, 1e9);
  std::vector<int> parent(count, 0);
  std::vector<bool> done(count, false);
  distance[0] = 0;
  for (int step = 0; step < count; ++step) {
    int next = -1;
    for (int v = 0; v < count; ++v) {
      if (!done[v] && (next < 0 || distance[v] < distance[next])) next = v;
    }
    done[next] = true;
    if (step > 0) drawing->Join(next, parent[next]);
    for (int v = 0; v < count; ++v) {
      if (!done[v] && drawing->Distance(next, v) < distance[v]) {
        distance[v] = drawing->Distance(next, v);
        parent[v] = next;
      }
    }
  }
}

// Adds cables until nodes [0, count) have a mean degree, near nodes first by chance.
void AddNearCables(Drawing* drawing, int count, double mean_degree, double reach, Random& random) {
  const size_t wanted =
      drawing->cables.size() +
      static_cast<size_t>(std::max(0.0, std::round(count * mean_degree / 2) - (count - 1)));
  for (int attempt = 0; attempt < 400 * count && drawing->cables.size() < wanted; ++attempt) {
    const int a = random.Below(count), b = random.Below(count);
    if (a != b && random.Chance(std::exp(-drawing->Distance(a, b) / reach))) drawing->Join(a, b);
  }
}

void DrawWaxman(Drawing* drawing, Random& random) {
  JoinByTree(drawing, drawing->nodes);
  AddNearCables(drawing, drawing->nodes, random.Uniform(2.2, 4.2), 0.15, random);
}

void DrawRingChords(Drawing* drawing, Random& random) {
  const int n = drawing->nodes;
  for (int v = 0; v < n; ++v) drawing->Join(v, (v + 1) % n);
  const int chords = 1 + random.Below(std::max(1, 2 * n / 3));
  for (int i = 0; i < chords; ++i) drawing->Join(random.Below(n), random.Below(n));
}

void DrawTwoLevel(Drawing* drawing, Random& random) {
  const int n = drawing->nodes;
  const int core = std::max(3, static_cast<int>(n * random.Uniform(0.2, 0.5)));
  JoinByTree(drawing, core);
  AddNearCables(drawing, core, random.Uniform(2.5, 5.0), 0.4, random);
  const double twice = random.Uniform(0.2, 1.0);
  for (int v = core; v < n; ++v) {
    drawing->core[v] = false;
    drawing->Join(v, random.Below(core));
    if (random.Chance(twice)) drawing->Join(v, random.Below(random.Chance(0.8) ? core : v));
  }
}

void DrawHeavyTail(Drawing* drawing, Random& random) {
  std::vector<int> ends = {0, 1};
  drawing->Join(0, 1);
  const double second = random.Uniform(0.2, 1.0);
  for (int v = 2; v < drawing->nodes; ++v) {
    const int links = 1 + (random.Chance(second) ? 1 : 0) + (random.Chance(0.2) ? 1 : 0);
    for (int i = 0; i < links; ++i) {
      const int to = ends[random.Below(static_cast<int>(ends.size()))];
      if (to == v) continue;
      drawing->Join(v, to);
      ends.push_back(v);
      ends.push_back(to);
    }
  }
}

void DrawGrid(Drawing* drawing, Random& random) {
  const int n = drawing->nodes;
  const int width = std::max(2, static_cast<int>(std::sqrt(n * random.Uniform(0.3, 1.0))));
  const double keep = random.Uniform(0.5, 1.0);
  for (int v = 0; v < n; ++v) drawing->position[v] = {double(v % width) / n, double(v / width) / n};
  for (int v = 0; v < n; ++v) {
    const bool right = v % width + 1 < width && v + 1 < n;
    const bool down = v + width < n;
    // The first column and all rows hold the grid together; the others may be missing.
    if (right) drawing->Join(v, v + 1);
    if (down && (v % width == 0 || random.Chance(keep))) drawing->Join(v, v + width);
  }
}

// Nodes at the edge join the nearest of the core, some of them the second nearest too.
void DrawAccess(Drawing* drawing, Random& random) {
  const int n = drawing->nodes;
  const int core = std::max(3, n - static_cast<int>(std::lround(n * random.Uniform(0.15, 0.45))));
  JoinByTree(drawing, core);
  AddNearCables(drawing, core, random.Uniform(2.6, 4.4), 0.3, random);
  const double twice = random.Uniform(0.0, 1.0);
  for (int v = core; v < n; ++v) {
    drawing->core[v] = false;
    std::vector<int> by_distance(core);
    std::iota(by_distance.begin(), by_distance.end(), 0);
    std::sort(by_distance.begin(), by_distance.end(),
              [&](int a, int b) { return drawing->Distance(v, a) < drawing->Distance(v, b); });
    drawing->Join(v, by_distance[0]);
    if (random.Chance(twice)) drawing->Join(v, by_distance[1]);
  }
}

// Gives most nodes with one cable a second one to a near node.
void HomeStubsTwice(Drawing* drawing, Random& random) {
  const std::vector<int> degree = drawing->Degrees();
  for (int v = 0; v < drawing->nodes; ++v) {
    if (degree[v] != 1 || random.Chance(0.1)) continue;
    int nearest = -1;
    for (int u = 0; u < drawing->nodes; ++u) {
      if (u == v || drawing->cables.count(std::minmax(u, v)) > 0) continue;
      if (nearest < 0 || drawing->Distance(u, v) < drawing->Distance(nearest, v)) nearest = u;
    }
    if (nearest >= 0) drawing->Join(v, nearest);
  }
}

class CapacityDraw {
 public:
  CapacityDraw(NetworkFamily family, Random& random) : random_(random) {
    if (family == NetworkFamily::kAccess) {
      DrawForAccess();
      return;
    }
    static const std::vector<std::vector<double>> kSpeeds = {{1},
                                                             {10},
                                                             {1, 1, 1, 4, 4, 10},
                                                             {0.155, 1, 2.5, 10, 10},
                                                             {0.155, 0.622, 2.5, 10},
                                                             {10, 40, 100},
                                                             {100, 100, 400, 1200},
                                                             {10, 10, 10, 100},
                                                             {0.045, 0.155, 0.155, 0.622, 2.5}};
    speeds_ = kSpeeds[random.Chance(0.35) ? random.Below(2)
                                          : random.Below(static_cast<int>(kSpeeds.size()))];
    by_core_ = random.Chance(0.5);
  }
  // Cables of the core are the faster half, when this network is like that.
  double Next(bool core) {
    if (!edge_speeds_.empty()) {
      const std::vector<double>& speeds = core ? speeds_ : edge_speeds_;
      return 1e9 * speeds[random_.Below(static_cast<int>(speeds.size()))];
    }
    const int n = static_cast<int>(speeds_.size());
    if (!by_core_ || n == 1) return 1e9 * speeds_[random_.Below(n)];
    const int half = n / 2;
    return 1e9 * speeds_[core ? half + random_.Below(n - half) : random_.Below(half + 1)];
  }

 private:
  void DrawForAccess() {
    struct Speeds {
      std::vector<double> core, edge;
    };
    static const std::vector<Speeds> kSpeeds = {{{2.5, 10, 10}, {0.155, 0.622, 2.5}},
                                                {{0.622, 2.5, 10}, {0.155, 0.155, 0.622}},
                                                {{10}, {1, 2.5, 10}},
                                                {{10, 40, 100}, {1, 10, 10}},
                                                {{2.5, 10}, {0.622, 2.5}}};
    const Speeds& drawn = kSpeeds[random_.Below(static_cast<int>(kSpeeds.size()))];
    speeds_ = drawn.core;
    edge_speeds_ = drawn.edge;
  }

  Random& random_;
  std::vector<double> speeds_;
  std::vector<double> edge_speeds_;  // of cables outside of the core; empty: from speeds_ too
  bool by_core_ = false;
};

Topology Build(const Drawing& drawing, NetworkFamily family, absl::string_view name,
               Random& random) {
  std::vector<Node> nodes(drawing.nodes);
  for (int v = 0; v < drawing.nodes; ++v) nodes[v].name = absl::StrCat("n", v);
  CapacityDraw capacities(family, random);
  const double parallel = random.Chance(0.25) ? random.Uniform(0.05, 0.3) : 0.0;
  const std::vector<int> degree = drawing.Degrees();
  std::vector<Link> links;
  for (const auto& [a, b] : drawing.cables) {
    const bool inner = drawing.core[a] && drawing.core[b];
    const bool core =
        inner && (family == NetworkFamily::kAccess || (degree[a] > 1 && degree[b] > 1));
    const double capacity = capacities.Next(core);
    const int count = random.Chance(parallel) ? 2 : 1;
    for (int i = 0; i < count; ++i) {
      for (const auto& [source, destination] : {std::pair(a, b), std::pair(b, a)}) {
        Link link;
        link.source = source;
        link.destination = destination;
        link.capacity_bps = capacity;
        link.propagation_delay = absl::Milliseconds(0.1 + 20 * drawing.Distance(a, b));
        links.push_back(std::move(link));
      }
    }
  }
  return Topology::Create(std::string(name), std::move(nodes), std::move(links)).value();
}

}  // namespace

absl::StatusOr<NetworkFamily> ParseNetworkFamily(absl::string_view name) {
  static const std::vector<std::pair<std::string, NetworkFamily>> kFamilies = {
      {"waxman", NetworkFamily::kWaxman},      {"ring-chords", NetworkFamily::kRingChords},
      {"two-level", NetworkFamily::kTwoLevel}, {"heavy-tail", NetworkFamily::kHeavyTail},
      {"grid", NetworkFamily::kGrid},          {"access", NetworkFamily::kAccess},
      {"packerl", NetworkFamily::kPackerl}};
  for (const auto& [known, family] : kFamilies) {
    if (known == name) return family;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("unknown network family \"", name, "\"; use one of ",
                   absl::StrJoin(kFamilies, ", ", [](std::string* out, const auto& entry) {
                     absl::StrAppend(out, entry.first);
                   })));
}

Topology DrawNetwork(const NetworkDraw& draw, Random& random) {
  const NetworkFamily family = draw.families[random.Below(static_cast<int>(draw.families.size()))];
  Drawing drawing;
  // The logarithm of the size is uniform: the cost of a sample grows with the square of it.
  drawing.nodes = static_cast<int>(
      std::lround(std::exp(random.Uniform(std::log(draw.min_nodes), std::log(draw.max_nodes)))));
  if (family == NetworkFamily::kPackerl) return DrawPackerlNetwork(drawing.nodes, random).topology;
  for (int v = 0; v < drawing.nodes; ++v) {
    drawing.position.emplace_back(random.Uniform(), random.Uniform());
  }
  drawing.core.assign(drawing.nodes, true);
  std::string name;
  switch (family) {
    case NetworkFamily::kWaxman:
      DrawWaxman(&drawing, random);
      name = "waxman";
      break;
    case NetworkFamily::kRingChords:
      DrawRingChords(&drawing, random);
      name = "ring-chords";
      break;
    case NetworkFamily::kTwoLevel:
      DrawTwoLevel(&drawing, random);
      name = "two-level";
      break;
    case NetworkFamily::kHeavyTail:
      DrawHeavyTail(&drawing, random);
      name = "heavy-tail";
      break;
    case NetworkFamily::kGrid:
      DrawGrid(&drawing, random);
      name = "grid";
      break;
    case NetworkFamily::kAccess:
      DrawAccess(&drawing, random);
      name = "access";
      break;
    case NetworkFamily::kPackerl:  // drawn above
      break;
  }
  if (family != NetworkFamily::kAccess && random.Chance(0.6)) HomeStubsTwice(&drawing, random);
  return Build(drawing, family, absl::StrCat(name, "-", drawing.nodes), random);
}

Topology WithFailures(const Topology& topology, Random& random) {
  const int wanted = 1 + random.Below(2);
  Topology result = topology;
  for (int i = 0; i < wanted; ++i) {
    for (int attempt = 0; attempt < 10; ++attempt) {
      const LinkId link = random.Below(result.num_links());
      if (!result.link(link).usable()) continue;
      // The other direction is the next or the previous link.
      const LinkId other = link % 2 == 0 ? link + 1 : link - 1;
      const auto failed = result.Apply({{link, std::nullopt, OperationalState::kDown, {}, {}},
                                        {other, std::nullopt, OperationalState::kDown, {}, {}}});
      // Reachability from node 0 in both directions is the same: cables are symmetric.
      std::vector<bool> seen(failed->num_nodes(), false);
      std::vector<NodeId> stack = {0};
      seen[0] = true;
      while (!stack.empty()) {
        const NodeId node = stack.back();
        stack.pop_back();
        for (LinkId out : failed->out_links(node)) {
          const Link& l = failed->link(out);
          if (!l.usable() || seen[l.destination]) continue;
          seen[l.destination] = true;
          stack.push_back(l.destination);
        }
      }
      if (std::find(seen.begin(), seen.end(), false) != seen.end()) continue;
      result = *failed;
      break;
    }
  }
  return result;
}

}  // namespace rhumb::training
