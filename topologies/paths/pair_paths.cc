#include "topologies/paths/pair_paths.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "topologies/paths/yen.h"

namespace rhumb {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// Every use of a link makes it this many times as long.
constexpr double kPenalty = 3;
// Lengths of the diverse searches vary by up to this share from pair to pair, so that pairs with
// equal choices (parallel links, dual-homed sites) spread over them instead of all taking the
// first.
constexpr double kSpread = 0.1;
// Searches in a row that find nothing new, after which a pair has no more paths worth waiting for.
constexpr int kFruitlessSearches = 8;

// The lengths of links by `metric` whatever their state, plus 1e-9 of the longest.
std::vector<double> TieBrokenLengths(const Topology& topology, LinkMetric metric) {
  std::vector<double> lengths = LinkLengths(topology, metric);
  double longest = 0;
  for (double length : lengths) longest = std::max(longest, length);
  const double step = longest > 0 ? kEqualCostTolerance * longest : 1;
  for (double& length : lengths) length += step;
  return lengths;
}

// In [0, 1), from the ids alone (SplitMix64), so it is the same everywhere.
double Noise(uint64_t pair_hash, LinkId link) {
  uint64_t h = pair_hash + 0x9e3779b97f4a7c15u * static_cast<uint64_t>(link + 1);
  h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
  h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
  return static_cast<double>((h ^ (h >> 31)) >> 11) * 0x1p-53;
}

bool IsWhole(const Path& path, absl::Span<const char> usable) {
  return std::all_of(path.begin(), path.end(), [&](LinkId l) { return usable[l] != 0; });
}

uint64_t PairHash(NodePair pair) {
  return (static_cast<uint64_t>(pair.source) << 32 | static_cast<uint32_t>(pair.destination)) *
         0xd1342543de82ef95u;
}

}  // namespace

PathWeights::PathWeights(const Topology& topology, LinkMetric by)
    : forward(topology),
      backward(topology, SearchGraph::Direction::kBackward),
      metric(TieBrokenLengths(topology, by)),
      delay(TieBrokenLengths(topology, LinkMetric::kDelay)),
      inverse_capacity(LinkLengths(topology, LinkMetric::kInverseCapacity)) {}

PairPathFinder::PairPathFinder(const PathWeights& weights, const CandidatePathOptions& options)
    : weights_(weights),
      options_(options),
      search_(weights.forward),
      backward_search_(weights.backward),
      noted_(weights.metric.size(), 0) {
  for (Length* length : {&metric_, &delay_, &inverse_capacity_, &hops_}) {
    length->of_link.resize(weights.metric.size());
    length->bound.resize(weights.forward.num_nodes());
  }
}

PairPaths PairPathFinder::Find(NodePair pair, absl::Span<const char> usable,
                               const PairPaths* with_more_links) {
  SetDestination(pair.destination);
  SetLengths(pair, usable);
  PairPaths result;
  max_delay_ = kInfinity;
  if (options_.max_stretch < kInfinity) {
    Path path;
    search_.Find(delay_.of_link, pair.source, pair.destination, &path, delay_.bound);
    Note(path, &result);
    max_delay_ = search_.distance(pair.destination) * options_.max_stretch *
                 (1 + kEqualCostTolerance * weights_.forward.num_nodes());
  }
  if (options_.method == CandidatePathOptions::Method::kYen) {
    FindShortest(pair, metric_, &result);
  } else {
    FindDiverse(pair, usable, with_more_links, &result);
  }
  // Diverse paths are long: what the limit left of them is made up with the shortest.
  if (max_delay_ < kInfinity && !Enough(result)) FindShortest(pair, delay_, &result);
  for (LinkId l : result.depends_on) noted_[l] = 0;
  return result;
}

void PairPathFinder::SetDestination(NodeId destination) {
  if (destination == destination_) return;
  destination_ = destination;
  auto set = [&](absl::Span<const double> lengths, std::vector<double>* bound) {
    backward_search_.Settle(lengths, destination);
    for (size_t v = 0; v < bound->size(); ++v) {
      (*bound)[v] = backward_search_.distance(static_cast<NodeId>(v));
    }
  };
  set(weights_.metric, &metric_.bound);
  set(weights_.delay, &delay_.bound);
  set(weights_.inverse_capacity, &inverse_capacity_.bound);
  set(std::vector<double>(weights_.metric.size(), 1.0), &hops_.bound);
}

void PairPathFinder::SetLengths(NodePair pair, absl::Span<const char> usable) {
  const uint64_t hash = PairHash(pair);
  for (size_t l = 0; l < usable.size(); ++l) {
    if (!usable[l]) {
      for (Length* length : {&metric_, &delay_, &inverse_capacity_, &hops_}) {
        length->of_link[l] = kInfinity;
      }
      continue;
    }
    const double noise = Noise(hash, static_cast<LinkId>(l));
    // Small enough not to reorder paths that differ by more than the tolerance.
    const double tie = 1 + kEqualCostTolerance * noise;
    metric_.of_link[l] = weights_.metric[l] * tie;
    delay_.of_link[l] = weights_.delay[l] * tie;
    inverse_capacity_.of_link[l] = weights_.inverse_capacity[l] * (1 + kSpread * noise);
    hops_.of_link[l] = 1 + kSpread * noise;
  }
}

bool PairPathFinder::Enough(const PairPaths& result) const {
  return static_cast<int>(result.paths.size()) >= options_.max_paths;
}

void PairPathFinder::FindDiverse(NodePair pair, absl::Span<const char> usable,
                                 const PairPaths* with_more_links, PairPaths* result) {
  Path path;
  int fruitless = 0;
  for (size_t i = 0; fruitless < kFruitlessSearches && !Enough(*result); ++i) {
    if (with_more_links != nullptr && i < with_more_links->searches.size()) {
      path = with_more_links->searches[i];
      // From the first broken path on, penalties differ.
      if (!IsWhole(path, usable)) with_more_links = nullptr;
    } else {
      with_more_links = nullptr;
    }
    if (with_more_links == nullptr) {
      // One metric alone misses paths: inverse capacity shuns thin short cuts, hops shun wide
      // detours.
      const Length& length = i == 0 ? metric_ : i % 2 == 1 ? inverse_capacity_ : hops_;
      if (!search_.Find(length.of_link, pair.source, pair.destination, &path, length.bound)) return;
    }
    if (i > 0) {
      for (LinkId l : path) {
        inverse_capacity_.of_link[l] *= kPenalty;
        hops_.of_link[l] *= kPenalty;
      }
    }
    result->searches.push_back(path);
    fruitless = Offer(path, result) ? 0 : fruitless + 1;
  }
}

void PairPathFinder::FindShortest(NodePair pair, const Length& length, PairPaths* result) {
  for (const Path& path : KShortestPaths(weights_.forward, &search_, length.of_link, pair.source,
                                         pair.destination, options_.max_paths, length.bound)) {
    if (Enough(*result)) return;
    Offer(path, result);
  }
}

void PairPathFinder::Note(const Path& path, PairPaths* result) {
  for (LinkId l : path) {
    if (!noted_[l]) result->depends_on.push_back(l);
    noted_[l] = 1;
  }
}

bool PairPathFinder::Offer(const Path& path, PairPaths* result) {
  Note(path, result);
  double delay = 0;
  for (LinkId l : path) delay += delay_.of_link[l];
  if (delay > max_delay_) return false;
  if (std::find(result->paths.begin(), result->paths.end(), path) != result->paths.end())
    return false;
  result->paths.push_back(path);
  return true;
}

}  // namespace rhumb
