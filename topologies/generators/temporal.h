// The temporal half of generated traffic: factors by which a demand moves around its mean. Each
// returns one value an interval, [count].
#ifndef RHUMB_TOPOLOGIES_GENERATORS_TEMPORAL_H_
#define RHUMB_TOPOLOGIES_GENERATORS_TEMPORAL_H_

#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "topologies/generators/random_stream.h"
#include "topologies/generators/traffic_generator.h"
#include "topologies/topology.h"

namespace rhumb {

// exp(x(t) - sigma^2 / 2) with x(t) = rho x(t-1) + sqrt(1 - rho^2) sigma N(t) and x(0) = sigma
// N(0): a stationary first-order autoregressive process, log-normal with mean 1.
std::vector<double> AutoregressiveNoise(RandomStream random, double sigma, double rho, int count);

// `factor` while a two-state Markov chain is on, else 1. It turns on with probability `rate` an
// interval and off with probability 1 / mean_length, and starts on with its stationary probability
// rate / (rate + 1 / mean_length).
std::vector<double> OnOffFactor(RandomStream random, double rate, double mean_length, double factor,
                                int count);

// 1 + diurnal * cos(2 pi (local time - peak) / period) at a node. Local time is the time of day, in
// UTC, plus one hour for every 15 degrees east when `spec.local_time` and the node has coordinates.
std::vector<double> DiurnalFactor(const TrafficGeneratorSpec& spec, const Node& node);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_GENERATORS_TEMPORAL_H_
