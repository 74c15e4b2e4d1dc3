#include "agents/trees/plan_paths.h"

#include <algorithm>

#include "agents/trees/parallel.h"

namespace rhumb::trees {
namespace {

// So many destinations are written at once, each by one thread, and then put behind the others: few
// enough for what is written to stay in the cache.
constexpr int kAtOnce = 16;

struct Part {
  std::vector<NodePair> pairs;
  std::vector<int> paths;    // [pairs] how many
  std::vector<int> lengths;  // [paths] in links
  std::vector<LinkId> links;
  std::vector<double> ratios;  // [paths]

  void Clear() {
    pairs.clear();
    paths.clear();
    lengths.clear();
    links.clear();
    ratios.clear();
  }
  void AddPath(absl::Span<const LinkId> path, double ratio) {
    lengths.push_back(static_cast<int>(path.size()));
    links.insert(links.end(), path.begin(), path.end());
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
  std::vector<Part> parts(kAtOnce);
  std::vector<Writer> writers(workers, Writer(network, split));
  PlanPaths plan;
  plan.ratios.reserve(static_cast<size_t>(nodes) * nodes);
  PathSet::Builder builder;
  for (NodeId first = 0; first < nodes; first += kAtOnce) {
    const int count = std::min(kAtOnce, nodes - first);
    ForEach(count, workers, [&](int worker, int i) {
      parts[i].Clear();
      writers[worker].Write(first + i, &parts[i]);
    });
    for (int part = 0; part < count; ++part) {
      const Part& written = parts[part];
      size_t path = 0, begin = 0;
      for (size_t i = 0; i < written.pairs.size(); ++i) {
        builder.AddPair(written.pairs[i].source, written.pairs[i].destination);
        for (int p = 0; p < written.paths[i]; ++p) {
          const auto length = static_cast<size_t>(written.lengths[path++]);
          builder.AddPath(absl::MakeConstSpan(written.links).subspan(begin, length));
          begin += length;
        }
      }
      plan.ratios.insert(plan.ratios.end(), written.ratios.begin(), written.ratios.end());
    }
  }
  plan.paths = std::make_shared<const PathSet>(builder.Build());
  return plan;
}

}  // namespace rhumb::trees
