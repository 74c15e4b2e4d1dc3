#include "agents/neural/dual_bound.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace rhumb::neural {
namespace {

// How steeply prices grow with utilization over the MLU: steep prices prove more where the links
// that matter are nearly equally full, others where they are not yet.
constexpr float kSharpness[] = {8.0F, 25.0F, 80.0F, 250.0F};
static_assert(std::size(kSharpness) * kScenarios == kPriceRow);

}  // namespace

void DualBound::SetGraph(std::shared_ptr<const PathGraph> graph) {
  graph_ = std::move(graph);
  prices_.assign(static_cast<size_t>(graph_->num_links()) * kPriceRow, 0.0F);
  problem_.num_links = graph_->num_links();
  problem_.num_paths = graph_->num_paths();
  problem_.num_pairs = graph_->num_pairs();
  problem_.path_begin = graph_->path_begin.data();
  problem_.link_begin = graph_->link_begin.data();
  problem_.links = graph_->links.data();
  const PathBlocks& blocks = graph_->blocks;
  sums_.assign(static_cast<size_t>(blocks.most_paths) * kPriceRow, 0.0F);
  problem_.num_blocks = blocks.num_blocks();
  problem_.block_begin = blocks.begin.data();
  problem_.by_hops = blocks.by_hops.data();
}

void DualBound::SetDemands(absl::Span<const float> demands) {
  demands_ = demands;
  best_.fill(0);
}

void DualBound::Improve(absl::Span<const float> utilization) {
  PerScenario mlu = {};
  for (int l = 0; l < graph_->num_links(); ++l) {
    const float* row = utilization.data() + static_cast<size_t>(l) * kCrossingRow;
    for (int s = 0; s < kScenarios; ++s) mlu[s] = std::max(mlu[s], row[s]);
  }
  std::array<float, kPriceRow> total = {};
  for (int l = 0; l < graph_->num_links(); ++l) {
    const float* row = utilization.data() + static_cast<size_t>(l) * kCrossingRow;
    float* price = prices_.data() + static_cast<size_t>(l) * kPriceRow;
    for (int j = 0; j < kPriceRow; ++j) {
      const int s = j % kScenarios;
      price[j] = mlu[s] > 0 ? std::exp(kSharpness[j / kScenarios] * (row[s] / mlu[s] - 1)) : 0.0F;
      total[j] += price[j];
    }
  }
  for (int l = 0; l < graph_->num_links(); ++l) {
    float* price = prices_.data() + static_cast<size_t>(l) * kPriceRow;
    for (int j = 0; j < kPriceRow; ++j) {
      price[j] = total[j] > 0 ? price[j] / (total[j] * graph_->capacity[l]) : 0.0F;
    }
  }
  std::array<double, kPriceRow> bound;
  BestKernel().price_demands(problem_, demands_.data(), prices_.data(), sums_.data(), bound.data());
  for (int j = 0; j < kPriceRow; ++j) {
    float& best = best_[j % kScenarios];
    best = std::max(best, static_cast<float>(bound[j]));
  }
}

}  // namespace rhumb::neural
