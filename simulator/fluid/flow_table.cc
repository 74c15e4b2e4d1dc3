#include "simulator/fluid/flow_table.h"

#include <algorithm>

namespace rhumb::fluid {

FlowTable::FlowTable(DemandTable* demands, TrainNetwork* network)
    : demands_(*demands), network_(*network) {}

void FlowTable::Clear() {
  flows_.clear();
  free_.clear();
  sending_.clear();
  measured_.clear();
  marks_.Clear();
  num_pending_ = 0;
  in_window_ = false;
}

void FlowTable::BeginWindow() {
  for (const uint32_t index : measured_) {
    flows_[index].counted = false;
    Release(index);
  }
  measured_.clear();
  num_pending_ = 0;
  in_window_ = true;
}

uint32_t FlowTable::Add() {
  uint32_t index;
  if (free_.empty()) {
    index = static_cast<uint32_t>(flows_.size());
    flows_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
    flows_[index] = Flow();
  }
  flows_[index].place = static_cast<uint32_t>(sending_.size());
  sending_.push_back(index);
  if (in_window_) {
    flows_[index].counted = true;
    measured_.push_back(index);
    ++num_pending_;
  }
  return index;
}

void FlowTable::PutOnPath(Flow* flow) {
  flow->path = demands_.Pick(demands_[flow->demand], flow->hash);
  if (flow->tcp) flow->return_path = PickReturn(*flow);
}

// Acknowledgements are traffic of the opposite pair. Where the plan does not route it, they take
// the links beside those of the flow's path.
uint32_t FlowTable::PickReturn(const Flow& flow) {
  const Demand& demand = demands_[flow.demand];
  const uint32_t opposite = demands_.Find(demand.destination, demand.source);
  if (opposite != kNone && !demands_[opposite].paths.empty()) {
    return demands_.Pick(demands_[opposite], flow.hash);
  }
  if (flow.path == kNone) return kNone;
  const std::vector<FluidLink>& links = network_.links();
  PathTable& paths = demands_.paths();
  way_back_.clear();
  for (const uint32_t* link = paths.end(flow.path); link-- != paths.begin(flow.path);) {
    const auto found = std::find_if(links.begin(), links.end(), [&](const FluidLink& other) {
      return other.source == links[*link].destination && other.destination == links[*link].source &&
             other.usable;
    });
    if (found == links.end()) return kNone;
    way_back_.push_back(static_cast<uint32_t>(found - links.begin()));
  }
  return paths.Intern(way_back_.begin(), way_back_.end());
}

uint64_t FlowTable::Reroute() {
  uint64_t moved = 0;
  for (const uint32_t index : sending_) {
    Flow& flow = flows_[index];
    const std::vector<uint32_t>& paths = demands_[flow.demand].paths;
    if (std::find(paths.begin(), paths.end(), flow.path) == paths.end()) {
      const uint32_t before = flow.path;
      PutOnPath(&flow);
      moved += flow.path != before && flow.path != kNone && before != kNone;
    } else if (flow.tcp && (flow.return_path == kNone ||
                            !demands_.Usable(flow.return_path, network_.links()))) {
      flow.return_path = PickReturn(flow);
    }
  }
  return moved;
}

void FlowTable::Finish(uint32_t index, bool complete, double end_s) {
  Flow& flow = flows_[index];
  if (!flow.running) return;
  flow.running = false;
  flow.complete = complete;
  flow.failed = !complete;
  flow.end_s = end_s;
  if (flow.counted) --num_pending_;
}

void FlowTable::StopSending(Flow* flow) {
  if (!flow->sending) return;
  flow->sending = false;
  const uint32_t last = sending_.back();
  sending_[flow->place] = last;
  flows_[last].place = flow->place;
  sending_.pop_back();
  if (flow->marks != kNone) marks_.GiveBack(flow->marks, flow->segments);
  flow->marks = kNone;
}

void FlowTable::Release(uint32_t index) {
  const Flow& flow = flows_[index];
  if (flow.sending || flow.counted || flow.references > 0) return;
  free_.push_back(index);
}

}  // namespace rhumb::fluid
