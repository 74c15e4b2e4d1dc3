// SPDX-License-Identifier: GPL-2.0-only
#include "tcp_flows.h"

#include <ns3/boolean.h>
#include <ns3/config.h>
#include <ns3/double.h>
#include <ns3/inet-socket-address.h>
#include <ns3/nstime.h>
#include <ns3/packet.h>
#include <ns3/simulator.h>
#include <ns3/tcp-l4-protocol.h>
#include <ns3/uinteger.h>

#include <algorithm>
#include <utility>

#include "flow_socket.h"

namespace rhumb_ns3 {
namespace {

constexpr uint32_t kFirstPort = 1024;
constexpr uint32_t kPorts = 65536 - kFirstPort;
constexpr uint32_t kReadBytes = 1448;
constexpr double kPortReleaseS = 1;
constexpr uint64_t kLeastFeedBytes = 64 * 1024;  // socket buffers are never smaller than twice this

}  // namespace

void SetTcpDefaults(uint32_t segment_bytes, uint64_t socket_buffer_bytes, bool sack) {
  using ns3::Config::SetDefault;
  SetDefault("ns3::TcpSocket::SegmentSize", ns3::UintegerValue(segment_bytes));
  SetDefault("ns3::TcpSocket::InitialCwnd", ns3::UintegerValue(10));
  SetDefault("ns3::TcpSocket::SndBufSize", ns3::UintegerValue(socket_buffer_bytes));
  // What is in flight fits into the sender's buffer, so the receiver never holds it up.
  SetDefault("ns3::TcpSocket::RcvBufSize", ns3::UintegerValue(2 * socket_buffer_bytes));
  SetDefault("ns3::TcpSocket::ConnTimeout", ns3::TimeValue(ns3::Seconds(1)));
  SetDefault("ns3::TcpSocket::DelAckCount", ns3::UintegerValue(2));
  SetDefault("ns3::TcpSocket::DelAckTimeout", ns3::TimeValue(ns3::MilliSeconds(40)));
  SetDefault("ns3::TcpSocketBase::MinRto", ns3::TimeValue(ns3::MilliSeconds(200)));
  SetDefault("ns3::TcpSocketBase::ClockGranularity", ns3::TimeValue(ns3::MilliSeconds(1)));
  SetDefault("ns3::TcpSocketBase::MaxSegLifetime", ns3::DoubleValue(0.1));
  SetDefault("ns3::TcpSocketBase::Sack", ns3::BooleanValue(sack));
}

TcpFlows::TcpFlows(std::vector<ns3::Ptr<ns3::Node>> nodes, std::vector<ns3::Ipv4Address> addresses,
                   Traffic* traffic, Delivery delivery)
    : nodes_(std::move(nodes)),
      addresses_(std::move(addresses)),
      traffic_(*traffic),
      pattern_(FlowSocket::CreatePattern()),
      ports_(nodes_.size()) {
  if (delivery == Delivery::kDirect) stacks_ = std::make_unique<ConnectionStacks>(nodes_);
  for (uint32_t i = 0; i < addresses_.size(); ++i) node_of_address_[addresses_[i].Get()] = i;
  for (const ns3::Ptr<ns3::Node>& node : nodes_) {
    const ns3::Ptr<FlowSocket> listener =
        pattern_->CopyFor(node, node->GetObject<ns3::TcpL4Protocol>());
    listener->Bind(ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), kServerPort));
    listener->Listen();
    listener->SetAcceptCallback(
        ns3::MakeNullCallback<bool, ns3::Ptr<ns3::Socket>, const ns3::Address&>(),
        ns3::MakeCallback(&TcpFlows::Accepted, this));
    listeners_.push_back(listener);
  }
}

TcpFlows::~TcpFlows() = default;

uint16_t TcpFlows::TakePort(uint32_t node, uint32_t flow) {
  Ports& ports = ports_[node];
  for (uint32_t tried = 0; tried < kPorts; ++tried) {
    const uint32_t port = ports.next;
    ports.next = (ports.next + 1) % kPorts;
    if (port >= ports.flow.size()) ports.flow.resize(port + 1, kNoFlow);
    if (ports.flow[port] == kNoFlow) {
      ports.flow[port] = flow;
      return static_cast<uint16_t>(port + kFirstPort);
    }
  }
  return 0;
}

uint32_t TcpFlows::Find(uint32_t client_node, uint16_t port) const {
  const std::vector<uint32_t>& flows = ports_[client_node].flow;
  const uint32_t index = port - kFirstPort;
  return port < kFirstPort || index >= flows.size() ? kNoFlow : flows[index];
}

bool TcpFlows::Deliver(uint32_t index, bool reverse, const ns3::Ptr<ns3::Packet>& packet,
                       const ns3::Ptr<ns3::Ipv4Interface>& interface) {
  Flow& flow = traffic_.flow(index);
  const ns3::Ptr<FlowSocket> socket = reverse ? flow.client : flow.server;
  if (reverse && socket == nullptr) return false;
  ns3::Ipv4Header header;
  packet->RemoveHeader(header);
  if (socket == nullptr) {
    const uint32_t node = flow.demand->destination;
    flow.server = listeners_[node]->Open(packet, header, flow.port, interface);
    if (flow.server != nullptr) flow.server->SetTcp(stacks_->Take(node));
    return true;
  }
  const bool taken = socket->Deliver(packet, header, reverse ? kServerPort : flow.port, interface);
  if (!taken) packet->AddHeader(header);
  if (!reverse && socket->over()) {
    stacks_->GiveBack(flow.demand->destination, socket->tcp());
    flow.server = nullptr;
  }
  return taken || !reverse;  // a server that is over has no use for it
}

void TcpFlows::Start(uint32_t index) {
  Flow& flow = traffic_.flow(index);
  const uint32_t source = flow.demand->source;
  flow.port = TakePort(source, index);
  if (flow.port == 0) {
    traffic_.FlowFailed(index);
    return;
  }
  const ns3::Ptr<FlowSocket> socket = pattern_->CopyFor(
      nodes_[source],
      stacks_ != nullptr ? stacks_->Take(source) : nodes_[source]->GetObject<ns3::TcpL4Protocol>());
  flow.client = socket;
  socket->Bind(ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), flow.port));
  socket->SetConnectCallback(ns3::MakeCallback(&TcpFlows::Connected, this, index),
                             ns3::MakeCallback(&TcpFlows::Refused, this, index));
  socket->SetCloseCallbacks(ns3::MakeCallback(&TcpFlows::Closed, this, index),
                            ns3::MakeCallback(&TcpFlows::Closed, this, index));
  if (socket->Connect(ns3::InetSocketAddress(addresses_[flow.demand->destination], kServerPort)) !=
      0) {
    Refused(index, socket);
  }
}

void TcpFlows::Connected(uint32_t index, ns3::Ptr<ns3::Socket> socket) {
  Feed(index, socket, socket->GetTxAvailable());
  if (traffic_.flow(index).sent < traffic_.flow(index).bytes) {
    socket->SetSendCallback(ns3::MakeCallback(&TcpFlows::Feed, this, index));
  }
}

// One large packet a call: ns-3 is slow with many small pieces in its send buffer.
void TcpFlows::Feed(uint32_t index, ns3::Ptr<ns3::Socket> socket, uint32_t) {
  Flow& flow = traffic_.flow(index);
  const uint64_t left = flow.bytes - flow.sent;
  const uint32_t available = socket->GetTxAvailable();
  if (left == 0 || available < std::min<uint64_t>(left, kLeastFeedBytes)) return;
  const uint32_t bytes = static_cast<uint32_t>(std::min<uint64_t>(left, available));
  const int sent = socket->Send(ns3::Create<ns3::Packet>(bytes));
  if (sent > 0) flow.sent += static_cast<uint64_t>(sent);
  if (flow.sent >= flow.bytes) {
    socket->SetSendCallback(ns3::MakeNullCallback<void, ns3::Ptr<ns3::Socket>, uint32_t>());
    socket->Close();
  }
}

void TcpFlows::Refused(uint32_t index, ns3::Ptr<ns3::Socket> socket) {
  traffic_.FlowFailed(index);
  Closed(index, socket);
}

void TcpFlows::Closed(uint32_t index, ns3::Ptr<ns3::Socket>) {
  Flow& flow = traffic_.flow(index);
  if (flow.closed) return;
  flow.closed = true;
  traffic_.FlowFailed(index);  // unless all bytes arrived before
  // The last acknowledgement is still to be sent from this port, perhaps more than once.
  ns3::Simulator::Schedule(ns3::Seconds(kPortReleaseS), &TcpFlows::ReleasePort, this, index);
}

void TcpFlows::ReleasePort(uint32_t index) {
  Flow& flow = traffic_.flow(index);
  const uint32_t node = flow.demand->source;
  ports_[node].flow[flow.port - kFirstPort] = kNoFlow;
  if (stacks_ != nullptr && flow.client->over()) stacks_->GiveBack(node, flow.client->tcp());
  flow.client = nullptr;
}

void TcpFlows::Accepted(ns3::Ptr<ns3::Socket> socket, const ns3::Address& from) {
  const ns3::InetSocketAddress client = ns3::InetSocketAddress::ConvertFrom(from);
  const auto node = node_of_address_.find(client.GetIpv4().Get());
  const uint32_t flow =
      node != node_of_address_.end() ? Find(node->second, client.GetPort()) : kNoFlow;
  if (flow == kNoFlow) {
    socket->Close();
    return;
  }
  socket->SetRecvCallback(ns3::MakeCallback(&TcpFlows::Received, this, flow));
  socket->SetCloseCallbacks(ns3::MakeCallback(&TcpFlows::PeerClosed, this),
                            ns3::MakeNullCallback<void, ns3::Ptr<ns3::Socket>>());
}

void TcpFlows::PeerClosed(ns3::Ptr<ns3::Socket> socket) { socket->Close(); }

void TcpFlows::Received(uint32_t flow, ns3::Ptr<ns3::Socket> socket) {
  // Piece by piece: ns-3 copies real bytes when it joins segments, a quarter of all time after
  // losses.
  while (const ns3::Ptr<ns3::Packet> packet = socket->Recv(kReadBytes, 0)) {
    if (packet->GetSize() == 0) break;
    traffic_.TcpReceived(flow, packet->GetSize());
  }
}

}  // namespace rhumb_ns3
