// Why a policy differs from shortest path: the demands it takes off it.
#ifndef RHUMB_CONTROLLER_REPORT_MOVED_DEMANDS_H_
#define RHUMB_CONTROLLER_REPORT_MOVED_DEMANDS_H_

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "controller/report/path_table.h"
#include "topologies/routing_plan.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

struct MovedDemand {
  NodeId source = -1, destination = -1;
  double rate_bps = 0;
  std::vector<std::pair<int, int>> shares;  // path of the table, per mille; largest first
  int shortest = -1;                        // path of the table
  int left_per_mille = 0;                   // on the shortest path
};

// The plans of shortest-path (IGP metric) for the states of a network, the latest few kept. Shared
// by threads.
class ShortestPlans {
 public:
  std::shared_ptr<const RoutingPlan> Of(const Topology& topology);

 private:
  std::mutex mutex_;
  std::vector<std::pair<uint64_t, std::shared_ptr<const RoutingPlan>>> plans_;  // by version
};

// The `most` demands with most traffic off `shortest`, the plan of shortest-path on the same links;
// those with most first. Demands without a path, or of which less than a hundredth is off it, are
// not among them. O(path links of the plan).
std::vector<MovedDemand> MostMovedDemands(const RoutingPlan& plan, const RoutingPlan& shortest,
                                          const TrafficMatrix& demands, size_t most,
                                          PathTable* table);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPORT_MOVED_DEMANDS_H_
