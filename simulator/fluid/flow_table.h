// The flows of an episode: which are sending, which are measured, and the path each of them takes.
#ifndef RHUMB_SIMULATOR_FLUID_FLOW_TABLE_H_
#define RHUMB_SIMULATOR_FLUID_FLOW_TABLE_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "simulator/fluid/demand_table.h"
#include "simulator/fluid/flow.h"
#include "simulator/fluid/segment_marks.h"
#include "simulator/fluid/train_network.h"

namespace rhumb::fluid {

// A flow keeps its number until nothing knows it any more: trains and events that do count as
// `references`, and a measured flow stays until the next window. Numbers and memory are used again.
class FlowTable {
 public:
  FlowTable(DemandTable* demands, TrainNetwork* network);

  void Clear();
  // Flows that are added from now on are measured, those of the window before no longer.
  void BeginWindow();
  void EndWindow() { in_window_ = false; }

  // A flow that is running and sending, without a path yet. Until the next Add, `operator[]` stays
  // where it is.
  uint32_t Add();
  Flow& operator[](uint32_t index) { return flows_[index]; }

  // Picks the path of its demand that its hash falls on, and the way back.
  void PutOnPath(Flow* flow);
  // After a change of the plan or of usable links. A flow stays where it is unless its path is no
  // longer among those its demand uses. Returns how many moved.
  uint64_t Reroute();

  // Notes how and when the transfer ended, the first time.
  void Finish(uint32_t index, bool complete, double end_s);
  // The flow will send nothing more; what is on its way still arrives.
  void StopSending(Flow* flow);
  // Frees the number, unless something still knows it.
  void Release(uint32_t index);

  void TakeMarks(Flow* flow) { flow->marks = marks_.Take(flow->segments); }
  // A byte a segment, until the next TakeMarks.
  uint8_t* marks(const Flow& flow) { return marks_[flow.marks]; }

  const std::vector<Flow>& all() const { return flows_; }
  absl::Span<const uint32_t> measured() const { return measured_; }
  // Measured flows that are still running.
  uint64_t num_pending() const { return num_pending_; }

 private:
  uint32_t PickReturn(const Flow& flow);

  DemandTable& demands_;
  TrainNetwork& network_;
  std::vector<Flow> flows_;
  std::vector<uint32_t> free_;
  std::vector<uint32_t> sending_;
  std::vector<uint32_t> measured_;
  std::vector<uint32_t> way_back_;  // scratch
  SegmentMarks marks_;
  uint64_t num_pending_ = 0;
  bool in_window_ = false;
};

}  // namespace rhumb::fluid

#endif  // RHUMB_SIMULATOR_FLUID_FLOW_TABLE_H_
