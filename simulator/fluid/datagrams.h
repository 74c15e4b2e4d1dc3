// Transfers by UDP: datagrams at one rate, none sent again.
#ifndef RHUMB_SIMULATOR_FLUID_DATAGRAMS_H_
#define RHUMB_SIMULATOR_FLUID_DATAGRAMS_H_

#include <cstdint>

#include "simulator/fluid/demand_table.h"
#include "simulator/fluid/event_wheel.h"
#include "simulator/fluid/flow_table.h"
#include "simulator/fluid/fluid_options.h"
#include "simulator/fluid/train_network.h"
#include "simulator/fluid/window_counts.h"

namespace rhumb::fluid {

class Datagrams {
 public:
  static constexpr double kHeaderBytes = 28;  // IPv4 and UDP

  // `most_segments` of a train.
  Datagrams(const FluidSimulatorOptions& options, uint32_t most_segments, EventWheel* events,
            DemandTable* demands, TrainNetwork* network, FlowTable* flows, PacketCounts* packets);

  // Sends the flow's next train of datagrams, and sees to it that the one after follows.
  void Send(uint32_t flow, double now_s);
  // A train of them reached its destination.
  void Arrived(const Train& train, double now_s);

 private:
  const FluidSimulatorOptions options_;
  const uint32_t most_segments_;
  EventWheel& events_;
  DemandTable& demands_;
  TrainNetwork& network_;
  FlowTable& flows_;
  PacketCounts& packets_;
};

}  // namespace rhumb::fluid

#endif  // RHUMB_SIMULATOR_FLUID_DATAGRAMS_H_
