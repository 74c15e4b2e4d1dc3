// Cable failures drawn at random, for replays that ask how a policy copes.
#ifndef RHUMB_SIMULATOR_SCENARIO_RANDOM_FAILURES_H_
#define RHUMB_SIMULATOR_SCENARIO_RANDOM_FAILURES_H_

#include <vector>

#include "simulator/scenario/scenario_event.h"
#include "topologies/topology.h"

namespace rhumb {

struct CableFailure {
  std::vector<LinkId> links;  // both directions
  double begin = 0, end = 0;  // intervals
};

// Failures that begin in [event.begin, min(event.end, until)). The gaps between failures and the
// times to repair are exponential with the event's means; the cable is drawn uniformly among those
// without which its two ends still reach each other at that moment, so that a failure is a routing
// problem and not a partition. A cable is a link and the link that runs back (the k-th of several
// parallel ones with the k-th). The same on every platform.
std::vector<CableFailure> DrawFailures(const Topology& topology, const ScenarioEvent& event,
                                       double until);

}  // namespace rhumb

#endif  // RHUMB_SIMULATOR_SCENARIO_RANDOM_FAILURES_H_
