// SPDX-License-Identifier: GPL-2.0-only
// Opens a TCP connection for every finite flow, feeds it, and reads what arrives. Shared by the
// planes that have IP.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_TCP_FLOWS_H_
#define RHUMB_SIMULATOR_NS3_WORKER_TCP_FLOWS_H_

#include <ns3/address.h>
#include <ns3/ipv4-address.h>
#include <ns3/node.h>
#include <ns3/socket.h>

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "traffic.h"

namespace rhumb_ns3 {

constexpr uint16_t kServerPort = 9;

// Sets ns-3's defaults for TCP sockets that are created from now on: CUBIC, initial window 10,
// delayed acknowledgements of at most 40 ms, a retransmission timeout of at least 200 ms.
void SetTcpDefaults(uint32_t segment_bytes, uint64_t socket_buffer_bytes, bool sack);

class TcpFlows {
 public:
  // One listening socket a node. `addresses` [nodes] are where the nodes are reached.
  TcpFlows(std::vector<ns3::Ptr<ns3::Node>> nodes, std::vector<ns3::Ipv4Address> addresses,
           Traffic* traffic);
  ~TcpFlows();
  TcpFlows(const TcpFlows&) = delete;
  TcpFlows& operator=(const TcpFlows&) = delete;

  void Start(uint32_t flow);
  // The flow of a connection by its client's node and port; kNoFlow when it is over.
  uint32_t Find(uint32_t client_node, uint16_t port) const;

 private:
  void Connected(uint32_t flow, ns3::Ptr<ns3::Socket> socket);
  void Refused(uint32_t flow, ns3::Ptr<ns3::Socket> socket);
  void Closed(uint32_t flow, ns3::Ptr<ns3::Socket> socket);
  void Feed(uint32_t flow, ns3::Ptr<ns3::Socket> socket, uint32_t available);
  void Accepted(ns3::Ptr<ns3::Socket> socket, const ns3::Address& from);
  void Received(uint32_t flow, ns3::Ptr<ns3::Socket> socket);
  void PeerClosed(uint32_t flow, ns3::Ptr<ns3::Socket> socket);
  void ServerFailed(uint32_t flow, ns3::Ptr<ns3::Socket> socket);
  void ReleasePort(uint32_t flow);
  uint16_t TakePort(uint32_t node, uint32_t flow);

  const std::vector<ns3::Ptr<ns3::Node>> nodes_;
  const std::vector<ns3::Ipv4Address> addresses_;
  Traffic& traffic_;
  std::unordered_map<uint32_t, uint32_t> node_of_address_;
  const ns3::Ptr<const FlowSocket> pattern_;
  std::vector<ns3::Ptr<ns3::Socket>> listeners_;
  struct Ports {
    uint32_t next = 0;
    std::vector<uint32_t> flow;  // by port - kFirstPort; kNoFlow when free
  };
  std::vector<Ports> ports_;  // [nodes]
};

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_TCP_FLOWS_H_
