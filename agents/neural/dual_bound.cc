#include "agents/neural/dual_bound.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "agents/neural/inference_kernel.h"

namespace rhumb::neural {
namespace {

// How steeply prices grow with utilization over the MLU: steep prices prove more where the links
// that matter are nearly equally full, others where they are not yet.
constexpr float kSharpness[] = {8.0F, 25.0F, 80.0F, 250.0F};

}  // namespace

void DualBound::SetGraph(std::shared_ptr<const PathGraph> graph) {
  graph_ = std::move(graph);
  price_.assign(graph_->num_links(), {});
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
  for (const float sharpness : kSharpness) {
    PerScenario total = {};
    for (int l = 0; l < graph_->num_links(); ++l) {
      const float* row = utilization.data() + static_cast<size_t>(l) * kCrossingRow;
      for (int s = 0; s < kScenarios; ++s) {
        price_[l][s] = mlu[s] > 0 ? std::exp(sharpness * (row[s] / mlu[s] - 1)) : 0.0F;
        total[s] += price_[l][s];
      }
    }
    for (int l = 0; l < graph_->num_links(); ++l) {
      for (int s = 0; s < kScenarios; ++s) {
        price_[l][s] = total[s] > 0 ? price_[l][s] / (total[s] * graph_->capacity[l]) : 0.0F;
      }
    }
    const PerScenario now = BoundOf(price_);
    for (int s = 0; s < kScenarios; ++s) best_[s] = std::max(best_[s], now[s]);
  }
}

DualBound::PerScenario DualBound::BoundOf(absl::Span<const PerScenario> price) const {
  std::array<double, kScenarios> bound = {};
  for (int d = 0; d < graph_->num_pairs(); ++d) {
    PerScenario least;
    least.fill(std::numeric_limits<float>::infinity());
    for (int p = graph_->path_begin[d]; p < graph_->path_begin[d + 1]; ++p) {
      PerScenario sum = {};
      for (int i = graph_->link_begin[p]; i < graph_->link_begin[p + 1]; ++i) {
        const PerScenario& link = price[graph_->links[i]];
        for (int s = 0; s < kScenarios; ++s) sum[s] += link[s];
      }
      for (int s = 0; s < kScenarios; ++s) least[s] = std::min(least[s], sum[s]);
    }
    const float* demand = demands_.data() + static_cast<size_t>(d) * kPathDemandRow;
    for (int s = 0; s < kScenarios; ++s) bound[s] += static_cast<double>(demand[s]) * least[s];
  }
  PerScenario result;
  for (int s = 0; s < kScenarios; ++s) result[s] = static_cast<float>(bound[s]);
  return result;
}

}  // namespace rhumb::neural
