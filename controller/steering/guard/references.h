// What routers do by themselves on the present topology: what every plan is measured against.
#ifndef RHUMB_CONTROLLER_STEERING_GUARD_REFERENCES_H_
#define RHUMB_CONTROLLER_STEERING_GUARD_REFERENCES_H_

#include <optional>

#include "controller/steering/guard/plan_rules.h"
#include "topologies/routing_plan.h"
#include "topologies/topology.h"

namespace rhumb {

// Owned by one thread. Computed when the topology is another than at the call before,
// O(nodes * links log nodes); kept until then.
class References {
 public:
  struct Plans {
    RoutingPlan shortest_path, ecmp;  // by IGP metric; pins applied to both
  };

  // Valid until the next call.
  const Plans& On(const Topology& topology, const Pins& pins);

 private:
  std::optional<Topology> topology_;
  Plans plain_;
  Plans pinned_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_GUARD_REFERENCES_H_
