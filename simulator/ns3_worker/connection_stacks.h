// SPDX-License-Identifier: GPL-2.0-only
// A TCP layer for each connection alone. ns-3's layer searches all sockets of a node, one by one,
// when a connection is opened or closed and for every packet that it hands up; with thousands of
// short flows a node that is half of all time.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_CONNECTION_STACKS_H_
#define RHUMB_SIMULATOR_NS3_WORKER_CONNECTION_STACKS_H_

#include <ns3/node.h>
#include <ns3/ptr.h>
#include <ns3/tcp-l4-protocol.h>

#include <cstdint>
#include <vector>

namespace rhumb_ns3 {

// Their sockets send through the node as any other does; what arrives has to be delivered to them.
class ConnectionStacks {
 public:
  explicit ConnectionStacks(std::vector<ns3::Ptr<ns3::Node>> nodes);
  ConnectionStacks(const ConnectionStacks&) = delete;
  ConnectionStacks& operator=(const ConnectionStacks&) = delete;

  // One without sockets.
  ns3::Ptr<ns3::TcpL4Protocol> Take(uint32_t node);
  // To be called when no socket uses it any more.
  void GiveBack(uint32_t node, const ns3::Ptr<ns3::TcpL4Protocol>& stack);

 private:
  void Dispose();

  const std::vector<ns3::Ptr<ns3::Node>> nodes_;
  std::vector<ns3::Ptr<ns3::TcpL4Protocol>> all_;
  std::vector<std::vector<ns3::Ptr<ns3::TcpL4Protocol>>> free_;  // [nodes]
};

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_CONNECTION_STACKS_H_
