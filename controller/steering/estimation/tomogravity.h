// Demands from link counters, for networks that cannot measure demands.
//
// Links see sums of demands, and there are far fewer links than demands, so a prior has to choose:
// tomogravity takes, of all matrices that explain the link loads, the one closest to a gravity
// model (Zhang, Roughan, Lund, Donoho, "An Information-Theoretic Approach to Traffic Matrix
// Estimation", SIGCOMM 2003). Measured demands are always better; see README.md for the error.
#ifndef RHUMB_CONTROLLER_STEERING_ESTIMATION_TOMOGRAVITY_H_
#define RHUMB_CONTROLLER_STEERING_ESTIMATION_TOMOGRAVITY_H_

#include <optional>
#include <vector>

#include "topologies/routing_plan.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

struct TomogravityOptions {
  // Rounds of: gravity prior from the node totals of the last estimate, then fitting to the links.
  int gravity_rounds = 3;
  int max_sweeps = 25;  // over all links, a round
  // Stop sweeping when every link's load is explained within this share.
  double tolerance = 1e-3;
};

// Minimises the Kullback-Leibler divergence from a gravity prior subject to A x = y by the
// multiplicative algebraic reconstruction technique (MART): for each link in turn, every demand
// over it is multiplied by (measured / explained load)^share.
//
// `link_bps` [links]: measured loads, absent where unknown. `measured` [nodes * nodes], row-major:
// demands that are known; their load is taken off the links first, and they are returned as they
// are. `plan` is what was in force. Demands without a path are 0.
// O(gravity_rounds * max_sweeps * path links of the plan).
TrafficMatrix EstimateDemands(const Topology& topology, const RoutingPlan& plan,
                              const std::vector<std::optional<double>>& link_bps,
                              const std::vector<std::optional<double>>& measured,
                              const TomogravityOptions& options = {});

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_ESTIMATION_TOMOGRAVITY_H_
