#include "agents/neural/plan_settling.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace rhumb::neural {
namespace {

// How far links may be filled, over the MLU of the case, by traffic that stays where it is and by
// traffic that takes a faster path. What is kept may come nearer: it saves moving. Both leave room
// for what no case foresees.
constexpr float kKeepFill = 0.95F;
constexpr float kFastFill = 0.8F;
// In cases that nobody measured, over the above.
constexpr float kSurgeFill = 0.9F;
// A pair that did not fit where it was may fit once others have gone back.
constexpr int kKeepPasses = 2;
// What a path less may cost in MLU where its share is allowed as it is.
constexpr float kFewPathsCost = 2e-4F;
constexpr int kMostRepairs = 400;
// From so many pairs on, those that nobody can be in the way of go at once.
constexpr size_t kMany = 5000;

constexpr int kNotYetKnown = -2;   // of a link; -1 is none
constexpr float kNothing = 1e-6F;  // shares below this are none

}  // namespace

struct PlanSettling::Shift {
  int pair, from, to;
  float share;
  float excess;  // that it leaves on the worst link or makes on others
};

void PlanSettling::SetGraph(std::shared_ptr<const PathGraph> graph) {
  graph_ = std::move(graph);
  loads_.SetGraph(graph_);
  const int pairs = graph_->num_pairs();
  by_delay_.resize(graph_->num_paths());
  std::iota(by_delay_.begin(), by_delay_.end(), 0);
  for (int d = 0; d < pairs; ++d) {
    std::stable_sort(by_delay_.begin() + graph_->path_begin[d],
                     by_delay_.begin() + graph_->path_begin[d + 1],
                     [&](int a, int b) { return graph_->delay[a] < graph_->delay[b]; });
  }
  path_over_begin_.assign(graph_->num_links() + 1, 0);
  for (const int link : graph_->links) ++path_over_begin_[link + 1];
  std::partial_sum(path_over_begin_.begin(), path_over_begin_.end(), path_over_begin_.begin());
  path_over_.resize(graph_->links.size());
  std::vector<int> next(path_over_begin_.begin(), path_over_begin_.end() - 1);
  for (int p = 0; p < graph_->num_paths(); ++p) {
    for (int i = graph_->link_begin[p]; i < graph_->link_begin[p + 1]; ++i) {
      path_over_[next[graph_->links[i]]++] = p;
    }
  }
  order_.reserve(pairs);
  weight_.assign(pairs, 0.0F);
  coming_.assign(graph_->num_paths(), 0.0F);
}

std::array<float, kScenarios> PlanSettling::scenario_mlu() const {
  std::array<float, kScenarios> mlu;
  for (int s = 0; s < kScenarios; ++s) mlu[s] = loads_.Mlu(s);
  return mlu;
}

void PlanSettling::Settle(absl::Span<const float> in_force, absl::Span<float> ratios) {
  if (!in_force.empty()) {
    loads_.SetLimits(kKeepFill, kSurgeFill);
    StayInForce(in_force, ratios);
  }
  loads_.SetLimits(kFastFill, kSurgeFill);
  TakeFastPaths(ratios);
  loads_.SetLimits(kKeepFill, kSurgeFill);
  TakeFewPaths(ratios);
  loads_.LimitToMlu();
  Repair(ratios);
}

// Most pairs want to go where nobody is in the way, whoever else goes. They go at once, and what
// they leave is free for those of order_ that must be looked at one by one.
template <typename Come, typename Take, typename Done>
void PlanSettling::ComeWhereThereIsRoom(const Come& come, const Take& take, const Done& done,
                                        absl::Span<const float> ratios) {
  if (order_.size() < kMany) return;
  std::fill(coming_.begin(), coming_.end(), 0.0F);
  for (const int d : order_) come(d);
  const absl::Span<const uint8_t> roomy = loads_.FindRoomy(coming_);
  const auto is_roomy = [&](int path) {
    const int* const first = graph_->links.data() + graph_->link_begin[path];
    const int* const last = graph_->links.data() + graph_->link_begin[path + 1];
    return std::all_of(first, last, [&](int link) { return roomy[link] != 0; });
  };
  size_t left = 0;
  bool came = false;
  for (const int d : order_) {
    bool fits = true;
    for (int p = graph_->path_begin[d]; p < graph_->path_begin[d + 1] && fits; ++p) {
      fits = coming_[p] <= 0 || is_roomy(p);
    }
    if (fits) take(d);
    came = came || fits;
    if (!fits || !done(d)) order_[left++] = d;
  }
  order_.resize(left);
  if (came) loads_.PutAgain(ratios);
}

// Pairs go back to their shares in force where that fits, those that move most first.
void PlanSettling::StayInForce(absl::Span<const float> in_force, absl::Span<float> ratios) {
  order_.clear();
  for (int d = 0; d < graph_->num_pairs(); ++d) {
    float moved = 0, held = 0;
    for (int p = graph_->path_begin[d]; p < graph_->path_begin[d + 1]; ++p) {
      moved += std::abs(ratios[p] - in_force[p]);
      held += in_force[p];
    }
    if (held <= 0) continue;
    weight_[d] = moved * loads_.demand(d)[CaseLoads::kSurge];
    if (moved > kNothing) order_.push_back(d);
  }
  std::stable_sort(order_.begin(), order_.end(),
                   [&](int a, int b) { return weight_[a] > weight_[b]; });
  ComeWhereThereIsRoom(
      [&](int d) {
        for (int p = graph_->path_begin[d]; p < graph_->path_begin[d + 1]; ++p) {
          coming_[p] = std::max(in_force[p] - ratios[p], 0.0F);
        }
      },
      [&](int d) {
        std::copy(in_force.begin() + graph_->path_begin[d],
                  in_force.begin() + graph_->path_begin[d + 1],
                  ratios.begin() + graph_->path_begin[d]);
      },
      [](int) { return true; }, ratios);
  for (int pass = 0; pass < kKeepPasses; ++pass) {
    size_t left = 0;
    for (const int d : order_) {
      const int begin = graph_->path_begin[d], end = graph_->path_begin[d + 1];
      change_.resize(end - begin);
      for (int p = begin; p < end; ++p) change_[p - begin] = in_force[p] - ratios[p];
      if (!loads_.ApplyIfItFits(d, change_)) {
        order_[left++] = d;
        continue;
      }
      std::copy(in_force.begin() + begin, in_force.begin() + end, ratios.begin() + begin);
    }
    order_.resize(left);
  }
}

// Large demands first: where one of them finds room, fewer small ones have to be split, and less
// moves when the next interval differs.
void PlanSettling::TakeFastPaths(absl::Span<float> ratios) {
  order_.clear();
  for (int d = 0; d < graph_->num_pairs(); ++d) {
    if (IsOnItsFastestPath(d, ratios)) continue;
    weight_[d] = loads_.demand(d)[CaseLoads::kSurge];
    order_.push_back(d);
  }
  std::stable_sort(order_.begin(), order_.end(),
                   [&](int a, int b) { return weight_[a] > weight_[b]; });
  const auto fastest = [this](int d) { return by_delay_[graph_->path_begin[d]]; };
  ComeWhereThereIsRoom([&](int d) { coming_[fastest(d)] = SlowerShare(d, fastest(d), ratios); },
                       [&](int d) { Gather(d, fastest(d), ratios); },
                       [&](int d) { return IsOnItsFastestPath(d, ratios); }, ratios);
  for (const int d : order_) {
    const int begin = graph_->path_begin[d], end = graph_->path_begin[d + 1];
    for (int fast = begin; fast < end; ++fast) {
      const int to = by_delay_[fast];
      const float slower = SlowerShare(d, to, ratios);
      if (slower <= 0) break;
      const int full = loads_.FirstFullLink(d, to, kNothing);
      if (full < 0 && loads_.FirstFullLink(d, to, slower) < 0) {
        for (int slow = begin; slow < end; ++slow) {
          const float share = graph_->delay[slow] > graph_->delay[to] ? ratios[slow] : 0.0F;
          if (share > 0) loads_.Shift(d, slow, -share);
        }
        loads_.Shift(d, to, slower);
        Gather(d, to, ratios);
        break;
      }
      for (int slow = end - 1; slow > fast; --slow) {
        const int from = by_delay_[slow];
        if (ratios[from] <= 0 || graph_->delay[from] <= graph_->delay[to]) continue;
        // Only traffic that is on that link already can come.
        if (full >= 0 && !Crosses(from, full)) continue;
        const float share = loads_.Room(d, from, to, ratios[from]);
        if (share > kNothing) Move(d, from, to, share, ratios);
      }
    }
  }
}

// And on no other: nothing is left to decide.
bool PlanSettling::IsOnItsFastestPath(int pair, absl::Span<const float> ratios) const {
  const int begin = graph_->path_begin[pair], end = graph_->path_begin[pair + 1];
  const float least = graph_->delay[by_delay_[begin]];
  int used = 0;
  for (int p = begin; p < end; ++p) {
    if (ratios[p] <= 0) continue;
    if (++used > 1 || graph_->delay[p] > least) return false;
  }
  return true;
}

float PlanSettling::SlowerShare(int pair, int path, absl::Span<const float> ratios) const {
  const float delay = graph_->delay[path];
  float slower = 0;
  for (int p = graph_->path_begin[pair]; p < graph_->path_begin[pair + 1]; ++p) {
    slower += graph_->delay[p] > delay ? ratios[p] : 0.0F;
  }
  return slower;
}

void PlanSettling::Gather(int pair, int path, absl::Span<float> ratios) const {
  const float slower = SlowerShare(pair, path, ratios);
  for (int p = graph_->path_begin[pair]; p < graph_->path_begin[pair + 1]; ++p) {
    if (graph_->delay[p] > graph_->delay[path]) ratios[p] = 0;
  }
  ratios[path] += slower;
}

// Small demands first: large ones then see what room is left.
void PlanSettling::TakeFewPaths(absl::Span<float> ratios) {
  std::reverse(order_.begin(), order_.end());
  for (const int d : order_) {
    while (TakeOnePathLess(d, ratios)) {
    }
  }
}

bool PlanSettling::TakeOnePathLess(int pair, absl::Span<float> ratios) {
  const int begin = graph_->path_begin[pair], end = graph_->path_begin[pair + 1];
  int used = 0, least = -1;
  for (int p = begin; p < end; ++p) {
    if (ratios[p] <= 0) continue;
    ++used;
    if (least < 0 || ratios[p] < ratios[least]) least = p;
  }
  if (used <= 1) return false;
  const bool too_small = ratios[least] < options_.min_share;
  const bool too_many = used > options_.max_paths.value_or(kUsualPaths);
  const bool must = too_small || (too_many && options_.max_paths);
  int best = -1;
  float best_excess = 0;
  for (int i = begin; i < end; ++i) {
    const int to = by_delay_[i];
    if (to == least || ratios[to] <= 0) continue;
    // A slower path is no help where the share may stay, and nothing is better than no excess.
    if (!must && !too_many && graph_->delay[to] > graph_->delay[least]) break;
    if (best >= 0 && best_excess <= 0) break;
    const float excess = loads_.Excess(pair, least, to, ratios[least]);
    if (best >= 0 && excess >= best_excess) continue;
    best = to;
    best_excess = excess;
  }
  if (best < 0) return false;
  const bool costs = best_excess > (too_many ? kFewPathsCost : 0.0F) ||
                     (!too_many && graph_->delay[best] > graph_->delay[least]);
  if (costs && !must) return false;
  Move(pair, least, best, ratios[least], ratios);
  return true;
}

// Shares that had to go may have lifted links above what they carried before. As long as one is
// above, the demands over it make way.
void PlanSettling::Repair(absl::Span<float> ratios) {
  for (int round = 0; round < kMostRepairs; ++round) {
    const CaseLoads::Worst worst = loads_.FindWorst();
    if (worst.excess <= kFewPathsCost) return;
    const std::optional<Shift> shift = FindShift(worst, ratios);
    if (!shift) return;
    Move(shift->pair, shift->from, shift->to, shift->share, ratios);
  }
}

std::optional<PlanSettling::Shift> PlanSettling::FindShift(const CaseLoads::Worst& worst,
                                                           absl::Span<const float> ratios) {
  const float least_share = static_cast<float>(options_.min_share);
  const int most_paths = options_.max_paths.value_or(kUsualPaths);
  std::optional<Shift> best;
  for (int i = path_over_begin_[worst.link]; i < path_over_begin_[worst.link + 1]; ++i) {
    const int from = path_over_[i];
    if (ratios[from] <= 0) continue;
    const int pair = graph_->pair_of_path[from];
    const int begin = graph_->path_begin[pair], end = graph_->path_begin[pair + 1];
    const float demand = loads_.demand(pair)[worst.which];
    if (demand <= 0) continue;
    const float needed = worst.load / demand;
    int used = 0;
    for (int p = begin; p < end; ++p) used += ratios[p] > 0 ? 1 : 0;
    for (int to = begin; to < end; ++to) {
      if (to == from) continue;
      if (Crosses(to, worst.link)) continue;
      float share = std::min(needed, ratios[from]);
      // Neither of the two may be left with less than the least share.
      if (ratios[to] <= 0) share = std::max(share, least_share);
      if (ratios[from] - share < least_share) share = ratios[from];
      if (share > ratios[from]) continue;
      if (ratios[to] <= 0 && used >= most_paths && share < ratios[from]) continue;
      const float left = worst.excess * std::max(1 - share / needed, 0.0F);
      const float bar = best ? std::min(best->excess, worst.excess * 0.95F) : worst.excess * 0.95F;
      if (left >= bar) continue;
      const float excess = std::max(left, loads_.Excess(pair, from, to, share));
      if (excess >= bar) continue;
      best = Shift{pair, from, to, share, excess};
    }
  }
  return best;
}

bool PlanSettling::Crosses(int path, int link) const {
  const int* const first = graph_->links.data() + graph_->link_begin[path];
  const int* const last = graph_->links.data() + graph_->link_begin[path + 1];
  return std::find(first, last, link) != last;
}

void PlanSettling::Move(int pair, int from, int to, float share, absl::Span<float> ratios) {
  loads_.Shift(pair, from, -share);
  loads_.Shift(pair, to, share);
  ratios[to] += share;
  ratios[from] = share >= ratios[from] ? 0.0F : ratios[from] - share;
}

}  // namespace rhumb::neural
