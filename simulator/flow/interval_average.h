// Joins the steady states of the pieces of an interval into one set of measurements.
#ifndef RHUMB_SIMULATOR_FLOW_INTERVAL_AVERAGE_H_
#define RHUMB_SIMULATOR_FLOW_INTERVAL_AVERAGE_H_

#include <vector>

#include "simulator/flow/flow_solver.h"
#include "simulator/measurements.h"
#include "topologies/routing_plan.h"
#include "topologies/topology.h"

namespace rhumb {

// Rates are averaged over time; losses are dropped over arrived and delays are weighted by what was
// carried or delivered.
class IntervalAverage {
 public:
  // `plan` is the one in force at the start: its pairs give the order of the demand measurements.
  void Start(const RoutingPlan& plan, const Topology& topology);
  // A piece of `seconds` in which `plan` was in force, `demands` were offered and the network was
  // in `state`.
  void Add(const RoutingPlan& plan, const TrafficMatrix& demands, const FlowState& state,
           double seconds);
  // The measurements of all pieces since Start.
  Measurements Finish();

 private:
  void AddDemands(const RoutingPlan& plan, const TrafficMatrix& demands, const FlowState& state,
                  double seconds);

  std::shared_ptr<const PathSet> first_paths_;
  Measurements sum_;  // rates hold bits, delays hold bits x seconds, until Finish divides
  std::vector<PathDelivery> deliveries_;  // delivered_bps holds bits
};

}  // namespace rhumb

#endif  // RHUMB_SIMULATOR_FLOW_INTERVAL_AVERAGE_H_
