#include "simulator/fluid/train_network.h"

#include <limits>

namespace rhumb::fluid {

void TrainNetwork::Clear() {
  links_.clear();
  trains_.clear();
  free_.clear();
  hop_packets_ = 0;
}

uint32_t TrainNetwork::Add(const Train& train) {
  if (free_.empty()) {
    trains_.push_back(train);
    return static_cast<uint32_t>(trains_.size() - 1);
  }
  const uint32_t index = free_.back();
  free_.pop_back();
  trains_[index] = train;
  return index;
}

void TrainNetwork::Free(uint32_t index) {
  free_.push_back(index);
  end_->Freed(trains_[index]);
}

void TrainNetwork::Drop(uint32_t index, uint32_t segments) {
  end_->Dropped(trains_[index], segments);
  if (trains_[index].segments == 0) Free(index);
}

void TrainNetwork::Enter(uint32_t index, double now_s) {
  Train& train = trains_[index];
  if (train.path == kNone) {
    const uint32_t segments = train.segments;
    train.segments = 0;
    train.tail_bytes = 0;
    Drop(index, segments);
    return;
  }
  Forward(index, now_s);
}

void TrainNetwork::Forward(uint32_t index, double now_s) {
  Train& train = trains_[index];
  const uint32_t before = train.segments;
  const double arrival_s = links_[paths_.link(train.path, train.hop)].Accept(now_s, &train);
  hop_packets_ += train.segments;
  if (train.segments > 0) events_.Push(arrival_s, kTrainHop, index);
  if (train.segments < before) Drop(index, before - train.segments);
}

void TrainNetwork::Hop(uint32_t index, double now_s) {
  Train& train = trains_[index];
  FluidLink& link = links_[paths_.link(train.path, train.hop)];
  if (link.epoch() != train.link_epoch) {
    // The link went down while it was on the way.
    const uint32_t segments = train.segments;
    link.CountLostOnTheWay(segments);
    train.segments = 0;
    train.tail_bytes = 0;
    Drop(index, segments);
    return;
  }
  if (++train.hop < paths_.length(train.path)) {
    Forward(index, now_s);
  } else {
    end_->Delivered(index, now_s);
  }
}

double TrainNetwork::SendSmall(uint32_t path, double packets, double bytes, double now_s) {
  if (path == kNone) return std::numeric_limits<double>::infinity();
  double arrival_s = now_s;
  bool lost = false;
  for (const uint32_t* link = paths_.begin(path); link != paths_.end(path) && !lost; ++link) {
    arrival_s += links_[*link].AcceptSmall(now_s, packets, bytes, &lost) - now_s;
    if (!lost) hop_packets_ += packets;
  }
  return lost ? std::numeric_limits<double>::infinity() : arrival_s;
}

}  // namespace rhumb::fluid
