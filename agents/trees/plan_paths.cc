#include "agents/trees/plan_paths.h"

#include <algorithm>
#include <utility>

#include "agents/trees/parallel.h"

namespace rhumb::trees {
namespace {

// Destinations are written in so many parts: more than there are threads, since some take longer.
constexpr int kParts = 32;

struct Part {
  PathSet::Builder builder;
  std::vector<double> ratios;
};

// Paths towards one destination after the other.
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
      part->builder.AddPath(path_);
      part->ratios.push_back(1);
    }
  }

 private:
  static void WriteOwn(const SplitDemand& demand, Part* part) {
    double sum = 0;
    for (const OwnPath& path : demand.paths) sum += path.share;
    for (const OwnPath& path : demand.paths) {
      part->builder.AddPath(path.links);
      part->ratios.push_back(path.share / sum);
    }
  }

  const TreeNetwork& network_;
  const TreeSplit& split_;
  std::vector<LinkId> path_, next_;  // next_: [trees][nodes]
  std::vector<const SplitDemand*> own_;
};

}  // namespace

PlanPaths PathsOf(const TreeNetwork& network, const TreeSplit& split, int workers) {
  const int nodes = network.num_nodes();
  std::vector<Part> parts(kParts);
  std::vector<Writer> writers(workers, Writer(network, split));
  ForEach(kParts, workers, [&](int worker, int p) {
    const auto edge = [&](int part) {
      return static_cast<NodeId>(static_cast<int64_t>(nodes) * part / kParts);
    };
    for (NodeId d = edge(p); d < edge(p + 1); ++d) writers[worker].Write(d, &parts[p]);
  });
  size_t num_ratios = 0;
  std::vector<PathSet::Builder> builders;
  for (Part& part : parts) {
    num_ratios += part.ratios.size();
    builders.push_back(std::move(part.builder));
  }
  PlanPaths plan;
  plan.ratios.reserve(num_ratios);
  for (const Part& part : parts) {
    plan.ratios.insert(plan.ratios.end(), part.ratios.begin(), part.ratios.end());
  }
  plan.paths = std::make_shared<const PathSet>(PathSet::Builder::Join(std::move(builders)).Build());
  return plan;
}

}  // namespace rhumb::trees
