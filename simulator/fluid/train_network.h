// Moves trains along numbered paths over links, one event a hop.
#ifndef RHUMB_SIMULATOR_FLUID_TRAIN_NETWORK_H_
#define RHUMB_SIMULATOR_FLUID_TRAIN_NETWORK_H_

#include <cstdint>
#include <vector>

#include "simulator/fluid/event_wheel.h"
#include "simulator/fluid/fluid_link.h"
#include "simulator/fluid/path_table.h"
#include "simulator/fluid/train.h"

namespace rhumb::fluid {

// What the events of a network are about; the index is that of a train, a flow or a demand.
enum EventKind : uint32_t {
  kTrainHop,      // a train arrives at the end of its link
  kTrainEnters,   // a train leaves its source
  kAcksArrive,    // a train's acknowledgements reach its source
  kConnect,       // a flow hears from its destination, or tries again
  kTimer,         // a flow's retransmission timer
  kAcknowledge,   // the timer of a flow's delayed acknowledgement
  kDatagrams,     // a flow sends its next datagrams
  kDemandArrival  // a demand's next flow or packet
};

// Where trains end.
class TrainEnd {
 public:
  virtual ~TrainEnd() = default;
  // The train's middle has arrived. It is the receiver's now, who frees it.
  virtual void Delivered(uint32_t train, double now_s) = 0;
  // Segments of a train were lost; those that are left travel on. A train of which nothing is left
  // is freed afterwards.
  virtual void Dropped(const Train& train, uint32_t segments) = 0;
  virtual void Freed(const Train& train) = 0;
};

class TrainNetwork {
 public:
  TrainNetwork(EventWheel* events, const PathTable* paths) : events_(*events), paths_(*paths) {}

  void set_end(TrainEnd* end) { end_ = end; }
  // Forgets all trains and links.
  void Clear();

  std::vector<FluidLink>& links() { return links_; }
  const std::vector<FluidLink>& links() const { return links_; }

  uint32_t Add(const Train& train);
  Train& operator[](uint32_t train) { return trains_[train]; }
  void Free(uint32_t train);

  // Puts a train on the first link of its path; one without a path is lost at once.
  void Enter(uint32_t train, double now_s);
  // For the event of that name.
  void Hop(uint32_t train, double now_s);
  // Sends small packets, such as acknowledgements, over a path as its queues are now: they cost no
  // events. Returns when they arrive; infinite when they are lost.
  double SendSmall(uint32_t path, double packets, double bytes, double now_s);

  // Packets put on a wire since Clear.
  double hop_packets() const { return hop_packets_; }

 private:
  void Forward(uint32_t train, double now_s);
  void Drop(uint32_t train, uint32_t segments);

  EventWheel& events_;
  const PathTable& paths_;
  TrainEnd* end_ = nullptr;
  std::vector<FluidLink> links_;
  std::vector<Train> trains_;
  std::vector<uint32_t> free_;
  double hop_packets_ = 0;
};

}  // namespace rhumb::fluid

#endif  // RHUMB_SIMULATOR_FLUID_TRAIN_NETWORK_H_
