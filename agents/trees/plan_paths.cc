#include "agents/trees/plan_paths.h"

#include <algorithm>

#include "agents/trees/parallel.h"

namespace rhumb::trees {
namespace {

// So many destinations are written at once, each by one thread, and then put behind the others: few
// enough for what is written to stay in the cache.
constexpr int kAtOnce = 16;

struct Part {
  PathSet::Builder builder;
  std::vector<double> ratios;  // [paths]
  PathSet paths;               // of the builder

  void AddPath(absl::Span<const LinkId> path, double ratio) {
    builder.AddPath(path);
    ratios.push_back(ratio);
  }
};

// Writes the paths towards a destination.
class Writer {
 public:
  Writer(const TreeNetwork& network, const TreeSplit& split)
      : network_(network), split_(split), own_(network.num_nodes(), nullptr) {}

  void Write(NodeId destination, Part* part) {
    const int nodes = network_.num_nodes();
    next_.resize(std::max(next_.size(), static_cast<size_t>(split_.num_trees(destination)) * nodes),
                 -1);
    for (int t = 0; t < split_.num_trees(destination); ++t) {
      LinkId* const next = next_.data() + static_cast<size_t>(t) * nodes;
      for (const LinkId l : split_.tree(destination, t)) next[network_.ends[l].tail] = l;
    }
    for (const SplitDemand& demand : split_.split_demands(destination)) {
      own_[demand.source] = &demand;
    }
    for (NodeId s = 0; s < nodes; ++s) {
      const uint8_t choice = split_.choice(s, destination);
      if (s == destination || choice == TreeSplit::kNoTree) continue;
      part->builder.AddPair(s, destination);
      if (choice == TreeSplit::kOwnPaths) {
        WriteOwn(*own_[s], part);
        continue;
      }
      path_.clear();
      const LinkId* const out = next_.data() + static_cast<size_t>(choice) * nodes;
      for (NodeId at = s; at != destination; at = network_.ends[path_.back()].head) {
        path_.push_back(out[at]);
      }
      part->AddPath(path_, 1);
    }
  }

 private:
  static void WriteOwn(const SplitDemand& demand, Part* part) {
    double sum = 0;
    for (const OwnPath& path : demand.paths) sum += path.share;
    for (const OwnPath& path : demand.paths) part->AddPath(path.links, path.share / sum);
  }

  const TreeNetwork& network_;
  const TreeSplit& split_;
  std::vector<LinkId> path_, next_;  // next_: [trees][nodes]
  std::vector<const SplitDemand*> own_;
};

}  // namespace

PlanPaths PathsOf(const TreeNetwork& network, const TreeSplit& split, int workers) {
  const int nodes = network.num_nodes();
  std::vector<Part> parts(kAtOnce);
  std::vector<Writer> writers(workers, Writer(network, split));
  PlanPaths plan;
  plan.ratios.reserve(static_cast<size_t>(nodes) * nodes);
  PathSet::Builder builder;
  for (NodeId first = 0; first < nodes; first += kAtOnce) {
    const int count = std::min(kAtOnce, nodes - first);
    ForEach(count, workers, [&](int worker, int i) {
      parts[i].ratios.clear();
      writers[worker].Write(first + i, &parts[i]);
      parts[i].paths = parts[i].builder.Build();
    });
    for (int i = 0; i < count; ++i) {
      const Part& part = parts[i];
      builder.AddPairs(part.paths, 0, part.paths.num_pairs());
      plan.ratios.insert(plan.ratios.end(), part.ratios.begin(), part.ratios.end());
    }
  }
  plan.paths = std::make_shared<const PathSet>(builder.Build());
  return plan;
}

}  // namespace rhumb::trees
