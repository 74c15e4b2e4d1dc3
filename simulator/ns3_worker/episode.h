// SPDX-License-Identifier: GPL-2.0-only
// One running network and the intervals played in it.
//
// ns-3 keeps its simulator, its nodes and its defaults in globals, so there is at most one Episode
// at a time; destroying it leaves ns-3 as it was at the start of the process.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_EPISODE_H_
#define RHUMB_SIMULATOR_NS3_WORKER_EPISODE_H_

#include <memory>
#include <string>
#include <vector>

#include "data_plane.h"
#include "link.h"
#include "paths.h"
#include "shortest_delays.h"
#include "traffic.h"
#include "worker.pb.h"

namespace rhumb_ns3 {

class Episode {
 public:
  // Null, with `fault` set, when the request makes no network.
  static std::unique_ptr<Episode> Create(const rhumb::worker::Reset& reset, std::string* fault);
  ~Episode();
  Episode(const Episode&) = delete;
  Episode& operator=(const Episode&) = delete;

  // Plays one interval. Empty, or what is wrong with the request. After a fault in a change inside
  // the interval the network has stopped half-way and must be reset.
  std::string Play(const rhumb::worker::Play& play, rhumb::worker::Result* result);

 private:
  Episode(const rhumb::worker::Reset& reset, std::string* fault);

  std::string SetLinks(const rhumb::worker::LinkStates& links);
  std::string CheckPlay(const rhumb::worker::Play& play) const;
  void Apply(const rhumb::worker::Change* change);
  void RunFor(double seconds);
  void FillLinks(double window_s, rhumb::worker::Result* result);

  std::vector<FifoLink> links_;
  PathTable paths_;
  ShortestDelays delays_;
  std::unique_ptr<Traffic> traffic_;
  std::unique_ptr<DataPlane> plane_;
  std::string fault_;  // of a change
};

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_EPISODE_H_
