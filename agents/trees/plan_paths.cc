#include "agents/trees/plan_paths.h"

#include <algorithm>

#include "agents/trees/parallel.h"

namespace rhumb::trees {
namespace {

// Destinations are written in so many parts: more than there are threads, since some take longer.
constexpr int kParts = 32;

struct Part {
  std::vector<NodePair> pairs;
  std::vector<int> paths;    // [pairs] how many
  std::vector<int> lengths;  // [paths] in links
  std::vector<LinkId> links;
  std::vector<double> ratios;  // [paths]

  void AddPath(absl::Span<const LinkId> path, double ratio) {
    lengths.push_back(static_cast<int>(path.size()));
    links.insert(links.end(), path.begin(), path.end());
    ratios.push_back(ratio);
  }
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
      part->pairs.push_back({s, destination});
      if (choice == TreeSplit::kOwnPaths) {
        WriteOwn(*own_[s], part);
        continue;
      }
      part->paths.push_back(1);
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
    part->paths.push_back(static_cast<int>(demand.paths.size()));
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
  PlanPaths plan;
  PathSet::Builder builder;
  for (Part& part : parts) {
    size_t path = 0, begin = 0;
    for (size_t i = 0; i < part.pairs.size(); ++i) {
      builder.AddPair(part.pairs[i].source, part.pairs[i].destination);
      for (int p = 0; p < part.paths[i]; ++p) {
        const auto length = static_cast<size_t>(part.lengths[path++]);
        builder.AddPath(absl::MakeConstSpan(part.links).subspan(begin, length));
        begin += length;
      }
    }
    plan.ratios.insert(plan.ratios.end(), part.ratios.begin(), part.ratios.end());
    part = Part();
  }
  plan.paths = std::make_shared<const PathSet>(builder.Build());
  return plan;
}

}  // namespace rhumb::trees
