// Rules that every plan must keep before it may reach a network, and operations on plans that keep
// them.
#ifndef RHUMB_CONTROLLER_STEERING_GUARD_PLAN_RULES_H_
#define RHUMB_CONTROLLER_STEERING_GUARD_PLAN_RULES_H_

#include <map>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "topologies/paths/igp_trees.h"
#include "topologies/routing_plan.h"
#include "topologies/topology.h"

namespace rhumb {

// InvalidArgument, naming the demand, when two nodes that usable links still connect have no path
// in `plan`. O(nodes * links). The plan is valid (RoutingPlan::Validate).
absl::Status CheckRoutesAll(const Topology& topology, const RoutingPlan& plan);

// OK for a plan that is valid on `topology` and routes all: what may be in force. Else the error of
// the check that fails.
absl::Status CheckSafe(const Topology& topology, const RoutingPlan& plan);

// The plan without the paths that `topology` no longer carries: their ratio goes to the other paths
// of the demand in proportion; where none of those had any, to the demand's first usable path in
// the path set, else to the shortest path by IGP metric, else the demand stays without paths. This
// is the first answer to a failure: O(path links) plus one Dijkstra per source that lost its last
// path. Every ordered pair is listed, also one that `plan` lacks. `touched` counts the demands that
// changed. `trees`: of this topology; without them it makes its own.
RoutingPlan RerouteAround(const Topology& topology, const RoutingPlan& plan, IgpTrees* trees,
                          int* touched);
RoutingPlan RerouteAround(const Topology& topology, const RoutingPlan& plan, int* touched);

// `plan`, which was made for `old_topology`, on the nodes and links of `topology`, matched by name:
// every ordered pair is listed, paths over links that are gone are left out. Follow with
// RerouteAround; an empty plan becomes shortest path by IGP metric that way.
RoutingPlan CarryOver(const Topology& old_topology, const RoutingPlan& plan,
                      const Topology& topology);

// True when a ratio above 0 is on a path that may not carry traffic.
bool UsesDeadLinks(const Topology& topology, const RoutingPlan& plan);

// Without paths of ratio 0; the plan itself when it has none. A policy's plan lists all candidate
// paths, most of which carry nothing, and what is in force is gone through link by link while
// adapters wait for an answer to a failure. O(path links).
RoutingPlan OnlyUsed(const RoutingPlan& plan);

// Without shares below `smallest`, which go to the demand's other paths in proportion; the largest
// share of a demand always stays. Switches split by a few hundred buckets, and every path of a plan
// costs a tunnel in each of them. On the same path set. O(paths).
RoutingPlan DropSmallShares(const RoutingPlan& plan, double smallest);

// A demand that an operator holds on given paths.
struct Pin {
  std::vector<Path> paths;
  std::vector<double> ratios;
};
using Pins = std::map<std::pair<NodeId, NodeId>, Pin>;

// `plan` with these demands replaced; pins over links that may not carry traffic are left out.
RoutingPlan ApplyPins(const Topology& topology, const RoutingPlan& plan, const Pins& pins);
bool PinUsable(const Topology& topology, const Pin& pin);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_GUARD_PLAN_RULES_H_
