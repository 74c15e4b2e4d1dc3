// SPDX-License-Identifier: GPL-2.0-only
#include "label_network.h"

#include <ns3/nstime.h>

#include <utility>

namespace rhumb_ns3 {

void Transit::Notify() { network_->Arrive(this); }

LabelNetwork::LabelNetwork(std::vector<FifoLink>* links, PathTable* paths, PacketObserver* observer)
    : links_(*links), paths_(*paths), observer_(*observer) {}

LabelNetwork::~LabelNetwork() {
  for (Transit* transit : all_) {
    transit->data.packet = nullptr;
    transit->Unref();
  }
}

void LabelNetwork::Send(TransitData data) {
  if (data.path == kNoPath) {
    observer_.Lost(data);
    return;
  }
  Transit* transit;
  if (free_.empty()) {
    transit = new Transit(this);  // its first reference is ours and lasts as long as the network
    all_.push_back(transit);
  } else {
    transit = free_.back();
    free_.pop_back();
  }
  transit->data = std::move(data);
  transit->sent_ns = ns3::Simulator::Now().GetTimeStep();
  transit->hop = 0;
  Forward(transit);
}

void LabelNetwork::Forward(Transit* transit) {
  FifoLink& link = links_[paths_.link(transit->data.path, transit->hop)];
  const int64_t now_ns = ns3::Simulator::Now().GetTimeStep();
  const std::optional<int64_t> arrival_ns = link.Accept(now_ns, transit->data.bytes);
  if (!arrival_ns) {
    Lose(transit);
    return;
  }
  ++hop_packets_;
  transit->epoch = link.epoch();
  ns3::Simulator::Schedule(ns3::TimeStep(*arrival_ns - now_ns), ns3::Ptr<ns3::EventImpl>(transit));
}

void LabelNetwork::Arrive(Transit* transit) {
  const PathId path = transit->data.path;
  FifoLink& link = links_[paths_.link(path, transit->hop)];
  if (link.epoch() != transit->epoch) {
    link.CountLostOnTheWay();
    Lose(transit);
    return;
  }
  if (++transit->hop < paths_.length(path)) {
    Forward(transit);
    return;
  }
  const int64_t delay_ns = ns3::Simulator::Now().GetTimeStep() - transit->sent_ns;
  const TransitData data = std::move(transit->data);
  Free(transit);
  observer_.Delivered(data, delay_ns);
}

void LabelNetwork::Lose(Transit* transit) {
  const TransitData data = std::move(transit->data);
  Free(transit);
  observer_.Lost(data);
}

void LabelNetwork::Free(Transit* transit) {
  transit->data.packet = nullptr;
  free_.push_back(transit);
}

}  // namespace rhumb_ns3
