// SPDX-License-Identifier: GPL-2.0-only
// The fast plane: UDP packets that are nothing but a size and a path. The IP plane builds on it.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_LABEL_PLANE_H_
#define RHUMB_SIMULATOR_NS3_WORKER_LABEL_PLANE_H_

#include <string>
#include <vector>

#include "data_plane.h"
#include "label_network.h"
#include "traffic.h"

namespace rhumb_ns3 {

class LabelPlane : public DataPlane, protected PacketObserver {
 public:
  LabelPlane(std::vector<FifoLink>* links, PathTable* paths, Traffic* traffic);

  void SendUdp(Demand* demand, PathId path, uint32_t flow, uint32_t wire_bytes) override;
  bool StartTcp(uint32_t flow) override;
  std::string LinkChanged(uint32_t link, bool up, double capacity_bps) override;
  void ClearCounters() override;
  LinkResult Measure(uint32_t link) override;
  uint64_t hop_packets() const override { return network_.hop_packets(); }

 protected:
  // Counts a packet and sends it.
  void Inject(TransitData data);
  void Delivered(const TransitData& packet, int64_t delay_ns) override;
  void Lost(const TransitData& packet) override;
  // Hands a delivered packet to its application.
  virtual void PassUp(const TransitData& packet);

  Traffic& traffic() { return traffic_; }

 private:
  std::vector<FifoLink>& links_;
  Traffic& traffic_;
  LabelNetwork network_;
};

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_LABEL_PLANE_H_
