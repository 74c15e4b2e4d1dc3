// SPDX-License-Identifier: GPL-2.0-only
// ns-3's TCP socket with a guard against a fault of ns-3 3.37: when the receiver's window is full,
// its loop over pending data asks for a segment of no bytes and follows a null pointer. Here it
// sends nothing, and the loop ends because it is told once that no window is available.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_FLOW_SOCKET_H_
#define RHUMB_SIMULATOR_NS3_WORKER_FLOW_SOCKET_H_

#include <ns3/ipv4-header.h>
#include <ns3/ipv4-interface.h>
#include <ns3/node.h>
#include <ns3/packet.h>
#include <ns3/ptr.h>
#include <ns3/tcp-socket-base.h>

#include <cstdint>

namespace rhumb_ns3 {

class FlowSocket : public ns3::TcpSocketBase {
 public:
  static ns3::TypeId GetTypeId();
  // A socket with CUBIC and ns-3's other defaults that belongs to no node, to be copied: setting
  // every attribute from its default costs as much as sending several packets.
  static ns3::Ptr<FlowSocket> CreatePattern();
  // A fresh socket of `node`, as TcpL4Protocol::CreateSocket of `tcp` makes them.
  ns3::Ptr<FlowSocket> CopyFor(const ns3::Ptr<ns3::Node>& node,
                               const ns3::Ptr<ns3::TcpL4Protocol>& tcp) const;

  // Both take a packet, TCP header first, without a search for the socket among all of its node.
  // Deliver is for one of this connection: false when that is over or not yet set up; the packet is
  // as it was then.
  bool Deliver(const ns3::Ptr<ns3::Packet>& packet, const ns3::Ipv4Header& header,
               uint16_t peer_port, const ns3::Ptr<ns3::Ipv4Interface>& interface);
  // Open is for a listening socket and gives that of the connection which the packet opened, or
  // null.
  ns3::Ptr<FlowSocket> Open(const ns3::Ptr<ns3::Packet>& packet, const ns3::Ipv4Header& header,
                            uint16_t peer_port, const ns3::Ptr<ns3::Ipv4Interface>& interface);
  const ns3::Ptr<ns3::TcpL4Protocol>& tcp() const { return m_tcp; }
  // Nothing more will come of this connection.
  bool over() const { return m_endPoint == nullptr && m_state == CLOSED; }

 protected:
  ns3::Ptr<ns3::TcpSocketBase> Fork() override;
  uint32_t SendDataPacket(ns3::SequenceNumber32 sequence, uint32_t most_bytes,
                          bool with_ack) override;
  uint32_t AvailableWindow() const override;

 private:
  mutable bool blocked_ = false;
  ns3::Ptr<FlowSocket> opened_;
};

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_FLOW_SOCKET_H_
