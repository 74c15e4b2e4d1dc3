// SPDX-License-Identifier: GPL-2.0-only
// Which path a packet or flow takes: the plan in force, the part of it that links allow, and the
// hash that puts flows on paths. Packets of one flow are never spread.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_PATH_CHOICE_H_
#define RHUMB_SIMULATOR_NS3_WORKER_PATH_CHOICE_H_

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "demand_table.h"
#include "link.h"
#include "paths.h"
#include "window_counts.h"
#include "worker.pb.h"

namespace rhumb_ns3 {

class PathChoice {
 public:
  // `counts` hears of a demand before its paths change, and of flows that change theirs.
  PathChoice(const rhumb::worker::Reset& reset, const std::vector<FifoLink>* links,
             PathTable* paths, DemandTable* demands, std::deque<Flow>* flows, WindowCounts* counts);
  PathChoice(const PathChoice&) = delete;
  PathChoice& operator=(const PathChoice&) = delete;

  // What is wrong with the message, or nothing; then nothing has changed. Moves running flows off
  // paths that their demand no longer uses.
  std::string SetPlan(const rhumb::worker::Plan& plan);
  // To be called when usable flags of links have changed.
  void LinksChanged();
  // The pairs of the plan in force, in its order.
  const std::vector<Demand*>& plan_demands() const { return plan_demands_; }

  // Puts a flow that has just arrived on its paths and keeps it on usable ones from here on.
  // kNoPath where there is none.
  void Place(uint32_t flow);
  // For the packet of a stream that has just arrived; kNoPath where there is none.
  PathId NextStreamPath(Demand* demand);

 private:
  void UpdatePaths(Demand* demand);
  bool Usable(PathId path) const;
  PathId Pick(const Demand& demand, double hash) const;
  PathId PickReturn(const Flow& flow) const;
  void PutOnPath(Flow* flow);
  void RerouteFlows();

  const bool poisson_;
  const uint32_t num_nodes_;
  const std::vector<FifoLink>& links_;
  PathTable& paths_;
  DemandTable& demands_;
  std::deque<Flow>& flows_;
  WindowCounts& counts_;
  rhumb::worker::PathSet path_set_;  // that was sent last
  std::vector<PathId> path_ids_;     // [paths of path_set_]
  std::vector<Demand*> plan_demands_;
  std::vector<uint32_t> running_;  // flows
};

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_PATH_CHOICE_H_
