#include "agents/neural/case_loads.h"

#include <algorithm>
#include <utility>

#include "agents/neural/inference_kernel.h"

namespace rhumb::neural {
namespace {

constexpr float kSlack = 1e-5F;  // of a limit: what rounding may add

}  // namespace

void CaseLoads::SetGraph(std::shared_ptr<const PathGraph> graph) {
  graph_ = std::move(graph);
  int nodes = 0;
  for (const NodePair& pair : graph_->pairs) {
    nodes = std::max({nodes, pair.source + 1, pair.destination + 1});
  }
  demands_.assign(graph_->num_pairs(), {});
  utilization_.assign(graph_->num_links(), {});
  limit_.assign(graph_->num_links(), {});
  per_capacity_.assign(graph_->num_links(), 0.0F);
  for (int l = 0; l < graph_->num_links(); ++l) {
    if (graph_->capacity[l] > 0) per_capacity_[l] = 1 / graph_->capacity[l];
  }
  coming_.assign(graph_->num_links(), {});
  roomy_.assign(graph_->num_links(), 0);
  out_.assign(nodes, 0.0F);
  in_.assign(nodes, 0.0F);
  link_change_.assign(graph_->num_links(), 0.0F);
  int most_links = 0;
  for (int d = 0; d < graph_->num_pairs(); ++d) {
    most_links = std::max(most_links, graph_->link_begin[graph_->path_begin[d + 1]] -
                                          graph_->link_begin[graph_->path_begin[d]]);
  }
  touched_.assign(graph_->num_links() + most_links, 0);
  arrays_ = {graph_->num_links(),
             graph_->num_paths(),
             graph_->link_begin.data(),
             graph_->links.data(),
             graph_->pair_of_path.data(),
             graph_->blocks.by_hops.data(),
             graph_->capacity.data(),
             per_capacity_.data(),
             demands_.empty() ? nullptr : demands_[0].data(),
             utilization_.empty() ? nullptr : utilization_[0].data(),
             limit_.empty() ? nullptr : limit_[0].data(),
             mlu_.data(),
             link_change_.data()};
}

// A demand of which nothing was seen for kHistory intervals may start in the next. What the traffic
// of its two nodes suggests (gravity model) is as good a guess as there is, and keeps it from being
// put over the fullest links only because it seems to weigh nothing.
void CaseLoads::MakeCases(absl::Span<const float> expected, absl::Span<const float> history) {
  std::fill(out_.begin(), out_.end(), 0.0F);
  std::fill(in_.begin(), in_.end(), 0.0F);
  float total = 0;
  for (int d = 0; d < graph_->num_pairs(); ++d) {
    Cases& demand = demands_[d];
    std::copy_n(expected.begin() + static_cast<long>(d) * kPathDemandRow, kScenarios,
                demand.begin());
    std::copy_n(history.begin() + static_cast<long>(d) * kHistory, kHistory,
                demand.begin() + kLatest);
    const float peak =
        *std::max_element(demand.begin() + kLatest, demand.begin() + kLatest + kHistory);
    demand[kPeak] = peak;
    out_[graph_->pairs[d].source] += peak;
    in_[graph_->pairs[d].destination] += peak;
    total += peak;
  }
  for (int d = 0; d < graph_->num_pairs(); ++d) {
    Cases& demand = demands_[d];
    const NodePair pair = graph_->pairs[d];
    demand[kGravity] = total > 0 ? out_[pair.source] * in_[pair.destination] / total : 0.0F;
    demand[kSurge] = std::max(demand[kGravity], demand[kPeak]);
  }
}

void CaseLoads::Put(absl::Span<const float> expected, absl::Span<const float> history,
                    absl::Span<const float> ratios) {
  MakeCases(expected, history);
  std::fill(utilization_.begin(), utilization_.end(), Cases{});
  kernel_->put(arrays_, ratios.data());
  mlu_.fill(0);
  for (int l = 0; l < graph_->num_links(); ++l) {
    for (int c = 0; c < kCases; ++c) {
      mlu_[c] = std::max(mlu_[c], utilization_[l][c]);
    }
  }
}

float CaseLoads::Mlu(int which) const {
  float mlu = 0;
  for (const Cases& link : utilization_) mlu = std::max(mlu, link[which]);
  return mlu;
}

void CaseLoads::SetLimits(float fill, float surge_fill) {
  Cases most;
  for (int c = 0; c < kCases; ++c) most[c] = mlu_[c] * (c >= kPeak ? fill * surge_fill : fill);
  for (int l = 0; l < graph_->num_links(); ++l) {
    for (int c = 0; c < kCases; ++c) {
      limit_[l][c] = std::max(utilization_[l][c], most[c]) * (1 + kSlack);
    }
  }
}

void CaseLoads::LimitToMlu() {
  Cases most;
  for (int c = 0; c < kCases; ++c) most[c] = mlu_[c] * (1 + kSlack);
  std::fill(limit_.begin(), limit_.end(), most);
}

absl::Span<const uint8_t> CaseLoads::FindRoomy(absl::Span<const float> coming) {
  std::fill(coming_.begin(), coming_.end(), Cases{});
  CaseArrays arrays = arrays_;
  arrays.utilization = coming_[0].data();
  kernel_->put(arrays, coming.data());
  for (int l = 0; l < graph_->num_links(); ++l) {
    bool roomy = true;
    for (int c = 0; c < kCases; ++c) {
      roomy = roomy && utilization_[l][c] + coming_[l][c] <= limit_[l][c];
    }
    roomy_[l] = roomy ? 1 : 0;
  }
  return roomy_;
}

void CaseLoads::PutAgain(absl::Span<const float> ratios) {
  std::fill(utilization_.begin(), utilization_.end(), Cases{});
  kernel_->put(arrays_, ratios.data());
}

void CaseLoads::Mark(int path, float change) {
  for (int i = graph_->link_begin[path]; i < graph_->link_begin[path + 1]; ++i) {
    link_change_[graph_->links[i]] = change;
  }
}

float CaseLoads::Room(int pair, int from, int to, float share) {
  Mark(from, 1);
  share = kernel_->room(arrays_, demands_[pair].data(), to, share);
  Mark(from, 0);
  return share;
}

float CaseLoads::Excess(int pair, int from, int to, float share) {
  Mark(from, 1);
  const float excess = kernel_->excess(arrays_, demands_[pair].data(), to, share);
  Mark(from, 0);
  return excess;
}

void CaseLoads::Collect(int pair, absl::Span<const float> change) {
  // A link whose changes cancel on the way may come twice; whoever applies them forgets them.
  const int begin = graph_->path_begin[pair], end = graph_->path_begin[pair + 1];
  const int* const link_begin = graph_->link_begin.data();
  const int* const links = graph_->links.data();
  float* const link_change = link_change_.data();
  int* const touched = touched_.data();
  int count = 0;
  for (int p = begin; p < end; ++p) {
    const float share = change[p - begin];
    if (share == 0) continue;
    for (int i = link_begin[p]; i < link_begin[p + 1]; ++i) {
      const int link = links[i];
      touched[count] = link;  // stays only where it is new
      count += link_change[link] == 0 ? 1 : 0;
      link_change[link] += share;
    }
  }
  num_touched_ = count;
}

bool CaseLoads::ApplyIfItFits(int pair, absl::Span<const float> change) {
  Collect(pair, change);
  const bool fits = kernel_->fits(arrays_, demands_[pair].data(), touched_.data(), num_touched_);
  if (fits) kernel_->apply(arrays_, demands_[pair].data(), touched_.data(), num_touched_);
  for (int k = 0; k < num_touched_; ++k) link_change_[touched_[k]] = 0;
  return fits;
}

CaseLoads::Worst CaseLoads::FindWorst() const {
  Worst worst;
  for (int l = 0; l < graph_->num_links(); ++l) {
    for (int c = 0; c < kPeak; ++c) {
      const float over = utilization_[l][c] - limit_[l][c];
      if (over > worst.excess * mlu_[c]) worst = {l, c, over / mlu_[c], over * graph_->capacity[l]};
    }
  }
  return worst;
}

}  // namespace rhumb::neural
