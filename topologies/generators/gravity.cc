#include "topologies/generators/gravity.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "topologies/generators/random_stream.h"
#include "topologies/generators/stream_purpose.h"

namespace rhumb {
namespace {

// Masses of all nodes for sending or receiving.
std::vector<double> DrawMasses(const Topology& topology, const TrafficGeneratorSpec& spec,
                               StreamPurpose purpose) {
  const bool sending = purpose == StreamPurpose::kSendingMass;
  std::vector<double> mass(topology.num_nodes(), 1.0);
  for (NodeId v = 0; v < topology.num_nodes(); ++v) {
    if (spec.mass == TrafficGeneratorSpec::Mass::kCapacity) {
      mass[v] = 0;
      for (const LinkId id : sending ? topology.out_links(v) : topology.in_links(v)) {
        if (topology.link(id).usable()) mass[v] += topology.link(id).capacity_bps;
      }
    }
    if (spec.sigma > 0) {
      RandomStream random(spec.seed, static_cast<uint64_t>(purpose), v);
      mass[v] *= std::exp(spec.sigma * random.Normal());
    }
  }
  return mass;
}

// The first `count` of `items` become a uniform random subset, in random order (Fisher-Yates).
void MoveRandomSubsetFirst(std::vector<size_t>* items, size_t count, RandomStream random) {
  for (size_t i = 0; i < count; ++i) {
    std::swap((*items)[i], (*items)[i + random.Below(items->size() - i)]);
  }
}

double Sum(const std::vector<double>& weight, const std::vector<size_t>& pairs, size_t begin,
           size_t end) {
  double sum = 0;
  for (size_t i = begin; i < end; ++i) sum += weight[pairs[i]];
  return sum;
}

void Scale(std::vector<double>* weight, const std::vector<size_t>& pairs, size_t begin, size_t end,
           double factor) {
  for (size_t i = begin; i < end; ++i) (*weight)[pairs[i]] *= factor;
}

}  // namespace

std::vector<int> HopDistances(const Topology& topology, NodeId source) {
  std::vector<int> hops(topology.num_nodes(), -1);
  std::vector<NodeId> queue = {source};
  hops[source] = 0;
  for (size_t head = 0; head < queue.size(); ++head) {
    for (const LinkId id : topology.out_links(queue[head])) {
      const Link& link = topology.link(id);
      if (!link.usable() || hops[link.destination] >= 0) continue;
      hops[link.destination] = hops[queue[head]] + 1;
      queue.push_back(link.destination);
    }
  }
  return hops;
}

absl::StatusOr<GravityWeights> DrawGravityWeights(const Topology& topology,
                                                  const TrafficGeneratorSpec& spec) {
  const int n = topology.num_nodes();
  const auto sending = DrawMasses(topology, spec, StreamPurpose::kSendingMass);
  const auto receiving = DrawMasses(topology, spec, StreamPurpose::kReceivingMass);
  GravityWeights gravity;
  gravity.weight.assign(static_cast<size_t>(n) * n, 0.0);
  std::vector<size_t> pairs;
  std::vector<int> hops(gravity.weight.size(), -1);
  for (NodeId s = 0; s < n; ++s) {
    const std::vector<int> from_source = HopDistances(topology, s);
    for (NodeId d = 0; d < n; ++d) {
      if (s == d || from_source[d] < 0) continue;
      const size_t pair = static_cast<size_t>(s) * n + d;
      hops[pair] = from_source[d];
      gravity.weight[pair] = sending[s] * receiving[d];
      if (spec.pair_sigma > 0) {
        RandomStream random(spec.seed, static_cast<uint64_t>(StreamPurpose::kPairSpread), pair);
        gravity.weight[pair] *= std::exp(spec.pair_sigma * random.Normal());
      }
      pairs.push_back(pair);
    }
  }
  if (pairs.empty()) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "topology \"%s\" has no two nodes with a usable path between them, so no traffic can be "
        "generated; enable some links or choose another topology",
        topology.name()));
  }
  // At least one pair keeps its traffic.
  const size_t empty =
      std::min(pairs.size() - 1, static_cast<size_t>(std::llround(spec.sparsity * pairs.size())));
  MoveRandomSubsetFirst(&pairs, empty,
                        RandomStream(spec.seed, static_cast<uint64_t>(StreamPurpose::kEmptyPairs)));
  Scale(&gravity.weight, pairs, 0, empty, 0.0);
  pairs.erase(pairs.begin(), pairs.begin() + empty);

  size_t elephants = 0;
  if (spec.elephants > 0) {
    elephants = std::max<size_t>(1, std::llround(spec.elephants * pairs.size()));
    if (elephants >= pairs.size()) elephants = 0;  // All pairs: nothing to tell apart.
  }
  std::sort(pairs.begin(),
            pairs.end());  // The choice does not depend on what was emptied before it.
  MoveRandomSubsetFirst(&pairs, elephants,
                        RandomStream(spec.seed, static_cast<uint64_t>(StreamPurpose::kElephants)));
  const double share = elephants > 0 ? spec.elephant_share : 0.0;
  if (elephants > 0) {
    Scale(&gravity.weight, pairs, 0, elephants, share / Sum(gravity.weight, pairs, 0, elephants));
  }
  Scale(&gravity.weight, pairs, elephants, pairs.size(),
        (1 - share) / Sum(gravity.weight, pairs, elephants, pairs.size()));
  for (const size_t pair : pairs) gravity.mean_hops += gravity.weight[pair] * hops[pair];
  return gravity;
}

}  // namespace rhumb
