#include "agents/baselines/lp/path_pricing.h"

#include <limits>
#include <optional>
#include <utility>

namespace rhumb {
namespace {

class AllPaths : public PathPricing {
 public:
  explicit AllPaths(const Topology& topology) : graph_(topology), search_(graph_) {}

  void SetPrices(absl::Span<const double> prices) override {
    prices_ = prices;
    settled_ = -1;
  }

  double Price(NodeId source, NodeId destination) override {
    if (settled_ != source) {
      search_.Settle(prices_, source);
      settled_ = source;
    }
    return search_.distance(destination);
  }

  void GetPath(NodeId, NodeId destination, Path* path) override {
    search_.PathTo(destination, path);
  }

 private:
  SearchGraph graph_;
  PathSearch search_;  // refers to graph_
  absl::Span<const double> prices_;
  NodeId settled_ = -1;
};

class ListedPaths : public PathPricing {
 public:
  explicit ListedPaths(std::shared_ptr<const PathSet> paths) : paths_(std::move(paths)) {}

  void SetPrices(absl::Span<const double> prices) override { prices_ = prices; }

  double Price(NodeId source, NodeId destination) override {
    double best = std::numeric_limits<double>::infinity();
    const std::optional<int> pair = paths_->Find(source, destination);
    if (!pair) return best;
    for (int p = paths_->paths_of(*pair).begin; p < paths_->paths_of(*pair).end; ++p) {
      double price = 0;
      for (LinkId l : paths_->links(p)) price += prices_[l];
      if (price < best) {
        best = price;
        best_ = p;
      }
    }
    return best;
  }

  void GetPath(NodeId, NodeId, Path* path) override {
    path->assign(paths_->links(best_).begin(), paths_->links(best_).end());
  }

 private:
  std::shared_ptr<const PathSet> paths_;
  absl::Span<const double> prices_;
  int best_ = -1;
};

}  // namespace

std::unique_ptr<PathPricing> PriceAllPaths(const Topology& topology) {
  return std::make_unique<AllPaths>(topology);
}

std::unique_ptr<PathPricing> PriceListedPaths(std::shared_ptr<const PathSet> paths) {
  return std::make_unique<ListedPaths>(std::move(paths));
}

}  // namespace rhumb
