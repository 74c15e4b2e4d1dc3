#include "topologies/paths/candidate_paths.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <numeric>
#include <thread>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_format.h"
#include "topologies/paths/pair_paths.h"
#include "topologies/paths/shortest_paths.h"

namespace rhumb {
namespace {

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

// True when lengths of links, apart from their states, are the same in both.
bool SameLengths(const Topology& a, const Topology& b, LinkMetric metric) {
  return LinkLengths(a, LinkMetric::kInverseCapacity) ==
             LinkLengths(b, LinkMetric::kInverseCapacity) &&
         LinkLengths(a, LinkMetric::kDelay) == LinkLengths(b, LinkMetric::kDelay) &&
         LinkLengths(a, metric) == LinkLengths(b, metric);
}

}  // namespace

absl::StatusOr<CandidatePaths> CandidatePaths::Compute(const Topology& topology,
                                                       std::vector<NodePair> pairs,
                                                       const CandidatePathOptions& options) {
  if (absl::Status status = CheckRequest(topology, pairs, options); !status.ok()) return status;
  if (pairs.empty()) pairs = AllPairs(topology.num_nodes());
  CandidatePaths result(std::move(pairs), options);
  result.by_destination_.resize(result.pairs_.size());
  std::iota(result.by_destination_.begin(), result.by_destination_.end(), 0);
  std::stable_sort(result.by_destination_.begin(), result.by_destination_.end(), [&](int a, int b) {
    return result.pairs_[a].destination < result.pairs_[b].destination;
  });
  result.ComputeAll(topology);
  return result;
}

absl::Status CandidatePaths::Update(const Topology& snapshot) {
  if (!reference_->SameStructure(snapshot)) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "topology \"%s\" has other nodes or links than \"%s\"; compute candidate paths anew",
        snapshot.name(), reference_->name()));
  }
  const int m = snapshot.num_links();
  std::vector<char> usable = UsableLinks(snapshot);
  bool all = !SameLengths(*reference_, snapshot, options_.metric);
  // Links that were lost since the reference, and since the last update.
  std::vector<char> lost(m), newly_lost(m);
  bool returned = false;
  for (LinkId l = 0; l < m; ++l) {
    const bool in_reference = reference_->link(l).usable();
    all = all || (usable[l] && !in_reference);
    lost[l] = in_reference && !usable[l];
    newly_lost[l] = usable_[l] && !usable[l];
    returned = returned || (usable[l] && !usable_[l]);
  }
  if (all) {
    ComputeAll(snapshot);
    return absl::OkStatus();
  }
  num_searched_pairs_ = 0;
  if (usable == usable_) return absl::OkStatus();

  const std::vector<char> off_reference = Touched(reference_results_, lost);
  const std::vector<char> broken = Touched(results_, newly_lost);
  std::vector<int> to_search;
  for (int i : by_destination_) {
    if (!off_reference[i]) {
      results_[i] = reference_results_[i];
    } else if (broken[i] || returned) {
      to_search.push_back(i);
    }
  }
  usable_ = std::move(usable);
  Search(to_search, usable_);
  Publish();
  return absl::OkStatus();
}

void CandidatePaths::ComputeAll(const Topology& topology) {
  reference_ = std::make_shared<const Topology>(topology);
  weights_ = std::make_shared<const PathWeights>(topology, options_.metric);
  usable_ = UsableLinks(topology);
  results_.assign(pairs_.size(), nullptr);
  reference_results_.clear();
  Search(by_destination_, usable_);
  reference_results_ = results_;
  Publish();
}

void CandidatePaths::Search(const std::vector<int>& pairs, absl::Span<const char> usable) {
  InParallel(options_.threads, static_cast<int>(pairs.size()), [&] {
    return [&, finder = PairPathFinder(*weights_, options_)](int i) mutable {
      const int pair = pairs[i];
      const PairPaths* reference =
          reference_results_.empty() ? nullptr : reference_results_[pair].get();
      results_[pair] =
          std::make_shared<const PairPaths>(finder.Find(pairs_[pair], usable, reference));
    };
  });
  num_searched_pairs_ = static_cast<int>(pairs.size());
}

void CandidatePaths::Publish() {
  PathSet::Builder builder;
  for (size_t i = 0; i < pairs_.size(); ++i) {
    builder.AddPair(pairs_[i].source, pairs_[i].destination);
    for (const Path& path : results_[i]->paths) builder.AddPath(path);
  }
  paths_ = std::make_shared<const PathSet>(builder.Build());
}

std::vector<char> CandidatePaths::Touched(const Results& results,
                                          absl::Span<const char> lost) const {
  std::vector<char> touched(results.size(), 0);
  for (size_t i = 0; i < results.size(); ++i) {
    const std::vector<LinkId>& links = results[i]->depends_on;
    touched[i] = std::any_of(links.begin(), links.end(), [&](LinkId l) { return lost[l] != 0; });
  }
  return touched;
}

}  // namespace rhumb
