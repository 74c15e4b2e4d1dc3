// A running network: demands whose flows arrive, their transport, and the links that carry them.
#ifndef RHUMB_SIMULATOR_FLUID_FLUID_NETWORK_H_
#define RHUMB_SIMULATOR_FLUID_FLUID_NETWORK_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "simulator/fluid/demand_table.h"
#include "simulator/fluid/event_wheel.h"
#include "simulator/fluid/fluid_options.h"
#include "simulator/fluid/shortest_delays.h"
#include "simulator/fluid/train_network.h"
#include "simulator/fluid/transport.h"
#include "simulator/measurements.h"
#include "simulator/network_simulator.h"
#include "simulator/traffic_model/flow_sizes.h"

namespace rhumb::fluid {

// Time goes on over intervals. Everything passed in must be valid; FluidSimulator checks. Memory is
// kept between episodes: once it has seen its largest one, a network allocates nothing but what a
// caller receives.
class FluidNetwork {
 public:
  explicit FluidNetwork(const FluidSimulatorOptions& options);

  // Begins an empty network.
  void Start(const Episode& episode);

  void SetPlan(const RoutingPlan& plan);
  void SetDemands(const TrafficMatrix& demands);
  // States and capacities of the links that `delta` names, as they are in `topology`.
  void SetLinks(const Topology& topology, const TopologyDelta& delta);
  void SetArrivals(bool on);

  // Counts reroutes from here on.
  void BeginInterval() { rerouted_ = 0; }
  // Clears what was counted; flows that arrive from now on are measured until EndWindow.
  void BeginWindow();
  // Fills everything that is measured by now but flows.
  void EndWindow(double window_s, Measurements* measured, Distributions* distributions);

  void RunFor(int64_t ns) { Run(now_ns_ + ns, false); }
  // Runs until all measured flows have ended, at most this long.
  void Drain(int64_t ns);
  // Present when the traffic consists of flows.
  std::optional<FlowCompletion> Flows(Distributions* distributions);

  uint64_t num_events() const { return num_events_; }
  // Packets put on a wire since Start.
  double hop_packets() const { return trains_.hop_packets(); }

 private:
  void Run(int64_t until_ns, bool stop_when_drained);
  void ScheduleArrival(uint32_t demand, int64_t now_ns);
  void Arrive(uint32_t demand);
  void CountUnrouted(Demand* demand);

  const FluidSimulatorOptions options_;
  TrafficModel traffic_;
  traffic_model::FlowSizes sizes_ = traffic_model::FlowSizes::kMiceElephants;
  bool has_flows_ = true;
  double scale_ = 1;
  double mean_flow_bytes_ = 0;
  const double packet_bytes_;  // on the wire, of a full packet

  ShortestDelays delays_;
  EventWheel events_;
  DemandTable demands_;
  TrainNetwork trains_;
  Transport transport_;

  int64_t now_ns_ = 0;  // where the last Run ended
  double now_s_ = 0;
  bool arrivals_on_ = false;
  uint64_t rerouted_ = 0;
  uint64_t num_events_ = 0;
  std::vector<uint32_t> window_demands_;
  std::vector<double> times_s_;  // scratch
};

}  // namespace rhumb::fluid

#endif  // RHUMB_SIMULATOR_FLUID_FLUID_NETWORK_H_
