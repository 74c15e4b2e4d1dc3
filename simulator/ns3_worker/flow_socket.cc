// SPDX-License-Identifier: GPL-2.0-only
#include "flow_socket.h"

#include <ns3/rtt-estimator.h>
#include <ns3/tcp-cubic.h>
#include <ns3/tcp-l4-protocol.h>
#include <ns3/tcp-prr-recovery.h>
#include <ns3/tcp-tx-buffer.h>

#include <utility>

namespace rhumb_ns3 {

ns3::TypeId FlowSocket::GetTypeId() {
  static ns3::TypeId id = ns3::TypeId("rhumb::FlowSocket").SetParent<ns3::TcpSocketBase>();
  return id;
}

ns3::Ptr<FlowSocket> FlowSocket::CreatePattern() {
  const ns3::Ptr<FlowSocket> socket = ns3::CreateObject<FlowSocket>();
  socket->SetRtt(ns3::CreateObject<ns3::RttMeanDeviation>());
  socket->SetCongestionControlAlgorithm(ns3::CreateObject<ns3::TcpCubic>());
  socket->SetRecoveryAlgorithm(ns3::CreateObject<ns3::TcpPrrRecovery>());
  return socket;
}

ns3::Ptr<FlowSocket> FlowSocket::CopyFor(const ns3::Ptr<ns3::Node>& node,
                                         const ns3::Ptr<ns3::TcpL4Protocol>& tcp) const {
  const ns3::Ptr<FlowSocket> socket = ns3::CopyObject<FlowSocket>(this);
  socket->SetNode(node);
  socket->SetTcp(tcp);
  tcp->AddSocket(socket);
  return socket;
}

bool FlowSocket::Deliver(const ns3::Ptr<ns3::Packet>& packet, const ns3::Ipv4Header& header,
                         uint16_t peer_port, const ns3::Ptr<ns3::Ipv4Interface>& interface) {
  if (m_endPoint == nullptr || m_state == LISTEN) return false;
  const ns3::Ptr<FlowSocket> alive(this);
  ForwardUp(packet, header, peer_port, interface);
  return true;
}

ns3::Ptr<FlowSocket> FlowSocket::Open(const ns3::Ptr<ns3::Packet>& packet,
                                      const ns3::Ipv4Header& header, uint16_t peer_port,
                                      const ns3::Ptr<ns3::Ipv4Interface>& interface) {
  ForwardUp(packet, header, peer_port, interface);
  return std::exchange(opened_, nullptr);
}

ns3::Ptr<ns3::TcpSocketBase> FlowSocket::Fork() {
  opened_ = nullptr;  // not to be copied
  opened_ = ns3::CopyObject<FlowSocket>(this);
  return opened_;
}

uint32_t FlowSocket::SendDataPacket(ns3::SequenceNumber32 sequence, uint32_t most_bytes,
                                    bool with_ack) {
  if (most_bytes == 0 || m_txBuffer->SizeFromSequence(sequence) == 0) {
    blocked_ = true;
    return 0;
  }
  return ns3::TcpSocketBase::SendDataPacket(sequence, most_bytes, with_ack);
}

uint32_t FlowSocket::AvailableWindow() const {
  return std::exchange(blocked_, false) ? 0 : ns3::TcpSocketBase::AvailableWindow();
}

}  // namespace rhumb_ns3
