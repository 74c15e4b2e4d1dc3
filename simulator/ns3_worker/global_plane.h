// SPDX-License-Identifier: GPL-2.0-only
// Plain ns-3: point-to-point devices, IPv4 forwarding at every hop and ns-3's own global routing by
// interface metric.
//
// It is there to check the label planes and our shortest path against something that shares no code
// with them. Plans are ignored. With `defaults` it is ns-3 as it comes (queue disciplines on every
// device, FlowMonitor on every node): the yardstick of the benchmark. Packets are then not
// followed, so delays and losses stay 0.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_GLOBAL_PLANE_H_
#define RHUMB_SIMULATOR_NS3_WORKER_GLOBAL_PLANE_H_

#include <ns3/flow-monitor-helper.h>
#include <ns3/ipv4-header.h>
#include <ns3/ipv4-l3-protocol.h>
#include <ns3/node-container.h>
#include <ns3/point-to-point-net-device.h>
#include <ns3/socket.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "data_plane.h"
#include "link.h"
#include "tcp_flows.h"
#include "traffic.h"
#include "worker.pb.h"

namespace rhumb_ns3 {

class GlobalPlane : public DataPlane {
 public:
  // Null, with `fault` set, when a link has no opposite: ns-3's links have two directions.
  static std::unique_ptr<GlobalPlane> Create(const rhumb::worker::Reset& reset,
                                             std::vector<FifoLink>* links, Traffic* traffic,
                                             uint64_t socket_buffer_bytes, std::string* fault);
  ~GlobalPlane() override;

  void SendUdp(Demand* demand, PathId path, uint32_t flow, uint32_t wire_bytes) override;
  bool StartTcp(uint32_t flow) override;
  std::string LinkChanged(uint32_t link, bool up, double capacity_bps) override;
  void ClearCounters() override;
  LinkResult Measure(uint32_t link) override;
  uint64_t hop_packets() const override { return hop_packets_; }

 private:
  // The sending side of one link.
  struct Port {
    GlobalPlane* plane = nullptr;
    ns3::Ptr<ns3::PointToPointNetDevice> device;
    uint32_t interface = 0;  // of its node
    bool up = true;
    LinkCounters counters;
    uint64_t carried_bytes = 0;
    uint64_t dequeued = 0;
    std::deque<int64_t> waiting_since_ns;
  };

  GlobalPlane(const rhumb::worker::Reset& reset, std::vector<FifoLink>* links,
              const std::vector<uint32_t>& opposite, Traffic* traffic,
              uint64_t socket_buffer_bytes);
  void Connect(uint32_t link, uint32_t opposite, ns3::Ptr<ns3::NetDevice> device,
               uint32_t interface, uint32_t metric);
  void UpdateRoutes();
  // Who a packet belongs to, from its addresses and ports. False when to nobody.
  bool Identify(uint32_t node, const ns3::Ipv4Header& header,
                const ns3::Ptr<const ns3::Packet>& packet, Demand** demand, uint32_t* flow,
                bool* reverse) const;
  void ReceiveUdp(ns3::Ptr<ns3::Socket> socket);

  // Traces of ns-3.
  static void Transmitted(Port* port, ns3::Ptr<const ns3::Packet> packet);
  static void Offered(Port* port, ns3::Ptr<const ns3::Packet> packet);
  static void Dropped(Port* port, ns3::Ptr<const ns3::Packet> packet);
  static void Enqueued(Port* port, ns3::Ptr<const ns3::Packet> packet);
  static void Dequeued(Port* port, ns3::Ptr<const ns3::Packet> packet);
  void Sent(uint32_t node, const ns3::Ipv4Header& header, ns3::Ptr<const ns3::Packet> packet,
            uint32_t interface);
  void Delivered(const ns3::Ipv4Header& header, ns3::Ptr<const ns3::Packet> packet,
                 uint32_t interface);
  void LostInside(const ns3::Ipv4Header& header, ns3::Ptr<const ns3::Packet> packet,
                  ns3::Ipv4L3Protocol::DropReason reason, ns3::Ptr<ns3::Ipv4> ipv4,
                  uint32_t interface);
  void CountLost(const ns3::Ptr<const ns3::Packet>& packet);

  std::vector<FifoLink>& links_;  // for their parameters; packets do not pass through them
  Traffic& traffic_;
  const bool defaults_;
  std::vector<Port> ports_;         // [links]
  std::vector<uint32_t> opposite_;  // [links]
  ns3::NodeContainer nodes_;
  std::vector<ns3::Ptr<ns3::Socket>> udp_;  // [nodes]
  std::vector<ns3::Ipv4Address> addresses_;
  std::unordered_map<uint32_t, uint32_t> node_of_address_;
  std::unique_ptr<TcpFlows> tcp_;
  ns3::FlowMonitorHelper flow_monitor_;
  Demand* sending_demand_ = nullptr;  // while SendUdp is in the stack
  uint32_t sending_flow_ = kNoFlow;
  uint64_t hop_packets_ = 0;
};

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_GLOBAL_PLANE_H_
