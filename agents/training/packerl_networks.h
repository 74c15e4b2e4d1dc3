// The random networks on which PackeRL, the closest published peer, was trained and measured
// (Boltres, Freymuth, Jahnke, Karl, Neumann: Learning Sub-Second Routing Optimization in Computer
// Networks requires Packet-Level Dynamics, TMLR 2024), rebuilt from its published settings.
#ifndef RHUMB_AGENTS_TRAINING_PACKERL_NETWORKS_H_
#define RHUMB_AGENTS_TRAINING_PACKERL_NETWORKS_H_

#include <vector>

#include "agents/training/random.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb::training {

// The weight of a link by which the peer's shortest-path baseline routes, in the style of EIGRP:
// 256 (10^7 / rate in kbit/s + delay in 100 us), summed along a path.
double EigrpStyleMetric(double capacity_bps, absl::Duration delay);

struct PackerlNetwork {
  Topology topology;
  std::vector<double> potentials;  // [nodes], of traffic
  double graph_scaling = 1;        // of traffic, by kind and size of the graph
};

// One of three graphs by chance: Erdos and Renyi's with a mean degree of 3, Watts and Strogatz's
// with 4 neighbours and 30 % of the cables rewired, Barabasi and Albert's with 2 cables a new node.
// Nodes have a potential from 1 to 10, 60 % by degree and 40 % by how central they are (by hops;
// the peer takes distances in a drawing); a cable's rate follows the larger potential of its ends,
// 10 % by chance, from 50 to 200 Mbit/s. Every link is 5 ms long. The IGP metric is
// EigrpStyleMetric. `nodes` is at least 4.
PackerlNetwork DrawPackerlNetwork(int nodes, Random& random);

// Its mean demands: gravity by potential, 10 % by chance, as many flows of FlowSizes::kLongTail as
// were published for that `traffic_scaling` (there 0.25 to 3).
TrafficMatrix DrawPackerlTraffic(const PackerlNetwork& network, double traffic_scaling,
                                 Random& random);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_PACKERL_NETWORKS_H_
