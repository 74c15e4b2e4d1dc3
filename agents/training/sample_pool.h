// The networks of a training run, drawn once, and the batches of samples on them.
#ifndef RHUMB_AGENTS_TRAINING_SAMPLE_POOL_H_
#define RHUMB_AGENTS_TRAINING_SAMPLE_POOL_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "agents/neural/path_graph.h"
#include "agents/training/network_families.h"
#include "agents/training/random.h"
#include "agents/training/traffic_process.h"
#include "topologies/path_set.h"
#include "topologies/topology.h"

namespace rhumb::training {

struct PoolOptions {
  NetworkDraw networks;
  TrafficDraw traffic;
  int count = 1000;
  int max_pairs = 1200;         // of a network; others are drawn by chance and left without traffic
  double failure_share = 0.25;  // of the networks have one or two cables down
  int candidate_paths = 8;      // a pair
};

struct PooledNetwork {
  Topology topology;
  std::shared_ptr<const PathSet> paths;
  neural::PathGraph graph;
};

// A batch: several networks side by side, each with its own past and next matrix.
struct Batch {
  std::shared_ptr<const neural::PathGraph> graph;
  std::vector<float> history;  // [pairs * kHistory]
  std::vector<float> next;     // [pairs]
};

class SamplePool {
 public:
  static absl::StatusOr<SamplePool> Create(const PoolOptions& options, uint64_t seed);

  // Draws networks until they have at least `min_paths` candidate paths together, and at least
  // `min_networks` networks.
  Batch Draw(int min_paths, int min_networks, Random& random) const;
  // A batch of one network.
  Batch DrawOn(int network, Random& random) const;

  int size() const { return static_cast<int>(networks_.size()); }
  const PooledNetwork& network(int i) const { return networks_[i]; }

 private:
  explicit SamplePool(PoolOptions options) : options_(std::move(options)) {}

  PoolOptions options_;
  std::vector<PooledNetwork> networks_;
};

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_SAMPLE_POOL_H_
