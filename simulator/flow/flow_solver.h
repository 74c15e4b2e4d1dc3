// Steady state of a network at flow level: what one plan makes of one matrix while nothing changes.
#ifndef RHUMB_SIMULATOR_FLOW_FLOW_SOLVER_H_
#define RHUMB_SIMULATOR_FLOW_FLOW_SOLVER_H_

#include <vector>

#include "absl/types/span.h"
#include "simulator/measurements.h"
#include "topologies/routing_plan.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

struct FlowSimulatorOptions {
  // Mean packet on the wire; with the capacity it gives the transmission time.
  double mean_packet_bytes = 1000;
  // A queue holds what its link sends in this time: a bandwidth-delay product of a typical
  // continental round trip.
  absl::Duration buffer_time = absl::Milliseconds(50);
};

// What travels on one path, for delay percentiles.
struct PathDelivery {
  double delivered_bps = 0;
  double delay_s = 0;
};

struct FlowState {
  std::vector<LinkMeasurement> links;      // [links]
  std::vector<DemandMeasurement> demands;  // [pairs of the plan]
  std::vector<PathDelivery> paths;         // [paths of the plan]
  double offered_bps = 0;
  double delivered_bps = 0;
  double unrouted_bps = 0;  // demand without a usable path
};

// Owned by one simulator, called from one thread; keeps its scratch memory between calls.
class FlowSolver {
 public:
  explicit FlowSolver(const FlowSimulatorOptions& options) : options_(options) {}

  // The plan's paths must be valid on the topology and its ratios must be finite. The result lives
  // until the next call. O(path links) while no queue overflows, times the iterations of the fixed
  // point (at most 200) otherwise.
  const FlowState& Solve(const Topology& topology, const RoutingPlan& plan,
                         const TrafficMatrix& demands);

 private:
  void PutDemandsOnPaths(const Topology& topology, const RoutingPlan& plan,
                         const TrafficMatrix& demands);
  void PrepareLinks(const Topology& topology);
  void ThinAlongPaths(const PathSet& paths);
  void UpdateQueues();
  void SumUp(const Topology& topology, const RoutingPlan& plan, const TrafficMatrix& demands);

  FlowSimulatorOptions options_;
  FlowState state_;
  std::vector<double> path_rate_bps_;   // [paths] what enters at the source
  std::vector<double> arrival_bps_;     // [links] after losses upstream
  std::vector<double> next_bps_;        // [links]
  std::vector<double> pass_;            // [links] 1 - loss
  std::vector<double> hop_delay_s_;     // [links] propagation + wait + transmission
  std::vector<double> slots_;           // [links] K
  std::vector<double> transmission_s_;  // [links] of a mean packet
  std::vector<double> capacity_bps_;    // [links]
};

}  // namespace rhumb

#endif  // RHUMB_SIMULATOR_FLOW_FLOW_SOLVER_H_
