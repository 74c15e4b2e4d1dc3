// Sends every demand over one path with the fewest usable links.
#include <memory>
#include <string>
#include <vector>

#include "agents/policy_module_entry.h"
#include "agents/routing_policy.h"
#include "topologies/paths/shortest_paths.h"

namespace {

class FewestHops : public rhumb::RoutingPolicy {
 public:
  std::string name() const override { return "fewest_hops"; }

  absl::StatusOr<rhumb::Decision> Decide(const rhumb::Observation& observation) override {
    const rhumb::Topology& topology = observation.topology;
    const std::vector<double> hops = rhumb::LinkWeights(topology, rhumb::LinkMetric::kHops);
    rhumb::PathSet::Builder paths;
    std::vector<double> ratios;
    for (rhumb::NodeId s = 0; s < topology.num_nodes(); ++s) {
      const rhumb::ShortestPathTree tree(topology, hops, s);
      for (rhumb::NodeId d = 0; d < topology.num_nodes(); ++d) {
        if (s == d || !tree.reaches(d)) continue;
        paths.AddPair(s, d).AddPath(tree.PathOf(d));
        ratios.push_back(1);
      }
    }
    rhumb::Decision decision;
    decision.plan = rhumb::RoutingPlan(std::make_shared<const rhumb::PathSet>(paths.Build()),
                                       std::move(ratios), topology.version());
    return decision;
  }
};

absl::StatusOr<std::unique_ptr<rhumb::RoutingPolicy>> MakeFewestHops(absl::string_view options) {
  if (!options.empty()) return absl::InvalidArgumentError("takes no options");
  return std::make_unique<FewestHops>();
}

}  // namespace

RHUMB_POLICY_MODULE(fewest_hops, MakeFewestHops)
