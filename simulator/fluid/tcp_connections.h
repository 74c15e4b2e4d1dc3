// TCP connections: handshake, trains of segments, acknowledgements and timers.
#ifndef RHUMB_SIMULATOR_FLUID_TCP_CONNECTIONS_H_
#define RHUMB_SIMULATOR_FLUID_TCP_CONNECTIONS_H_

#include <cstdint>
#include <vector>

#include "simulator/fluid/demand_table.h"
#include "simulator/fluid/event_wheel.h"
#include "simulator/fluid/flow_table.h"
#include "simulator/fluid/fluid_options.h"
#include "simulator/fluid/tcp_sender.h"
#include "simulator/fluid/train_network.h"
#include "simulator/fluid/window_counts.h"

namespace rhumb::fluid {

// What the two ends decide stands in `tcp_sender.h` and `tcp_receiver.h`; this carries it between
// them. Events are handed to the function of their name.
class TcpConnections {
 public:
  static constexpr double kHeaderBytes = 52;  // IPv4, TCP and the timestamp option

  // `most_segments` of a train.
  TcpConnections(const FluidSimulatorOptions& options, uint32_t most_segments, EventWheel* events,
                 DemandTable* demands, TrainNetwork* network, FlowTable* flows,
                 PacketCounts* packets);

  // `fastest` link in bytes per second and longest round trip say what a sender may have in flight.
  void SetLimits(double fastest, double longest_round_trip_s);

  // Asks for the connection of a flow that has just been put on its path.
  void Start(uint32_t flow, double now_s);
  void Connected(uint32_t flow, double now_s);
  void TimerFired(uint32_t flow, double now_s);
  void AcknowledgeLate(uint32_t flow, double now_s);
  // A train of segments reached its flow's destination; it is freed when its acknowledgements are.
  void SegmentsArrived(uint32_t train, double now_s);
  void AcksArrived(uint32_t train, double now_s);

 private:
  void Connect(uint32_t index, double now_s);
  void SendAllowed(uint32_t index, double spread_s, double now_s);
  void SendRun(uint32_t index, const TcpSender::Run& run, double spread_s, double sent_s,
               double now_s);
  void SetTimer(uint32_t index);
  void SendAcks(uint32_t train, double now_s);
  void CountSmall(Demand* demand, double towards, double back, double delay_s);

  const FluidSimulatorOptions options_;
  const uint32_t most_segments_;
  EventWheel& events_;
  DemandTable& demands_;
  TrainNetwork& network_;
  FlowTable& flows_;
  PacketCounts& packets_;
  TcpSender::Limits limits_;
  std::vector<TcpSender::Run> runs_;  // scratch
};

}  // namespace rhumb::fluid

#endif  // RHUMB_SIMULATOR_FLUID_TCP_CONNECTIONS_H_
