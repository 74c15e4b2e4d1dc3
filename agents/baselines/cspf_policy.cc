#include "agents/baselines/cspf_policy.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agents/baselines/latest_demands.h"
#include "agents/baselines/single_path_plan.h"
#include "topologies/paths/path_search.h"
#include "topologies/paths/shortest_paths.h"

namespace rhumb {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Places demands on one network, one after the other.
class Reservations {
 public:
  explicit Reservations(const Topology& topology)
      : topology_(topology),
        igp_(LinkWeights(topology, LinkMetric::kIgp)),
        graph_(topology),
        search_(graph_),
        trees_(topology.num_nodes()) {
    for (const Link& link : topology.links()) residual_bps_.push_back(link.capacity_bps);
  }

  Path Unconstrained(NodeId source, NodeId destination) {
    if (!trees_[source]) trees_[source].emplace(topology_, igp_, source);
    return trees_[source]->PathOf(destination);
  }

  // The path taken; empty when the pair is not connected.
  Path Place(NodePair pair, double rate_bps) {
    Path path = Unconstrained(pair.source, pair.destination);
    if (path.empty()) return path;
    if (Residual(path) < rate_bps && !ShortestWithin(pair, rate_bps, &path)) {
      ++overbooked_;
      // Every link as wide as the widest path's narrowest one may be used.
      ShortestWithin(pair, WidestResidual(pair), &path);
    }
    for (LinkId l : path) residual_bps_[l] -= rate_bps;
    return path;
  }

  int overbooked() const { return overbooked_; }

 private:
  double Residual(const Path& path) const {
    double residual = kInfinity;
    for (LinkId l : path) residual = std::min(residual, residual_bps_[l]);
    return residual;
  }

  bool ShortestWithin(NodePair pair, double rate_bps, Path* path) {
    std::vector<double> weights = igp_;
    for (LinkId l = 0; l < topology_.num_links(); ++l) {
      if (residual_bps_[l] < rate_bps) weights[l] = kInfinity;
    }
    return search_.Find(weights, pair.source, pair.destination, path);
  }

  // Largest residual that some path offers all the way; may be negative. Dijkstra with minimum for
  // sum.
  double WidestResidual(NodePair pair) const {
    std::vector<double> width(topology_.num_nodes(), -kInfinity);
    std::priority_queue<std::pair<double, NodeId>> queue;
    width[pair.source] = kInfinity;
    queue.push({kInfinity, pair.source});
    while (!queue.empty()) {
      const auto [at_width, at] = queue.top();
      queue.pop();
      if (at == pair.destination) break;
      if (at_width < width[at]) continue;
      for (LinkId l : topology_.out_links(at)) {
        const Link& link = topology_.link(l);
        const double through = std::min(at_width, residual_bps_[l]);
        if (!link.usable() || through <= width[link.destination]) continue;
        width[link.destination] = through;
        queue.push({through, link.destination});
      }
    }
    return width[pair.destination];
  }

  const Topology& topology_;
  std::vector<double> igp_;           // [links]
  std::vector<double> residual_bps_;  // [links], below 0 when overbooked
  SearchGraph graph_;
  PathSearch search_;
  std::vector<std::optional<ShortestPathTree>> trees_;  // [nodes]
  int overbooked_ = 0;
};

}  // namespace

absl::StatusOr<Decision> CspfPolicy::Decide(const Observation& observation) {
  const Topology& topology = observation.topology;
  const absl::StatusOr<const TrafficMatrix*> demands = LatestDemands(observation);
  if (!demands.ok()) return demands.status();
  if (*demands == nullptr) return DecideWithoutHistory(topology);

  const int nodes = topology.num_nodes();
  Reservations reservations(topology);
  std::vector<Path> path_of_pair(static_cast<size_t>(nodes) * nodes);
  for (NodePair pair : DemandsLargestFirst(**demands)) {
    path_of_pair[static_cast<size_t>(pair.source) * nodes + pair.destination] =
        reservations.Place(pair, (*demands)->rate_bps(pair.source, pair.destination));
  }
  for (NodeId s = 0; s < nodes; ++s) {
    for (NodeId d = 0; d < nodes; ++d) {
      Path& path = path_of_pair[static_cast<size_t>(s) * nodes + d];
      if (s != d && path.empty()) path = reservations.Unconstrained(s, d);
    }
  }
  Decision decision;
  decision.plan = SinglePathPlan(topology, path_of_pair);
  decision.predicted_mlu = PredictMlu(topology, decision.plan, **demands);
  if (reservations.overbooked() > 0) {
    decision.note = absl::StrCat(reservations.overbooked(),
                                 " demands fit nowhere and take the path with the most left");
  }
  return decision;
}

}  // namespace rhumb
