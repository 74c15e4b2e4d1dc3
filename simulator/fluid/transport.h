// Flows from their first packet to their last, by TCP and by UDP, and the packets of demands that
// are streams.
#ifndef RHUMB_SIMULATOR_FLUID_TRANSPORT_H_
#define RHUMB_SIMULATOR_FLUID_TRANSPORT_H_

#include <cstdint>

#include "simulator/fluid/datagrams.h"
#include "simulator/fluid/demand_table.h"
#include "simulator/fluid/event_wheel.h"
#include "simulator/fluid/flow_table.h"
#include "simulator/fluid/fluid_options.h"
#include "simulator/fluid/tcp_connections.h"
#include "simulator/fluid/train_network.h"
#include "simulator/fluid/window_counts.h"

namespace rhumb::fluid {

class Transport : public TrainEnd {
 public:
  Transport(const FluidSimulatorOptions& options, EventWheel* events, DemandTable* demands,
            TrainNetwork* network);
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  // Forgets all flows. `fastest` link in bytes per second and longest round trip say what a sender
  // may have in flight.
  void Clear(double fastest, double longest_round_trip_s);

  // A flow of `bytes` that arrives now and would take `empty_s` alone.
  void StartFlow(uint32_t demand, double bytes, bool tcp, double hash, double empty_s,
                 double now_s);
  // One packet of a stream.
  void SendPacket(uint32_t demand, uint32_t path, double bytes, double now_s);

  // Flows that start from now on are measured, and packets are counted.
  void BeginWindow();

  FlowTable& flows() { return flows_; }
  const FlowTable& flows() const { return flows_; }
  const PacketCounts& packets() const { return packets_; }

  // For the events that are about trains or flows.
  void Handle(const Event& event, double now_s);

  void Delivered(uint32_t train, double now_s) override;
  void Dropped(const Train& train, uint32_t segments) override;
  void Freed(const Train& train) override;

 private:
  const double segment_bytes_;
  DemandTable& demands_;
  TrainNetwork& network_;
  FlowTable flows_;
  PacketCounts packets_;
  TcpConnections tcp_;
  Datagrams udp_;
};

}  // namespace rhumb::fluid

#endif  // RHUMB_SIMULATOR_FLUID_TRANSPORT_H_
