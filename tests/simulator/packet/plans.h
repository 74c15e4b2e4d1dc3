// Plans for the networks of tests/networks.h.
#ifndef RHUMB_TESTS_SIMULATOR_PACKET_PLANS_H_
#define RHUMB_TESTS_SIMULATOR_PACKET_PLANS_H_

#include <memory>
#include <utility>

#include "topologies/path_set.h"
#include "topologies/routing_plan.h"

namespace rhumb::testing {

// A to D and back over Diamond(): `over_b` of it by way of B, the rest by way of C.
inline RoutingPlan DiamondPlan(double over_b) {
  PathSet::Builder builder;
  builder.AddPair(0, 3).AddPath({0, 2}).AddPath({4, 6});
  builder.AddPair(3, 0).AddPath({3, 1}).AddPath({7, 5});
  return RoutingPlan(std::make_shared<const PathSet>(builder.Build()),
                     {over_b, 1 - over_b, over_b, 1 - over_b}, 1);
}

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_SIMULATOR_PACKET_PLANS_H_
