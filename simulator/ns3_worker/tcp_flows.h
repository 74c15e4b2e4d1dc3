// SPDX-License-Identifier: GPL-2.0-only
// Opens a TCP connection for every finite flow, feeds it, and reads what arrives. Shared by the
// planes that have IP.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_TCP_FLOWS_H_
#define RHUMB_SIMULATOR_NS3_WORKER_TCP_FLOWS_H_

#include <ns3/address.h>
#include <ns3/ipv4-address.h>
#include <ns3/ipv4-interface.h>
#include <ns3/node.h>
#include <ns3/packet.h>
#include <ns3/socket.h>

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "connection_stacks.h"
#include "traffic.h"

namespace rhumb_ns3 {

constexpr uint16_t kServerPort = 9;

// Sets ns-3's defaults for TCP sockets that are created from now on: CUBIC, initial window 10,
// delayed acknowledgements of at most 40 ms, a retransmission timeout of at least 200 ms.
void SetTcpDefaults(uint32_t segment_bytes, uint64_t socket_buffer_bytes, bool sack);

class TcpFlows {
 public:
  // How packets reach their sockets: through the node's TCP layer, or by Deliver.
  enum class Delivery { kThroughNode, kDirect };

  // One listening socket a node. `addresses` [nodes] are where the nodes are reached.
  TcpFlows(std::vector<ns3::Ptr<ns3::Node>> nodes, std::vector<ns3::Ipv4Address> addresses,
           Traffic* traffic, Delivery delivery);
  ~TcpFlows();
  TcpFlows(const TcpFlows&) = delete;
  TcpFlows& operator=(const TcpFlows&) = delete;

  void Start(uint32_t flow);
  // Takes a packet of a flow at its end, from server to client when `reverse`. False when it
  // belongs to no connection that is left; the packet is as it was then.
  bool Deliver(uint32_t flow, bool reverse, const ns3::Ptr<ns3::Packet>& packet,
               const ns3::Ptr<ns3::Ipv4Interface>& interface);
  // The flow of a connection by its client's node and port; kNoFlow when it is over.
  uint32_t Find(uint32_t client_node, uint16_t port) const;

 private:
  void Connected(uint32_t flow, ns3::Ptr<ns3::Socket> socket);
  void Refused(uint32_t flow, ns3::Ptr<ns3::Socket> socket);
  void Closed(uint32_t flow, ns3::Ptr<ns3::Socket> socket);
  void Feed(uint32_t flow, ns3::Ptr<ns3::Socket> socket, uint32_t available);
  void Accepted(ns3::Ptr<ns3::Socket> socket, const ns3::Address& from);
  void Received(uint32_t flow, ns3::Ptr<ns3::Socket> socket);
  void PeerClosed(ns3::Ptr<ns3::Socket> socket);
  void ReleasePort(uint32_t flow);
  uint16_t TakePort(uint32_t node, uint32_t flow);

  const std::vector<ns3::Ptr<ns3::Node>> nodes_;
  const std::vector<ns3::Ipv4Address> addresses_;
  Traffic& traffic_;
  std::unordered_map<uint32_t, uint32_t> node_of_address_;
  const ns3::Ptr<const FlowSocket> pattern_;
  std::unique_ptr<ConnectionStacks> stacks_;     // null: sockets belong to their node's TCP layer
  std::vector<ns3::Ptr<FlowSocket>> listeners_;  // [nodes]
  struct Ports {
    uint32_t next = 0;
    std::vector<uint32_t> flow;  // by port - kFirstPort; kNoFlow when free
  };
  std::vector<Ports> ports_;  // [nodes]
};

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_TCP_FLOWS_H_
