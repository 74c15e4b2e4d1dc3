#include "controller/steering/questions/compute_routes.h"

#include <memory>
#include <utility>

#include "absl/strings/str_format.h"
#include "controller/clock/steady_time.h"
#include "controller/steering/plan/request_error.h"
#include "controller/steering/questions/question_parts.h"
#include "controller/steering/state/value_limits.h"
#include "topologies/formats/proto_time.h"

namespace rhumb {

absl::StatusOr<rhumb::v1::ComputeRoutesResponse> ComputeRoutes(
    const rhumb::v1::ComputeRoutesRequest& request, const TopologyLimits& limits,
    const std::string& default_policy, PolicyCache* policies) {
  if (request.topology().nodes_size() > limits.max_nodes ||
      request.topology().links_size() > limits.max_links) {
    return FieldError(
        "topology",
        absl::StrFormat("%d nodes and %d links; at most %d and %d", request.topology().nodes_size(),
                        request.topology().links_size(), limits.max_nodes, limits.max_links));
  }
  if (request.max_paths() > 32) {
    return FieldError("max_paths", absl::StrFormat("%d; at most 32", request.max_paths()));
  }
  const absl::StatusOr<Topology> topology = policies->TopologyOf(request.topology());
  if (!topology.ok()) return AboutField("topology", topology.status());
  if (auto s = CheckValues("topology", *topology); !s.ok()) return s;
  auto demands = std::make_shared<TrafficMatrix>(topology->num_nodes());
  if (auto s = ReadDemands(request.demands(), *topology, demands.get()); !s.ok()) return s;
  const std::string policy = request.policy().empty() ? default_policy : request.policy();
  const int max_paths = request.max_paths() == 0 ? 8 : request.max_paths();

  const SteadyTime begin = SteadyNow();
  auto observation = Observe(*topology, policy, demands, max_paths, policies);
  if (!observation.ok()) return observation.status();
  absl::StatusOr<Decision> decision = Ask(policy, *observation, policies);
  if (!decision.ok()) return decision.status();
  const absl::Duration took = SteadyNow() - begin;
  absl::StatusOr<Decision> shortest =
      policy == kShortestPath ? decision : Ask(kShortestPath, *observation, policies);
  if (!shortest.ok()) return shortest.status();

  rhumb::v1::ComputeRoutesResponse response;
  response.set_policy(policy);
  *response.mutable_decision_time() = ToDuration(took);
  const LinkLoads loads = ComputeLinkLoads(*topology, decision->plan, *demands);
  WriteLoads(*topology, loads.load_bps, response.mutable_loads());
  response.set_mlu(MaxLinkUtilization(*topology, loads.load_bps));
  response.set_unrouted_bps(loads.unrouted_bps);
  response.set_shortest_path_mlu(MaxLinkUtilization(
      *topology, ComputeLinkLoads(*topology, shortest->plan, *demands).load_bps));
  const PathSet& paths = decision->plan.paths();
  for (int i = 0; i < paths.num_pairs(); ++i) {
    const NodePair pair = paths.pair(i);
    if (demands->rate_bps(pair.source, pair.destination) <= 0) continue;
    auto* route = response.mutable_plan()->add_routes();
    route->set_source(topology->node(pair.source).name);
    route->set_destination(topology->node(pair.destination).name);
    const PathSet::Range range = paths.paths_of(i);
    for (int p = range.begin; p < range.end; ++p) {
      if (decision->plan.ratios()[p] <= 0) continue;
      auto* share = route->add_paths();
      share->set_ratio(decision->plan.ratios()[p]);
      for (LinkId l : paths.links(p)) share->add_links(topology->link(l).name);
    }
  }
  return response;
}

}  // namespace rhumb
