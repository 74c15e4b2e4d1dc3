#include "agents/training/pair_density.h"

#include <algorithm>
#include <vector>

namespace rhumb::training {

using torch::Tensor;

PairDensity::PairDensity(const neural::SharedGraph& graph, absl::Span<const float> utilization,
                         const PlanNoise& spread, const Tensor& acting, const Tensor& noise)
    : acting_(acting) {
  const neural::PathGraph& g = *graph;
  for (int d = 0; d < g.num_pairs(); ++d) {
    most_paths_ = std::max<int64_t>(most_paths_, g.path_begin[d + 1] - g.path_begin[d]);
  }
  const int64_t most = most_paths_;
  std::vector<int64_t> row(g.num_pairs() * most, g.num_paths());
  std::vector<float> covariance(row.size() * most, 0.0F);
  for (int d = 0; d < g.num_pairs(); ++d) {
    float* block = covariance.data() + d * most * most;
    for (int64_t i = 0; i < most; ++i) block[i * most + i] = 1;  // of paths that are not there
    const int begin = g.path_begin[d], end = g.path_begin[d + 1];
    for (int p = begin; p < end; ++p) {
      row[d * most + p - begin] = p;
      for (int q = begin; q < end; ++q) {
        block[(p - begin) * most + q - begin] =
            static_cast<float>(NoiseCovariance(g, utilization, spread, p, q));
      }
    }
  }
  row_ = torch::tensor(row, torch::kLong);
  inverse_ =
      torch::inverse(torch::tensor(covariance, torch::kFloat).view({g.num_pairs(), most, most}));
  weighted_ = torch::bmm(inverse_, Padded(noise));
}

Tensor PairDensity::Padded(const Tensor& of_paths) const {
  const Tensor none = torch::zeros({1, of_paths.size(1)}, of_paths.options());
  return torch::index_select(torch::cat({of_paths, none}, 0), 0, row_)
      .view({-1, most_paths_, of_paths.size(1)});
}

Tensor PairDensity::Divergence(const Tensor& logits) const {
  const Tensor moved = Padded((logits - acting_).view({-1, 1}));
  return 0.5 * (moved * torch::bmm(inverse_, moved)).sum({1, 2});
}

Tensor PairDensity::LogRatio(const Tensor& logits) const {
  const Tensor moved = Padded((logits - acting_).view({-1, 1}));
  return (moved * weighted_).sum(1) - Divergence(logits).view({-1, 1});
}

}  // namespace rhumb::training
