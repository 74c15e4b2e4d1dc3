// SPDX-License-Identifier: GPL-2.0-only
// When packets and flows of a demand arrive, and how large they are.
//
// Arrivals of a demand depend on the seed, its two nodes and its rate alone. The paths of a plan,
// the number of other demands and everything the network does with the packets leave them as they
// are.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_ARRIVALS_H_
#define RHUMB_SIMULATOR_NS3_WORKER_ARRIVALS_H_

#include <cstdint>
#include <string>

#include "demand_table.h"
#include "window_counts.h"
#include "worker.pb.h"

namespace rhumb_ns3 {

// Takes what arrives, at the simulated moment of its arrival.
class ArrivalSink {
 public:
  virtual ~ArrivalSink() = default;

  // A packet of a stream.
  virtual void PacketArrived(Demand* demand, uint32_t wire_bytes) = 0;
  virtual void FlowArrived(Demand* demand, uint64_t bytes, bool tcp) = 0;
};

// Keeps one pending event a demand; an arrival costs that event and two or three random numbers.
class Arrivals {
 public:
  // `counts` hears of rates and of pauses before they change.
  Arrivals(const rhumb::worker::Reset& reset, DemandTable* demands, WindowCounts* counts,
           ArrivalSink* sink);
  Arrivals(const Arrivals&) = delete;
  Arrivals& operator=(const Arrivals&) = delete;

  // What is wrong with the message, or nothing; then nothing has changed. Demands that it does not
  // name have rate 0 from now on.
  std::string SetDemands(const rhumb::worker::Demands& demands);

  // While off, nothing arrives and the time until the next arrival stands still.
  void Set(bool on);

  // False where a demand is a stream of packets.
  bool flows() const { return flows_; }

 private:
  void SetRate(Demand* demand, double rate_bps);
  double Gap(Demand* demand);
  void Schedule(Demand* demand);
  void Arrive(Demand* demand);
  uint32_t StreamPacketBytes(Demand* demand);

  const rhumb::worker::FlowSizes sizes_;
  const bool flows_;
  const double tcp_share_;
  const uint32_t num_nodes_;
  const uint32_t packet_bytes_;  // on the wire, of a full packet
  const double bytes_per_arrival_;
  DemandTable& demands_;
  WindowCounts& counts_;
  ArrivalSink& sink_;
  bool on_ = false;
};

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_ARRIVALS_H_
