#include "controller/steering/guard/references.h"

#include "agents/baselines/ecmp_plan.h"
#include "agents/baselines/single_path_plan.h"

namespace rhumb {

const References::Plans& References::On(const Topology& topology, const Pins& pins) {
  if (!topology_ || topology_->version() != topology.version() ||
      topology_->links().data() != topology.links().data()) {
    plain_ = {ShortestPathPlan(topology, LinkMetric::kIgp), EcmpPlan(topology, LinkMetric::kIgp)};
    topology_ = topology;
  }
  if (pins.empty()) return plain_;
  pinned_ = {ApplyPins(topology, plain_.shortest_path, pins),
             ApplyPins(topology, plain_.ecmp, pins)};
  return pinned_;
}

}  // namespace rhumb
