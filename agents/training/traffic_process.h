// Demands over a few consecutive intervals, to train on: what was measured before, and what came
// next.
//
// The mean of every demand comes from a spatial model. Around it demands move as recorded ones do:
// a slowly and a fast wandering part and a white one, whose size differs from demand to demand and
// is larger for small demands, a common swing of the whole network, and rare bursts that last a few
// intervals.
#ifndef RHUMB_AGENTS_TRAINING_TRAFFIC_PROCESS_H_
#define RHUMB_AGENTS_TRAINING_TRAFFIC_PROCESS_H_

#include <vector>

#include "agents/neural/network_shape.h"
#include "agents/training/random.h"
#include "topologies/path_set.h"
#include "topologies/topology.h"

namespace rhumb::training {

struct TrafficDraw {
  double constant_share = 0.35;   // of samples: the next matrix is the latest one, and all before
  double generator_share = 0.15;  // of samples come from topologies/generators with random settings
  // Past matrices that are known, at most; the oldest stands in for those before it.
  int history = neural::kHistory;
};

struct DemandSample {
  std::vector<float> history;  // [pairs * kHistory], latest first, in units of the mean rate
  std::vector<float> next;     // [pairs]
};

DemandSample DrawDemands(const Topology& topology, const std::vector<NodePair>& pairs,
                         const TrafficDraw& draw, Random& random);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_TRAFFIC_PROCESS_H_
