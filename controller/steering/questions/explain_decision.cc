#include "controller/steering/questions/explain_decision.h"

#include <algorithm>
#include <string>
#include <vector>

#include "controller/steering/guard/guard_report.h"
#include "controller/steering/questions/question_parts.h"
#include "controller/steering/state/named_pair.h"
#include "topologies/formats/proto_time.h"

namespace rhumb {
namespace {

void ExplainPath(const Topology& topology, absl::Span<const LinkId> links, double ratio,
                 const std::vector<double>& load_bps, rhumb::v1::PathExplanation* out) {
  out->set_ratio(ratio);
  *out->mutable_propagation_delay() = ToDuration(PropagationDelay(topology, links));
  double worst = -1;
  for (LinkId l : links) {
    out->add_links(topology.link(l).name);
    const double utilization = load_bps[l] / topology.link(l).capacity_bps;
    if (utilization <= worst) continue;
    worst = utilization;
    out->set_bottleneck_link(topology.link(l).name);
    out->set_bottleneck_utilization(utilization);
  }
}

int PathsUsed(const RoutingPlan& plan, NodePair pair) {
  const auto index = plan.paths().Find(pair.source, pair.destination);
  if (!index) return 0;
  const PathSet::Range range = plan.paths().paths_of(*index);
  int used = 0;
  for (int p = range.begin; p < range.end; ++p) used += plan.ratios()[p] > 0;
  return used;
}

absl::StatusOr<std::vector<NodePair>> PairsToExplain(
    const rhumb::v1::ExplainDecisionRequest& request, const Topology& topology,
    const TrafficMatrix& demands) {
  constexpr size_t kLargest = 20;
  if (!request.source().empty() || !request.destination().empty()) {
    const auto pair = FindPair(topology, request.source(), request.destination());
    if (!pair.ok()) return pair.status();
    return std::vector<NodePair>{*pair};
  }
  std::vector<NodePair> pairs;
  for (NodeId s = 0; s < topology.num_nodes(); ++s) {
    for (NodeId d = 0; d < topology.num_nodes(); ++d) {
      if (s != d && demands.rate_bps(s, d) > 0) pairs.push_back({s, d});
    }
  }
  std::stable_sort(pairs.begin(), pairs.end(), [&](NodePair a, NodePair b) {
    return demands.rate_bps(a.source, a.destination) > demands.rate_bps(b.source, b.destination);
  });
  if (pairs.size() > kLargest) pairs.resize(kLargest);
  return pairs;
}

}  // namespace

absl::StatusOr<rhumb::v1::ExplainDecisionResponse> ExplainDecision(
    const rhumb::v1::ExplainDecisionRequest& request, const LiveView& view, PolicyCache* policies) {
  if (auto status = CheckLive(view); !status.ok()) return status;
  const Topology& topology = *view.topology;
  const RoutingPlan& plan = view.plan->plan;
  const TrafficMatrix demands = LatestDemands(view);
  const auto pairs = PairsToExplain(request, topology, demands);
  if (!pairs.ok()) return pairs.status();
  const LinkLoads loads = ComputeLinkLoads(topology, plan, demands);
  auto observation = Observe(topology, kShortestPath, nullptr, 1, policies);
  if (!observation.ok()) return observation.status();
  const auto shortest = Ask(kShortestPath, *observation, policies);
  const auto ecmp = Ask("ecmp", *observation, policies);
  if (!shortest.ok()) return shortest.status();
  if (!ecmp.ok()) return ecmp.status();

  rhumb::v1::ExplainDecisionResponse response;
  *response.mutable_plan() = WithLatestReport(view.plan->header, view.guard);
  response.set_policy_note(view.policy_note);
  for (LinkId l : BusiestLinks(topology, loads.load_bps, kBusiest)) {
    WriteLoad(topology, l, loads.load_bps[l], response.add_busiest());
  }
  WriteLoads(topology, loads.load_bps, response.mutable_loads());
  for (const NodePair pair : *pairs) {
    auto* out = response.add_demands();
    out->set_source(topology.node(pair.source).name);
    out->set_destination(topology.node(pair.destination).name);
    out->set_rate_bps(demands.rate_bps(pair.source, pair.destination));
    if (view.traffic) {
      const size_t index = pair.source * topology.num_nodes() + pair.destination;
      out->set_origin(view.traffic->measured[index] ? rhumb::v1::DEMAND_ORIGIN_MEASURED
                                                    : rhumb::v1::DEMAND_ORIGIN_ESTIMATED);
    }
    if (const auto index = plan.paths().Find(pair.source, pair.destination)) {
      const PathSet::Range range = plan.paths().paths_of(*index);
      for (int p = range.begin; p < range.end; ++p) {
        if (plan.ratios()[p] <= 0) continue;
        ExplainPath(topology, plan.paths().links(p), plan.ratios()[p], loads.load_bps,
                    out->add_paths());
      }
    }
    const PathSet& sp = shortest->plan.paths();
    if (const auto index = sp.Find(pair.source, pair.destination);
        index && sp.paths_of(*index).size() > 0) {
      ExplainPath(topology, sp.links(sp.paths_of(*index).begin), 1, loads.load_bps,
                  out->mutable_shortest_path());
    }
    out->set_ecmp_paths(PathsUsed(ecmp->plan, pair));
    if (const auto pin = view.pins.find({pair.source, pair.destination}); pin != view.pins.end()) {
      out->set_pinned(!view.rolled_back && PinUsable(topology, pin->second));
      out->set_pin_suspended(!out->pinned());
    }
  }
  return response;
}

}  // namespace rhumb
