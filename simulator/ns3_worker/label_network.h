// SPDX-License-Identifier: GPL-2.0-only
// The core of the network: packets that follow numbered paths over FIFO links, one ns-3 event a
// hop.
//
// Nothing is looked up on the way: a packet in transit knows its path and its hop. The event is the
// packet itself, and it is reused from hop to hop and from packet to packet, so forwarding
// allocates nothing.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_LABEL_NETWORK_H_
#define RHUMB_SIMULATOR_NS3_WORKER_LABEL_NETWORK_H_

#include <ns3/event-impl.h>
#include <ns3/packet.h>
#include <ns3/ptr.h>
#include <ns3/simulator.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "demand.h"
#include "link.h"
#include "paths.h"

namespace rhumb_ns3 {

class LabelNetwork;

struct TransitData {
  ns3::Ptr<ns3::Packet> packet;  // null where nobody looks inside
  Demand* demand = nullptr;
  uint32_t flow = kNoFlow;
  uint32_t bytes = 0;  // on the wire
  PathId path = kNoPath;
  bool reverse = false;  // towards the demand's source
  bool tcp = false;
};

// A packet between two nodes.
class Transit : public ns3::EventImpl {
 public:
  explicit Transit(LabelNetwork* network) : network_(network) {}

  TransitData data;
  int64_t sent_ns = 0;
  uint32_t hop = 0;
  uint32_t epoch = 0;

 private:
  void Notify() override;

  LabelNetwork* network_;
};

// What becomes of packets.
class PacketObserver {
 public:
  virtual ~PacketObserver() = default;
  virtual void Delivered(const TransitData& packet, int64_t delay_ns) = 0;
  virtual void Lost(const TransitData& packet) = 0;
};

class LabelNetwork {
 public:
  LabelNetwork(std::vector<FifoLink>* links, PathTable* paths, PacketObserver* observer);
  ~LabelNetwork();
  LabelNetwork(const LabelNetwork&) = delete;
  LabelNetwork& operator=(const LabelNetwork&) = delete;

  // Puts a packet on the first link of its path. Without a path it is lost at once.
  void Send(TransitData data);

  uint64_t hop_packets() const { return hop_packets_; }

 private:
  friend class Transit;
  void Arrive(Transit* transit);
  void Forward(Transit* transit);
  void Lose(Transit* transit);
  void Free(Transit* transit);

  std::vector<FifoLink>& links_;
  PathTable& paths_;
  PacketObserver& observer_;
  std::vector<Transit*> all_;
  std::vector<Transit*> free_;
  uint64_t hop_packets_ = 0;
};

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_LABEL_NETWORK_H_
