// SPDX-License-Identifier: GPL-2.0-only
#include "ip_plane.h"

#include <ns3/channel.h>
#include <ns3/inet-socket-address.h>
#include <ns3/internet-stack-helper.h>
#include <ns3/ipv4-interface-address.h>
#include <ns3/ipv4-route.h>
#include <ns3/ipv4-routing-helper.h>
#include <ns3/ipv4-routing-protocol.h>
#include <ns3/mac48-address.h>
#include <ns3/net-device.h>
#include <ns3/tcp-l4-protocol.h>
#include <ns3/udp-l4-protocol.h>
#include <ns3/udp-socket-factory.h>

#include <utility>

#include "packet_sizes.h"

namespace rhumb_ns3 {
namespace {

constexpr uint32_t kBaseAddress = 0x0a000001;  // 10.0.0.1 is node 0
constexpr uint16_t kIpv4 = 0x0800;

}  // namespace

// What the IPv4 stack of a node sees of the core: one point-to-point device.
class CoreDevice : public ns3::NetDevice {
 public:
  static ns3::TypeId GetTypeId() {
    static ns3::TypeId id = ns3::TypeId("rhumb::CoreDevice").SetParent<ns3::NetDevice>();
    return id;
  }
  void SetPlane(IpPlane* plane) { plane_ = plane; }

  bool Send(ns3::Ptr<ns3::Packet> packet, const ns3::Address&, uint16_t) override {
    plane_->SendLabelled(packet);
    return true;
  }
  bool SendFrom(ns3::Ptr<ns3::Packet>, const ns3::Address&, const ns3::Address&,
                uint16_t) override {
    return false;
  }
  void SetIfIndex(const uint32_t index) override { index_ = index; }
  uint32_t GetIfIndex() const override { return index_; }
  ns3::Ptr<ns3::Channel> GetChannel() const override { return nullptr; }
  void SetAddress(ns3::Address) override {}
  ns3::Address GetAddress() const override { return address_; }
  bool SetMtu(const uint16_t) override { return false; }
  uint16_t GetMtu() const override { return 65535; }  // never fragments; senders choose their sizes
  bool IsLinkUp() const override { return true; }
  void AddLinkChangeCallback(ns3::Callback<void>) override {}
  bool IsBroadcast() const override { return false; }
  ns3::Address GetBroadcast() const override { return address_; }
  bool IsMulticast() const override { return false; }
  ns3::Address GetMulticast(ns3::Ipv4Address) const override { return address_; }
  ns3::Address GetMulticast(ns3::Ipv6Address) const override { return address_; }
  bool IsBridge() const override { return false; }
  bool IsPointToPoint() const override { return true; }
  ns3::Ptr<ns3::Node> GetNode() const override { return node_; }
  void SetNode(ns3::Ptr<ns3::Node> node) override { node_ = node; }
  bool NeedsArp() const override { return false; }
  void SetReceiveCallback(ReceiveCallback) override {}
  void SetPromiscReceiveCallback(PromiscReceiveCallback) override {}
  bool SupportsSendFrom() const override { return false; }

 protected:
  void DoDispose() override {
    node_ = nullptr;
    ns3::NetDevice::DoDispose();
  }

 private:
  IpPlane* plane_ = nullptr;
  uint32_t index_ = 0;
  const ns3::Address address_ = ns3::Mac48Address("00:00:00:00:00:01");
  ns3::Ptr<ns3::Node> node_;
};

namespace {

// Every destination is reached through the one device; which way is decided by label.
class IngressRouting : public ns3::Ipv4RoutingProtocol {
 public:
  static ns3::TypeId GetTypeId() {
    static ns3::TypeId id =
        ns3::TypeId("rhumb::IngressRouting").SetParent<ns3::Ipv4RoutingProtocol>();
    return id;
  }
  void Set(IpPlane* plane, uint32_t node, const ns3::Ptr<ns3::NetDevice>& device,
           ns3::Ipv4Address address) {
    plane_ = plane;
    node_ = node;
    route_ = ns3::Create<ns3::Ipv4Route>();
    route_->SetOutputDevice(device);
    route_->SetSource(address);
    route_->SetGateway(ns3::Ipv4Address::GetZero());
  }

  ns3::Ptr<ns3::Ipv4Route> RouteOutput(ns3::Ptr<ns3::Packet> packet, const ns3::Ipv4Header& header,
                                       ns3::Ptr<ns3::NetDevice>,
                                       ns3::Socket::SocketErrno& error) override {
    // Asked without a packet, by connect(), all that matters is the source address.
    if (packet != nullptr && packet->GetSize() > 0 && !plane_->Label(node_, packet, header)) {
      error = ns3::Socket::ERROR_NOROUTETOHOST;
      return nullptr;
    }
    error = ns3::Socket::ERROR_NOTERROR;
    return route_;
  }
  // Packets leave the core only at their destination.
  bool RouteInput(ns3::Ptr<const ns3::Packet> packet, const ns3::Ipv4Header& header,
                  ns3::Ptr<const ns3::NetDevice> device, UnicastForwardCallback,
                  MulticastForwardCallback, LocalDeliverCallback deliver, ErrorCallback) override {
    deliver(packet, header, static_cast<uint32_t>(ipv4_->GetInterfaceForDevice(device)));
    return true;
  }
  void NotifyInterfaceUp(uint32_t) override {}
  void NotifyInterfaceDown(uint32_t) override {}
  void NotifyAddAddress(uint32_t, ns3::Ipv4InterfaceAddress) override {}
  void NotifyRemoveAddress(uint32_t, ns3::Ipv4InterfaceAddress) override {}
  void SetIpv4(ns3::Ptr<ns3::Ipv4> ipv4) override { ipv4_ = ipv4; }
  void PrintRoutingTable(ns3::Ptr<ns3::OutputStreamWrapper>, ns3::Time::Unit) const override {}

 protected:
  void DoDispose() override {
    ipv4_ = nullptr;
    route_ = nullptr;
    ns3::Ipv4RoutingProtocol::DoDispose();
  }

 private:
  IpPlane* plane_ = nullptr;
  uint32_t node_ = 0;
  ns3::Ptr<ns3::Ipv4> ipv4_;
  ns3::Ptr<ns3::Ipv4Route> route_;
};

class IngressRoutingHelper : public ns3::Ipv4RoutingHelper {
 public:
  IngressRoutingHelper* Copy() const override { return new IngressRoutingHelper; }
  ns3::Ptr<ns3::Ipv4RoutingProtocol> Create(ns3::Ptr<ns3::Node>) const override {
    return ns3::CreateObject<IngressRouting>();
  }
};

}  // namespace

IpPlane::IpPlane(const rhumb::worker::Reset& reset, std::vector<FifoLink>* links, PathTable* paths,
                 Traffic* traffic, uint64_t socket_buffer_bytes)
    : LabelPlane(links, paths, traffic), paths_(*paths), links_(*links), ends_(reset.num_nodes()) {
  SetTcpDefaults(reset.segment_bytes(), socket_buffer_bytes, reset.sack());
  ns3::InternetStackHelper stack;
  stack.SetRoutingHelper(IngressRoutingHelper());
  stack.SetIpv6StackInstall(false);
  std::vector<ns3::Ptr<ns3::Node>> nodes;
  std::vector<ns3::Ipv4Address> addresses;
  for (uint32_t i = 0; i < ends_.size(); ++i) {
    End& end = ends_[i];
    end.node = ns3::CreateObject<ns3::Node>();
    stack.Install(end.node);
    end.device = ns3::CreateObject<CoreDevice>();
    end.device->SetPlane(this);
    end.node->AddDevice(end.device);
    end.address = ns3::Ipv4Address(kBaseAddress + i);
    end.ipv4 = end.node->GetObject<ns3::Ipv4L3Protocol>();
    const uint32_t interface = end.ipv4->AddInterface(end.device);
    end.ipv4->AddAddress(interface, ns3::Ipv4InterfaceAddress(end.address, ns3::Ipv4Mask("/32")));
    end.ipv4->SetUp(interface);
    end.interface = end.ipv4->GetInterface(interface);
    ns3::DynamicCast<IngressRouting>(end.ipv4->GetRoutingProtocol())
        ->Set(this, i, end.device, end.address);
    end.udp = ns3::Socket::CreateSocket(end.node, ns3::UdpSocketFactory::GetTypeId());
    end.udp->Bind(ns3::InetSocketAddress(end.address, kServerPort));
    end.udp->SetRecvCallback(ns3::MakeCallback(&IpPlane::ReceiveUdp, this));
    nodes.push_back(end.node);
    addresses.push_back(end.address);
  }
  if (traffic->tcp_used()) {
    tcp_ = std::make_unique<TcpFlows>(nodes, addresses, traffic, TcpFlows::Delivery::kDirect);
  }
}

IpPlane::~IpPlane() = default;

void IpPlane::SendUdp(Demand* demand, PathId path, uint32_t flow, uint32_t wire_bytes) {
  labelled_ = TransitData();
  labelled_.demand = demand;
  labelled_.flow = flow;
  labelled_.path = path;
  const uint32_t payload = wire_bytes > kUdpHeaderBytes ? wire_bytes - kUdpHeaderBytes : 1;
  ends_[demand->source].udp->SendTo(
      ns3::Create<ns3::Packet>(payload), 0,
      ns3::InetSocketAddress(ends_[demand->destination].address, kServerPort));
}

bool IpPlane::StartTcp(uint32_t flow) {
  if (tcp_ == nullptr) return false;
  tcp_->Start(flow);
  return true;
}

bool IpPlane::Label(uint32_t node, const ns3::Ptr<ns3::Packet>& packet,
                    const ns3::Ipv4Header& header) {
  if (header.GetProtocol() != ns3::TcpL4Protocol::PROT_NUMBER) return true;  // see SendUdp
  uint8_t ports[4];
  if (tcp_ == nullptr || packet->CopyData(ports, 4) != 4) return false;
  const uint16_t source_port = static_cast<uint16_t>(ports[0] << 8 | ports[1]);
  const uint16_t destination_port = static_cast<uint16_t>(ports[2] << 8 | ports[3]);
  const bool reverse = source_port == kServerPort;
  const uint32_t client = reverse ? header.GetDestination().Get() - kBaseAddress : node;
  if (client >= ends_.size()) return false;
  const uint32_t index = tcp_->Find(client, reverse ? destination_port : source_port);
  if (index == kNoFlow) return false;
  const Flow& flow = traffic().flow(index);
  labelled_ = TransitData();
  labelled_.demand = flow.demand;
  labelled_.flow = index;
  labelled_.path = reverse ? flow.return_path : flow.path;
  labelled_.reverse = reverse;
  labelled_.tcp = true;
  return true;
}

void IpPlane::SendLabelled(const ns3::Ptr<ns3::Packet>& packet) {
  labelled_.packet = packet;
  labelled_.bytes = packet->GetSize();
  Inject(std::move(labelled_));
}

void IpPlane::PassUp(const TransitData& packet) {
  const End& end = ends_[packet.reverse ? packet.demand->source : packet.demand->destination];
  if (packet.tcp && tcp_->Deliver(packet.flow, packet.reverse, packet.packet, end.interface)) {
    return;
  }
  arriving_ = &packet;
  const ns3::Address address = end.device->GetAddress();
  end.ipv4->Receive(end.device, packet.packet, kIpv4, address, address,
                    ns3::NetDevice::PACKET_HOST);
  arriving_ = nullptr;
}

void IpPlane::ReceiveUdp(ns3::Ptr<ns3::Socket> socket) {
  const TransitData& packet = *arriving_;
  socket->Recv();
  traffic().UdpReceived(packet.demand, packet.flow, packet.bytes);
}

}  // namespace rhumb_ns3
