// SPDX-License-Identifier: GPL-2.0-only
#include "connection_stacks.h"

#include <ns3/object.h>
#include <ns3/simulator.h>

#include <utility>

namespace rhumb_ns3 {

ConnectionStacks::ConnectionStacks(std::vector<ns3::Ptr<ns3::Node>> nodes)
    : nodes_(std::move(nodes)), free_(nodes_.size()) {
  // With the nodes and theirs: a stack and its sockets hold each other.
  ns3::Simulator::ScheduleDestroy(&ConnectionStacks::Dispose, this);
}

ns3::Ptr<ns3::TcpL4Protocol> ConnectionStacks::Take(uint32_t node) {
  if (!free_[node].empty()) {
    ns3::Ptr<ns3::TcpL4Protocol> stack = std::move(free_[node].back());
    free_[node].pop_back();
    return stack;
  }
  ns3::Ptr<ns3::TcpL4Protocol> stack = ns3::CreateObject<ns3::TcpL4Protocol>();
  stack->SetNode(nodes_[node]);
  stack->SetDownTarget(nodes_[node]->GetObject<ns3::TcpL4Protocol>()->GetDownTarget());
  all_.push_back(stack);
  return stack;
}

void ConnectionStacks::GiveBack(uint32_t node, const ns3::Ptr<ns3::TcpL4Protocol>& stack) {
  free_[node].push_back(stack);
}

void ConnectionStacks::Dispose() {
  for (const ns3::Ptr<ns3::TcpL4Protocol>& stack : all_) stack->Dispose();
}

}  // namespace rhumb_ns3
