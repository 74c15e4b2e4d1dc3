#include "agents/neural/shares_in_force.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace rhumb::neural {
namespace {

constexpr float kRounding = 1e-3F;  // of shares that sum to 1

}  // namespace

std::vector<float> SharesInForce(const PathGraph& graph,
                                 const std::shared_ptr<const PathSet>& graph_paths,
                                 const RoutingPlan& plan) {
  std::vector<float> shares(graph.num_paths(), 0.0F);
  if (plan.shared_paths() == graph_paths) {
    for (int p = 0; p < graph.num_paths(); ++p) {
      shares[p] = static_cast<float>(plan.ratios()[graph.path_of_set[p]]);
    }
    return shares;
  }
  for (int d = 0; d < graph.num_pairs(); ++d) {
    const std::optional<int> pair =
        plan.paths().Find(graph.pairs[d].source, graph.pairs[d].destination);
    if (!pair) continue;
    const PathSet::Range range = plan.paths().paths_of(*pair);
    for (int other = range.begin; other < range.end; ++other) {
      if (plan.ratios()[other] <= 0) continue;
      const absl::Span<const LinkId> links = plan.paths().links(other);
      for (int p = graph.path_begin[d]; p < graph.path_begin[d + 1]; ++p) {
        if (std::equal(links.begin(), links.end(), graph.links.begin() + graph.link_begin[p],
                       graph.links.begin() + graph.link_begin[p + 1])) {
          shares[p] += static_cast<float>(plan.ratios()[other]);
          break;
        }
      }
    }
  }
  return shares;
}

void ForgetPartOfAPair(const PathGraph& graph, absl::Span<float> shares) {
  for (int d = 0; d < graph.num_pairs(); ++d) {
    const auto begin = shares.begin() + graph.path_begin[d];
    const auto end = shares.begin() + graph.path_begin[d + 1];
    float sum = 0;
    for (auto share = begin; share != end; ++share) sum += *share;
    if (std::abs(sum - 1) > kRounding) std::fill(begin, end, 0.0F);
  }
}

}  // namespace rhumb::neural
