// SPDX-License-Identifier: GPL-2.0-only
// How packets get from one node to another. One implementation a mode of the worker.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_DATA_PLANE_H_
#define RHUMB_SIMULATOR_NS3_WORKER_DATA_PLANE_H_

#include <cstdint>
#include <string>

#include "demand.h"

namespace rhumb_ns3 {

// Of one link, since the counters were cleared.
struct LinkResult {
  double offered_bits = 0;
  double carried_bits = 0;
  double capacity_bits = 0;
  double loss_ratio = 0;
  double queueing_delay_s = 0;
};

class DataPlane {
 public:
  virtual ~DataPlane() = default;

  // One UDP packet of a stream or a finite flow; `wire_bytes` with all headers. Without a path it
  // is lost.
  virtual void SendUdp(Demand* demand, PathId path, uint32_t flow, uint32_t wire_bytes) = 0;

  // Opens a connection for a flow and sends all its bytes. False when this plane has no TCP.
  virtual bool StartTcp(uint32_t flow) = 0;

  // Applies link states; the usable flags and capacities are already in the links. Empty, or why it
  // cannot be done.
  virtual std::string LinkChanged(uint32_t link, bool up, double capacity_bps) = 0;

  virtual void ClearCounters() = 0;
  virtual LinkResult Measure(uint32_t link) = 0;
  // Packets put on a wire since the plane was built.
  virtual uint64_t hop_packets() const = 0;
};

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_DATA_PLANE_H_
