// What packet-level training maximises: one number for the whole network and an interval.
//
// Rewards per demand were tried and made demands selfish; this one is shared by all.
#ifndef RHUMB_AGENTS_TRAINING_REWARD_H_
#define RHUMB_AGENTS_TRAINING_REWARD_H_

#include "simulator/measurements.h"

namespace rhumb::training {

// Parts of a reward, each larger when better. Against a reference r, shortest path on the same
// arrivals, so that topologies are comparable:
//   completion  log(r.mean FCT / mean FCT); unfinished flows count with their age
//   on_time     share of flows done within 3 s, minus r's
//   delay       log(r.mean delay / mean delay), of the traffic or of every packet alike
//   loss        r.loss ratio minus loss ratio
//   goodput     log(goodput / r.goodput)
//   moved       minus the share of the traffic that the decision moved to other paths; counted only
//               where it has a weight
// Without one, against the empty network: completion is -log(mean slowdown), on_time the share
// itself, delay -log(mean delay / propagation delay of the fastest paths), loss minus the ratio,
// goodput log(goodput / offered).
// Logarithms stay within [-3, 3]. Where the simulator plays no finite flows `completion` is `delay`
// and `on_time` is 0.
struct RewardTerms {
  double completion = 0;
  double on_time = 0;
  double delay = 0;
  double loss = 0;
  double goodput = 0;
  double moved = 0;

  RewardTerms& operator+=(const RewardTerms& other);
  RewardTerms& operator*=(double factor);
};

// Of the terms in the reward, at least 0.
struct RewardWeights {
  double completion = 1;
  double on_time = 1;
  double delay = 0;
  double loss = 1;
  double goodput = 0.5;
  double moved = 0;
};

double WeightedSum(const RewardTerms& terms, const RewardWeights& weights);

// Whose mean the delay is.
enum class DelayOf {
  kTraffic,  // Measurements::mean_delay_s
  kPackets   // Measurements::mean_packet_delay_s
};

RewardTerms TermsAgainst(const Measurements& measured, const Measurements& reference,
                         DelayOf delay_of = DelayOf::kTraffic);
// `propagation_s`: mean over the offered traffic of the propagation delay of its fastest path.
RewardTerms TermsAlone(const Measurements& measured, double propagation_s,
                       DelayOf delay_of = DelayOf::kTraffic);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_REWARD_H_
