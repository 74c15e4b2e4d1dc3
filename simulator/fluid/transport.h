// Flows from their first packet to their last: connections, senders, receivers, and the packets of
// demands that are streams.
#ifndef RHUMB_SIMULATOR_FLUID_TRANSPORT_H_
#define RHUMB_SIMULATOR_FLUID_TRANSPORT_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "simulator/fluid/demand_table.h"
#include "simulator/fluid/event_wheel.h"
#include "simulator/fluid/flow.h"
#include "simulator/fluid/fluid_options.h"
#include "simulator/fluid/segment_marks.h"
#include "simulator/fluid/tcp_sender.h"
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
  // After a change of the plan or of usable links. A flow stays where it is unless its path is no
  // longer among those its demand uses. Returns how many moved.
  uint64_t RerouteFlows();

  // Flows that start from now on are measured, and packets are counted.
  void BeginWindow();
  void EndWindow() { in_window_ = false; }
  // Measured flows that are still running.
  uint64_t num_pending() const { return num_pending_; }
  const std::vector<Flow>& flows() const { return flows_; }
  absl::Span<const uint32_t> measured_flows() const { return measured_; }
  const PacketCounts& packets() const { return packets_; }

  // For the events that are about trains or flows.
  void Handle(const Event& event, double now_s);

  void Delivered(uint32_t train, double now_s) override;
  void Dropped(const Train& train, uint32_t segments) override;
  void Freed(const Train& train) override;

 private:
  uint32_t NewFlow();
  void PutOnPath(Flow* flow);
  uint32_t PickReturn(const Flow& flow);
  void Finish(uint32_t index, bool complete, double end_s);
  void StopSending(Flow* flow);
  void Release(uint32_t index);

  void Connect(uint32_t index, double now_s);
  void Connected(uint32_t index, double now_s);
  void SendAllowed(uint32_t index, double spread_s, double now_s);
  void SendRun(uint32_t index, const TcpSender::Run& run, double spread_s, double sent_s,
               double now_s);
  void SetTimer(uint32_t index);
  void TimerFired(uint32_t index, double now_s);
  void SegmentsArrived(uint32_t index, uint32_t train, double now_s);
  void SendAcks(uint32_t train, double now_s);
  void AcknowledgeLate(uint32_t index, double now_s);
  void AcksArrived(uint32_t train, double now_s);
  void CountSmall(Demand* demand, double towards, double back, double delay_s);

  void SendDatagrams(uint32_t index, double now_s);
  void DatagramsArrived(uint32_t index, const Train& train, double now_s);
  void Pass(Demand* demand, double bytes);

  const FluidSimulatorOptions options_;
  EventWheel& events_;
  DemandTable& demands_;
  TrainNetwork& network_;
  const double packet_bytes_;     // on the wire, of a full packet
  const uint32_t most_segments_;  // of a train
  TcpSender::Limits limits_;

  std::vector<Flow> flows_;
  std::vector<uint32_t> free_;
  std::vector<uint32_t> running_;
  std::vector<uint32_t> measured_;
  std::vector<uint32_t> way_back_;    // scratch
  std::vector<TcpSender::Run> runs_;  // scratch
  SegmentMarks marks_;
  PacketCounts packets_;
  uint64_t num_pending_ = 0;
  bool in_window_ = false;
};

}  // namespace rhumb::fluid

#endif  // RHUMB_SIMULATOR_FLUID_TRANSPORT_H_
