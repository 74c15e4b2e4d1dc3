// Demands over a few consecutive intervals, to train on: what was measured before, and what came
// next.
//
// The mean of every demand comes from a spatial model. Around it demands move as recorded ones do:
// slowly wandering and white parts whose size differs from demand to demand and is larger for small
// demands, a common swing of the whole network, and rare bursts that last a few intervals.
#ifndef RHUMB_AGENTS_TRAINING_TRAFFIC_PROCESS_H_
#define RHUMB_AGENTS_TRAINING_TRAFFIC_PROCESS_H_

#include <vector>

#include "agents/training/random.h"
#include "topologies/path_set.h"
#include "topologies/topology.h"

namespace rhumb::training {

struct TrafficDraw {
  double constant_share = 0.5;   // of samples: the next matrix is the latest one, and all before
  double generator_share = 0.2;  // of samples come from topologies/generators with random settings
};

struct DemandSample {
  std::vector<float> history;  // [pairs * kHistory], latest first, in units of the mean rate
  std::vector<float> next;     // [pairs]
};

DemandSample DrawDemands(const Topology& topology, const std::vector<NodePair>& pairs,
                         const TrafficDraw& draw, Random& random);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_TRAFFIC_PROCESS_H_
