#include "agents/neural/fast_path_shift.h"

#include <algorithm>
#include <utility>

namespace rhumb::neural {
namespace {

constexpr float kNothing = 1e-4F;  // shares below this stay where they are

}  // namespace

void FastPathShift::SetGraph(std::shared_ptr<const PathGraph> graph) {
  graph_ = std::move(graph);
  for (std::vector<int>& target : target_) target.assign(graph_->num_pairs(), -1);
  std::vector<int> order;
  for (int d = 0; d < graph_->num_pairs(); ++d) {
    order.clear();
    for (int p = graph_->path_begin[d]; p < graph_->path_begin[d + 1]; ++p) order.push_back(p);
    const size_t ranks = std::min<size_t>(kRanks, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<long>(ranks), order.end(),
                      [&](int a, int b) { return graph_->delay[a] < graph_->delay[b]; });
    for (size_t rank = 0; rank < ranks; ++rank) target_[rank][d] = order[rank];
  }
  amount_.assign(graph_->num_pairs(), 0.0F);
  rise_.assign(graph_->links.size(), 0.0F);
  position_.assign(graph_->num_links(), -1);
  wanted_.assign(graph_->num_links(), {});
  granted_.assign(graph_->num_links(), 0.0F);
}

bool FastPathShift::Run(int rank, const Limits& limits, absl::Span<const float> demands,
                        absl::Span<const float> utilization, absl::Span<float> ratios) {
  if (!AskForRoom(rank, demands, ratios)) return false;
  GrantRoom(limits, utilization);
  for (int d = 0; d < graph_->num_pairs(); ++d) {
    if (amount_[d] <= 0) continue;
    const int target = target_[rank][d];
    float share = 1;
    for (int i = graph_->link_begin[target]; i < graph_->link_begin[target + 1]; ++i) {
      if (rise_[i] > kNothing) share = std::min(share, granted_[graph_->links[i]]);
    }
    for (int p = graph_->path_begin[d]; p < graph_->path_begin[d + 1]; ++p) {
      if (graph_->delay[p] > graph_->delay[target]) ratios[p] *= 1 - share;
    }
    ratios[target] += share * amount_[d];
  }
  return true;
}

bool FastPathShift::AskForRoom(int rank, absl::Span<const float> demands,
                               absl::Span<const float> ratios) {
  std::fill(wanted_.begin(), wanted_.end(), std::array<float, kCases>{});
  bool any = false;
  for (int d = 0; d < graph_->num_pairs(); ++d) {
    const int target = target_[rank][d];
    float amount = 0;
    if (target >= 0) {
      for (int p = graph_->path_begin[d]; p < graph_->path_begin[d + 1]; ++p) {
        if (graph_->delay[p] > graph_->delay[target]) amount += ratios[p];
      }
    }
    amount_[d] = amount > kNothing ? amount : 0.0F;
    if (amount_[d] <= 0) continue;
    any = true;
    const int begin = graph_->link_begin[target], end = graph_->link_begin[target + 1];
    for (int i = begin; i < end; ++i) {
      position_[graph_->links[i]] = i;
      rise_[i] = amount;
    }
    // A link that the slower path uses too carries its traffic already.
    for (int p = graph_->path_begin[d]; p < graph_->path_begin[d + 1]; ++p) {
      if (graph_->delay[p] <= graph_->delay[target] || ratios[p] <= 0) continue;
      for (int i = graph_->link_begin[p]; i < graph_->link_begin[p + 1]; ++i) {
        const int at = position_[graph_->links[i]];
        if (at >= 0) rise_[at] -= ratios[p];
      }
    }
    const float* demand = demands.data() + static_cast<size_t>(d) * kPathDemandRow;
    for (int i = begin; i < end; ++i) {
      position_[graph_->links[i]] = -1;
      if (rise_[i] <= kNothing) continue;
      for (int c = 0; c < kCases; ++c) wanted_[graph_->links[i]][c] += rise_[i] * demand[c];
    }
  }
  return any;
}

void FastPathShift::GrantRoom(const Limits& limits, absl::Span<const float> utilization) {
  for (int l = 0; l < graph_->num_links(); ++l) {
    const float* now = utilization.data() + static_cast<size_t>(l) * kCrossingRow;
    float share = 1;
    for (int c = 0; c < kCases; ++c) {
      const float room = (limits[c] - now[c]) * graph_->capacity[l];
      if (wanted_[l][c] > room) share = std::min(share, std::max(room, 0.0F) / wanted_[l][c]);
    }
    granted_[l] = share;
  }
}

}  // namespace rhumb::neural
