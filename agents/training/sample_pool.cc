#include "agents/training/sample_pool.h"

#include <utility>

#include "topologies/paths/candidate_paths.h"

namespace rhumb::training {
namespace {

std::vector<NodePair> DrawPairs(int nodes, int max_pairs, Random& random) {
  const double share = static_cast<double>(max_pairs) / (nodes * (nodes - 1));
  std::vector<NodePair> pairs;
  for (NodeId s = 0; s < nodes; ++s) {
    for (NodeId d = 0; d < nodes; ++d) {
      if (s != d && (share >= 1 || random.Chance(share))) pairs.push_back({s, d});
    }
  }
  return pairs;
}

void AppendSample(const PooledNetwork& network, const TrafficDraw& draw, Random& random,
                  Batch* batch) {
  const DemandSample sample = DrawDemands(network.topology, network.graph.pairs, draw, random);
  batch->history.insert(batch->history.end(), sample.history.begin(), sample.history.end());
  batch->next.insert(batch->next.end(), sample.next.begin(), sample.next.end());
}

}  // namespace

absl::StatusOr<SamplePool> SamplePool::Create(const PoolOptions& options, uint64_t seed) {
  SamplePool pool(options);
  Random random(seed);
  CandidatePathOptions path_options;
  path_options.max_paths = options.candidate_paths;
  path_options.threads = 1;
  while (pool.size() < options.count) {
    Topology topology = DrawNetwork(options.networks, random);
    if (random.Chance(options.failure_share)) topology = WithFailures(topology, random);
    auto candidates = CandidatePaths::Compute(
        topology, DrawPairs(topology.num_nodes(), options.max_pairs, random), path_options);
    if (!candidates.ok()) return candidates.status();
    neural::PathGraph graph = neural::BuildPathGraph(topology, *candidates->paths());
    pool.networks_.push_back({std::move(topology), candidates->paths(), std::move(graph)});
  }
  return pool;
}

Batch SamplePool::Draw(int min_paths, int min_networks, Random& random) const {
  Batch batch;
  std::vector<const neural::PathGraph*> graphs;
  int paths = 0;
  while (paths < min_paths || static_cast<int>(graphs.size()) < min_networks) {
    const PooledNetwork& network = networks_[random.Below(size())];
    AppendSample(network, options_.traffic, random, &batch);
    graphs.push_back(&network.graph);
    paths += network.graph.num_paths();
  }
  batch.graph = std::make_shared<const neural::PathGraph>(neural::Concatenate(graphs));
  return batch;
}

Batch SamplePool::DrawOn(int network, Random& random) const {
  Batch batch;
  AppendSample(networks_[network], options_.traffic, random, &batch);
  batch.graph = std::make_shared<const neural::PathGraph>(networks_[network].graph);
  return batch;
}

}  // namespace rhumb::training
