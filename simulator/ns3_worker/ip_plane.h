// SPDX-License-Identifier: GPL-2.0-only
// The IP plane: real ns-3 TCP and UDP sockets and an IPv4 stack at both ends; in between, packets
// are switched by label, as in a segment-routed MPLS core.
//
// A node has one device towards the core. The routing protocol of the node, asked by the stack for
// a route, finds the flow the packet belongs to and with it the path; the device then puts the
// packet on that path.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_IP_PLANE_H_
#define RHUMB_SIMULATOR_NS3_WORKER_IP_PLANE_H_

#include <ns3/ipv4-address.h>
#include <ns3/ipv4-header.h>
#include <ns3/ipv4-interface.h>
#include <ns3/ipv4-l3-protocol.h>
#include <ns3/node.h>
#include <ns3/socket.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "label_plane.h"
#include "tcp_flows.h"

namespace rhumb_ns3 {

class CoreDevice;

class IpPlane : public LabelPlane {
 public:
  IpPlane(const rhumb::worker::Reset& reset, std::vector<FifoLink>* links, PathTable* paths,
          Traffic* traffic, uint64_t socket_buffer_bytes);
  ~IpPlane() override;

  void SendUdp(Demand* demand, PathId path, uint32_t flow, uint32_t wire_bytes) override;
  bool StartTcp(uint32_t flow) override;

  // For the routing protocol: decides the path of the packet that the stack of `node` is about to
  // send. False when it belongs to no flow.
  bool Label(uint32_t node, const ns3::Ptr<ns3::Packet>& packet, const ns3::Ipv4Header& header);
  // For the device: sends that packet.
  void SendLabelled(const ns3::Ptr<ns3::Packet>& packet);

 protected:
  void PassUp(const TransitData& packet) override;

 private:
  struct End {
    ns3::Ptr<ns3::Node> node;
    ns3::Ptr<CoreDevice> device;
    ns3::Ptr<ns3::Ipv4L3Protocol> ipv4;
    ns3::Ptr<ns3::Ipv4Interface> interface;
    ns3::Ptr<ns3::Socket> udp;
    ns3::Ipv4Address address;
  };

  void ReceiveUdp(ns3::Ptr<ns3::Socket> socket);

  PathTable& paths_;
  const std::vector<FifoLink>& links_;
  std::vector<End> ends_;
  std::unique_ptr<TcpFlows> tcp_;
  TransitData labelled_;                   // decided by Label, sent by SendLabelled
  const TransitData* arriving_ = nullptr;  // while the stack takes it
};

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_IP_PLANE_H_
