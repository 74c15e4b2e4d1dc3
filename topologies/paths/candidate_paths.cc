#include "topologies/paths/candidate_paths.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_format.h"
#include "topologies/paths/path_search.h"
#include "topologies/paths/shortest_paths.h"
#include "topologies/paths/yen.h"

namespace rhumb {
namespace {

constexpr double kPenalty = 3;

absl::Status CheckRequest(const Topology& topology, absl::Span<const NodePair> pairs,
                          const CandidatePathOptions& options) {
  if (options.max_paths < 1) {
    return absl::InvalidArgumentError(
        absl::StrFormat("max_paths is %d; ask for at least one path a pair", options.max_paths));
  }
  if (!(options.max_stretch >= 1)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("max_stretch is %g; give 1 or more, 1 allows the shortest delay only",
                        options.max_stretch));
  }
  if (options.threads < 0) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "threads is %d; give 0 for one a processor, or a number above it", options.threads));
  }
  absl::flat_hash_set<NodePair> seen;
  for (const NodePair pair : pairs) {
    for (NodeId end : {pair.source, pair.destination}) {
      if (end < 0 || end >= topology.num_nodes()) {
        return absl::InvalidArgumentError(
            absl::StrFormat("a pair names node %d; topology \"%s\" has nodes 0 to %d", end,
                            topology.name(), topology.num_nodes() - 1));
      }
    }
    if (pair.source == pair.destination) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "a pair has both ends at \"%s\"; name two nodes", topology.node(pair.source).name));
    }
    if (!seen.insert(pair).second) {
      return absl::InvalidArgumentError(
          absl::StrFormat("the pair %s>%s is listed twice; list it once",
                          topology.node(pair.source).name, topology.node(pair.destination).name));
    }
  }
  return absl::OkStatus();
}

std::vector<NodePair> AllPairs(int num_nodes) {
  std::vector<NodePair> pairs;
  for (NodeId s = 0; s < num_nodes; ++s) {
    for (NodeId d = 0; d < num_nodes; ++d) {
      if (s != d) pairs.push_back({s, d});
    }
  }
  return pairs;
}

// Calls work(first, last) for shares of [0, count) from several threads.
template <typename MakeWorker>
void InParallel(int threads, int count, MakeWorker make_worker) {
  constexpr int kShare = 16;
  if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
  threads = std::min(threads, (count + kShare - 1) / kShare);
  std::atomic<int> next{0};
  auto run = [&] {
    auto worker = make_worker();
    for (int i; (i = next.fetch_add(kShare)) < count;) {
      for (int j = i; j < std::min(count, i + kShare); ++j) worker(j);
    }
  };
  std::vector<std::thread> others;
  for (int t = 1; t < threads; ++t) others.emplace_back(run);
  run();
  for (std::thread& other : others) other.join();
}

class PairPaths {
 public:
  PairPaths(const SearchGraph& graph, absl::Span<const double> delay_s,
            absl::Span<const double> inverse_capacity, const CandidatePathOptions& options)
      : graph_(graph),
        search_(graph),
        delay_s_(delay_s),
        inverse_capacity_(inverse_capacity),
        options_(options) {}

  std::vector<Path> Find(NodePair pair) {
    std::vector<Path> found;
    Path path;
    if (options_.method == CandidatePathOptions::Method::kYen) {
      found = KShortestPaths(graph_, &search_, delay_s_, pair.source, pair.destination,
                             options_.max_paths);
    } else if (search_.Find(delay_s_, pair.source, pair.destination, &path)) {
      found.push_back(path);
      weights_.assign(inverse_capacity_.begin(), inverse_capacity_.end());
      for (int i = 0; i < 3 * options_.max_paths; ++i) {
        if (static_cast<int>(found.size()) >= options_.max_paths) break;
        search_.Find(weights_, pair.source, pair.destination, &path);
        for (LinkId l : path) weights_[l] *= kPenalty;
        if (std::find(found.begin(), found.end(), path) == found.end()) found.push_back(path);
      }
    }
    if (found.empty()) return found;
    const double limit_s = Delay(found[0]) * options_.max_stretch * (1 + kEqualCostTolerance);
    found.erase(std::remove_if(found.begin() + 1, found.end(),
                               [&](const Path& p) { return Delay(p) > limit_s; }),
                found.end());
    return found;
  }

 private:
  double Delay(const Path& path) const {
    double sum = 0;
    for (LinkId l : path) sum += delay_s_[l];
    return sum;
  }

  const SearchGraph& graph_;
  PathSearch search_;
  absl::Span<const double> delay_s_, inverse_capacity_;
  const CandidatePathOptions& options_;
  std::vector<double> weights_;
};

std::shared_ptr<const PathSet> FromScratch(const Topology& topology,
                                           absl::Span<const NodePair> pairs,
                                           const CandidatePathOptions& options) {
  const SearchGraph graph(topology);
  const std::vector<double> delay_s = LinkWeights(topology, LinkMetric::kDelay);
  const std::vector<double> inverse_capacity = LinkWeights(topology, LinkMetric::kInverseCapacity);
  std::vector<std::vector<Path>> found(pairs.size());
  InParallel(options.threads, static_cast<int>(pairs.size()), [&] {
    return [&, finder = PairPaths(graph, delay_s, inverse_capacity, options)](int i) mutable {
      found[i] = finder.Find(pairs[i]);
    };
  });
  PathSet::Builder builder;
  for (size_t i = 0; i < pairs.size(); ++i) {
    builder.AddPair(pairs[i].source, pairs[i].destination);
    for (const Path& path : found[i]) builder.AddPath(path);
  }
  return std::make_shared<const PathSet>(builder.Build());
}

}  // namespace

absl::StatusOr<CandidatePaths> CandidatePaths::Compute(const Topology& topology,
                                                       std::vector<NodePair> pairs,
                                                       const CandidatePathOptions& options) {
  if (absl::Status status = CheckRequest(topology, pairs, options); !status.ok()) return status;
  if (pairs.empty()) pairs = AllPairs(topology.num_nodes());
  CandidatePaths result(topology, std::move(pairs), options);
  result.paths_ = FromScratch(topology, result.pairs_, options);
  return result;
}

absl::Status CandidatePaths::Update(const Topology& snapshot) {
  if (!topology_.SameStructure(snapshot)) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "topology \"%s\" has other nodes or links than \"%s\"; compute candidate paths anew",
        snapshot.name(), topology_.name()));
  }
  if (Difference(topology_, snapshot).empty()) return absl::OkStatus();
  topology_ = snapshot;
  paths_ = FromScratch(topology_, pairs_, options_);
  return absl::OkStatus();
}

}  // namespace rhumb
