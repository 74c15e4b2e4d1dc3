// How large a network may be.
#ifndef RHUMB_CONTROLLER_STEERING_STATE_TOPOLOGY_LIMITS_H_
#define RHUMB_CONTROLLER_STEERING_STATE_TOPOLOGY_LIMITS_H_

namespace rhumb {

struct TopologyLimits {
  int max_nodes = 1000;
  int max_links = 10000;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_STATE_TOPOLOGY_LIMITS_H_
