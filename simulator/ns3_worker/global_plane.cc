// SPDX-License-Identifier: GPL-2.0-only
#include "global_plane.h"

#include <ns3/data-rate.h>
#include <ns3/inet-socket-address.h>
#include <ns3/internet-stack-helper.h>
#include <ns3/ipv4-address-helper.h>
#include <ns3/ipv4-global-routing-helper.h>
#include <ns3/point-to-point-channel.h>
#include <ns3/point-to-point-helper.h>
#include <ns3/queue.h>
#include <ns3/simulator.h>
#include <ns3/string.h>
#include <ns3/tag.h>
#include <ns3/tcp-l4-protocol.h>
#include <ns3/udp-socket-factory.h>

#include <algorithm>
#include <utility>

#include "packet_sizes.h"
#include "simulated_time.h"

namespace rhumb_ns3 {
namespace {

constexpr uint32_t kPppHeaderBytes = 2;

// Follows a packet from its source.
class FollowTag : public ns3::Tag {
 public:
  static ns3::TypeId GetTypeId() {
    static ns3::TypeId id =
        ns3::TypeId("rhumb::FollowTag").SetParent<ns3::Tag>().AddConstructor<FollowTag>();
    return id;
  }
  ns3::TypeId GetInstanceTypeId() const override { return GetTypeId(); }
  uint32_t GetSerializedSize() const override { return sizeof(content); }
  void Serialize(ns3::TagBuffer buffer) const override {
    buffer.Write(reinterpret_cast<const uint8_t*>(&content), sizeof(content));
  }
  void Deserialize(ns3::TagBuffer buffer) override {
    buffer.Read(reinterpret_cast<uint8_t*>(&content), sizeof(content));
  }
  void Print(std::ostream& out) const override { out << content.flow; }

  struct {
    Demand* demand = nullptr;
    int64_t sent_ns = 0;
    uint32_t flow = kNoFlow;
    uint32_t reverse = 0;
  } content;
};

// The n-th link from a to b belongs to the n-th from b to a. Empty when some link is left over.
std::vector<uint32_t> FindOpposites(const std::vector<FifoLink>& links) {
  std::unordered_map<uint64_t, std::vector<uint32_t>> between;
  for (uint32_t i = 0; i < links.size(); ++i) {
    between[uint64_t{links[i].source} << 32 | links[i].destination].push_back(i);
  }
  std::vector<uint32_t> opposite(links.size());
  for (const auto& [key, forward] : between) {
    const auto it = between.find(key << 32 | key >> 32);
    if (it == between.end() || it->second.size() != forward.size()) return {};
    for (size_t i = 0; i < forward.size(); ++i) opposite[forward[i]] = it->second[i];
  }
  return opposite;
}

}  // namespace

std::unique_ptr<GlobalPlane> GlobalPlane::Create(const rhumb::worker::Reset& reset,
                                                 std::vector<FifoLink>* links, Traffic* traffic,
                                                 uint64_t socket_buffer_bytes, std::string* fault) {
  const std::vector<uint32_t> opposite = FindOpposites(*links);
  if (opposite.empty() && !links->empty()) {
    *fault = "ns-3's global routing needs as many links from b to a as from a to b";
    return nullptr;
  }
  return std::unique_ptr<GlobalPlane>(
      new GlobalPlane(reset, links, opposite, traffic, socket_buffer_bytes));
}

GlobalPlane::GlobalPlane(const rhumb::worker::Reset& reset, std::vector<FifoLink>* links,
                         const std::vector<uint32_t>& opposite, Traffic* traffic,
                         uint64_t socket_buffer_bytes)
    : links_(*links),
      traffic_(*traffic),
      defaults_(reset.data_plane() == rhumb::worker::NS3_DEFAULTS),
      ports_(links->size()),
      opposite_(opposite) {
  SetTcpDefaults(reset.segment_bytes(), socket_buffer_bytes, reset.sack());
  nodes_.Create(reset.num_nodes());
  ns3::InternetStackHelper stack;
  stack.SetIpv6StackInstall(false);
  ns3::Ipv4GlobalRoutingHelper global;
  stack.SetRoutingHelper(global);
  stack.Install(nodes_);
  ns3::Ipv4AddressHelper networks("10.0.0.0", "255.255.255.252");
  addresses_.resize(reset.num_nodes());
  for (uint32_t i = 0; i < links_.size(); ++i) {
    const uint32_t back = opposite_[i];
    if (back < i) continue;
    ns3::PointToPointHelper cable;
    if (!defaults_) cable.DisableFlowControl();  // else queue disciplines come with the address
    const ns3::NetDeviceContainer devices =
        cable.Install(nodes_.Get(links_[i].source), nodes_.Get(links_[i].destination));
    devices.Get(0)->GetChannel()->SetAttribute(
        "Delay", ns3::TimeValue(ns3::TimeStep(static_cast<uint64_t>(links_[i].delay_ns()))));
    const ns3::Ipv4InterfaceContainer interfaces = networks.Assign(devices);
    networks.NewNetwork();
    for (const uint32_t side : {0u, 1u}) {
      const uint32_t link = side == 0 ? i : back;
      const uint32_t node = links_[link].source;
      addresses_[node] = interfaces.GetAddress(side);
      node_of_address_[addresses_[node].Get()] = node;
      Connect(link, side == 0 ? back : i, devices.Get(side), interfaces.Get(side).second,
              reset.metric(static_cast<int>(link)));
    }
  }
  for (uint32_t i = 0; i < nodes_.GetN(); ++i) {
    udp_.push_back(ns3::Socket::CreateSocket(nodes_.Get(i), ns3::UdpSocketFactory::GetTypeId()));
    udp_[i]->Bind(ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), kServerPort));
    udp_[i]->SetRecvCallback(ns3::MakeCallback(&GlobalPlane::ReceiveUdp, this));
    if (defaults_) continue;
    const ns3::Ptr<ns3::Ipv4L3Protocol> ipv4 = nodes_.Get(i)->GetObject<ns3::Ipv4L3Protocol>();
    ipv4->TraceConnectWithoutContext("SendOutgoing",
                                     ns3::MakeCallback(&GlobalPlane::Sent, this, i));
    ipv4->TraceConnectWithoutContext("LocalDeliver",
                                     ns3::MakeCallback(&GlobalPlane::Delivered, this));
    ipv4->TraceConnectWithoutContext("Drop", ns3::MakeCallback(&GlobalPlane::LostInside, this));
  }
  if (traffic->tcp_used()) {
    tcp_ =
        std::make_unique<TcpFlows>(std::vector<ns3::Ptr<ns3::Node>>(nodes_.Begin(), nodes_.End()),
                                   addresses_, traffic, TcpFlows::Delivery::kThroughNode);
  }
  if (defaults_) flow_monitor_.InstallAll();
  UpdateRoutes();
}

GlobalPlane::~GlobalPlane() = default;

void GlobalPlane::Connect(uint32_t link, uint32_t opposite, ns3::Ptr<ns3::NetDevice> device,
                          uint32_t interface, uint32_t metric) {
  Port& port = ports_[link];
  port.plane = this;
  port.device = ns3::DynamicCast<ns3::PointToPointNetDevice>(device);
  port.interface = interface;
  port.up = links_[link].usable && links_[opposite].usable;
  port.device->SetDataRate(ns3::DataRate(static_cast<uint64_t>(links_[link].rate_bps() + 0.5)));
  const ns3::Ptr<ns3::Ipv4> ipv4 = device->GetNode()->GetObject<ns3::Ipv4>();
  ipv4->SetMetric(interface, static_cast<uint16_t>(metric));
  if (!port.up) ipv4->SetDown(interface);
  port.device->TraceConnectWithoutContext("PhyTxBegin",
                                          ns3::MakeBoundCallback(&GlobalPlane::Transmitted, &port));
  if (defaults_) return;
  const ns3::Ptr<ns3::Queue<ns3::Packet>> queue = port.device->GetQueue();
  queue->SetMaxSize(
      links_[link].limit_packets() < UINT32_MAX
          ? ns3::QueueSize(ns3::PACKETS, static_cast<uint32_t>(links_[link].limit_packets()))
          : ns3::QueueSize(ns3::BYTES, static_cast<uint32_t>(std::min<uint64_t>(
                                           links_[link].limit_bytes(), UINT32_MAX))));
  port.device->TraceConnectWithoutContext("MacTx",
                                          ns3::MakeBoundCallback(&GlobalPlane::Offered, &port));
  port.device->TraceConnectWithoutContext("MacTxDrop",
                                          ns3::MakeBoundCallback(&GlobalPlane::Dropped, &port));
  queue->TraceConnectWithoutContext("Enqueue",
                                    ns3::MakeBoundCallback(&GlobalPlane::Enqueued, &port));
  queue->TraceConnectWithoutContext("Dequeue",
                                    ns3::MakeBoundCallback(&GlobalPlane::Dequeued, &port));
}

void GlobalPlane::UpdateRoutes() {
  // Populating twice is how ns-3 recomputes, too.
  ns3::Ipv4GlobalRoutingHelper::RecomputeRoutingTables();
}

void GlobalPlane::SendUdp(Demand* demand, PathId, uint32_t flow, uint32_t wire_bytes) {
  sending_demand_ = demand;
  sending_flow_ = flow;
  const uint32_t payload = wire_bytes > kUdpHeaderBytes ? wire_bytes - kUdpHeaderBytes : 1;
  const int sent = udp_[demand->source]->SendTo(
      ns3::Create<ns3::Packet>(payload), 0,
      ns3::InetSocketAddress(addresses_[demand->destination], kServerPort));
  if (sent < 0) {  // no route
    traffic_.counts().CountSent(demand, false);
    traffic_.PacketLost(demand, false, flow);
  }
  sending_demand_ = nullptr;
}

bool GlobalPlane::StartTcp(uint32_t flow) {
  if (tcp_ == nullptr) return false;
  tcp_->Start(flow);
  return true;
}

void GlobalPlane::ReceiveUdp(ns3::Ptr<ns3::Socket> socket) {
  ns3::Address from;
  while (const ns3::Ptr<ns3::Packet> packet = socket->RecvFrom(from)) {
    const uint32_t wire_bytes = packet->GetSize() + kUdpHeaderBytes;
    FollowTag tag;
    if (packet->PeekPacketTag(tag)) {
      traffic_.UdpReceived(tag.content.demand, tag.content.flow, wire_bytes);
    } else {
      const auto source =
          node_of_address_.find(ns3::InetSocketAddress::ConvertFrom(from).GetIpv4().Get());
      if (source == node_of_address_.end()) continue;
      Demand* demand = traffic_.FindDemand(source->second, socket->GetNode()->GetId());
      if (demand != nullptr) traffic_.UdpReceived(demand, kNoFlow, wire_bytes);
    }
  }
}

bool GlobalPlane::Identify(uint32_t node, const ns3::Ipv4Header& header,
                           const ns3::Ptr<const ns3::Packet>& packet, Demand** demand,
                           uint32_t* flow, bool* reverse) const {
  *reverse = false;
  if (sending_demand_ != nullptr) {
    *demand = sending_demand_;
    *flow = sending_flow_;
    return true;
  }
  uint8_t ports[4];
  if (tcp_ == nullptr || header.GetProtocol() != ns3::TcpL4Protocol::PROT_NUMBER ||
      packet->CopyData(ports, 4) != 4) {
    return false;
  }
  const uint16_t source_port = static_cast<uint16_t>(ports[0] << 8 | ports[1]);
  const uint16_t destination_port = static_cast<uint16_t>(ports[2] << 8 | ports[3]);
  *reverse = source_port == kServerPort;
  const auto destination = node_of_address_.find(header.GetDestination().Get());
  if (*reverse && destination == node_of_address_.end()) return false;
  *flow =
      *reverse ? tcp_->Find(destination->second, destination_port) : tcp_->Find(node, source_port);
  if (*flow == kNoFlow) return false;
  *demand = traffic_.flow(*flow).demand;
  return true;
}

void GlobalPlane::Sent(uint32_t node, const ns3::Ipv4Header& header,
                       ns3::Ptr<const ns3::Packet> packet, uint32_t) {
  FollowTag tag;
  bool reverse = false;
  if (!Identify(node, header, packet, &tag.content.demand, &tag.content.flow, &reverse)) return;
  tag.content.reverse = reverse;
  tag.content.sent_ns = NowNs();
  traffic_.counts().CountSent(tag.content.demand, reverse);
  packet->AddPacketTag(tag);
}

void GlobalPlane::Delivered(const ns3::Ipv4Header& header, ns3::Ptr<const ns3::Packet> packet,
                            uint32_t) {
  FollowTag tag;
  if (!packet->PeekPacketTag(tag)) return;
  traffic_.counts().CountDelivered(tag.content.demand, tag.content.reverse != 0,
                                   packet->GetSize() + header.GetSerializedSize(),
                                   NowNs() - tag.content.sent_ns);
}

void GlobalPlane::CountLost(const ns3::Ptr<const ns3::Packet>& packet) {
  FollowTag tag;
  if (!packet->PeekPacketTag(tag)) return;
  traffic_.PacketLost(tag.content.demand, tag.content.reverse != 0, tag.content.flow);
}

void GlobalPlane::LostInside(const ns3::Ipv4Header&, ns3::Ptr<const ns3::Packet> packet,
                             ns3::Ipv4L3Protocol::DropReason, ns3::Ptr<ns3::Ipv4>, uint32_t) {
  CountLost(packet);
}

void GlobalPlane::Transmitted(Port* port, ns3::Ptr<const ns3::Packet> packet) {
  ++port->plane->hop_packets_;
  port->carried_bytes += packet->GetSize() - kPppHeaderBytes;
}

void GlobalPlane::Offered(Port* port, ns3::Ptr<const ns3::Packet> packet) {
  ++port->counters.arrived_packets;
  port->counters.arrived_bytes += packet->GetSize() - kPppHeaderBytes;
}

void GlobalPlane::Dropped(Port* port, ns3::Ptr<const ns3::Packet> packet) {
  ++port->counters.lost_packets;
  port->plane->CountLost(packet);
}

void GlobalPlane::Enqueued(Port* port, ns3::Ptr<const ns3::Packet>) {
  port->waiting_since_ns.push_back(NowNs());
}

void GlobalPlane::Dequeued(Port* port, ns3::Ptr<const ns3::Packet>) {
  port->counters.queueing_ns += static_cast<double>(NowNs() - port->waiting_since_ns.front());
  port->waiting_since_ns.pop_front();
  ++port->dequeued;
}

std::string GlobalPlane::LinkChanged(uint32_t link, bool, double capacity_bps) {
  if (capacity_bps != links_[link].rate_bps()) {
    links_[link].SetRate(capacity_bps, NowNs());
    ports_[link].device->SetDataRate(ns3::DataRate(static_cast<uint64_t>(capacity_bps + 0.5)));
  }
  const bool up = links_[link].usable && links_[opposite_[link]].usable;
  bool changed = false;
  for (const uint32_t side : {link, opposite_[link]}) {
    Port& port = ports_[side];
    if (port.up == up) continue;
    const ns3::Ptr<ns3::Ipv4> ipv4 = port.device->GetNode()->GetObject<ns3::Ipv4>();
    if (up) {
      ipv4->SetUp(port.interface);
    } else {
      ipv4->SetDown(port.interface);
    }
    port.up = up;
    changed = true;
  }
  if (changed) UpdateRoutes();
  return "";
}

void GlobalPlane::ClearCounters() {
  for (Port& port : ports_) {
    port.counters = LinkCounters();
    port.carried_bytes = 0;
    port.dequeued = 0;
  }
  for (FifoLink& link : links_) link.ClearCounters(NowNs());
}

LinkResult GlobalPlane::Measure(uint32_t index) {
  const Port& port = ports_[index];
  const LinkCounters& counters = port.counters;
  LinkResult result;
  result.offered_bits = 8.0 * static_cast<double>(counters.arrived_bytes);
  result.carried_bits = 8.0 * static_cast<double>(port.carried_bytes);
  result.capacity_bits = links_[index].CapacityBits(NowNs());
  if (counters.arrived_packets > 0) {
    result.loss_ratio =
        static_cast<double>(counters.lost_packets) / static_cast<double>(counters.arrived_packets);
  }
  if (port.dequeued > 0) {
    result.queueing_delay_s = 1e-9 * counters.queueing_ns / static_cast<double>(port.dequeued);
  }
  return result;
}

}  // namespace rhumb_ns3
