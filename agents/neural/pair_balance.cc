#include "agents/neural/pair_balance.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace rhumb::neural {
namespace {

// The score's sharpness: the more demands move from interval to interval, the less it is worth to
// tell links apart that are nearly as loaded.
constexpr double kSharpnessTimesChange = 8;
constexpr double kBluntest = 60;
constexpr double kSharpest = 4000;
// Sharpness of the first round, and how it grows once less than kWorthStaying / sharpness of the
// score is to gain: a soft maximum is that far above the maximum anyway.
constexpr double kFirstSharpness = 100;
constexpr double kSharpen = 3;
constexpr double kWorthStaying = 0.3;
// A soft maximum of that sharpness times what is good enough is near enough to the maximum.
constexpr double kSharpEnough = 0.99;
constexpr double kSettled = 0.01;  // or once a round changes so little of the score
// A split that is proven to be so near to the best possible, in logarithms of the MLU, is good
// enough; and nearer than this share of what demands move is not worth time.
constexpr double kProvenGap = 1e-3;
constexpr double kGapTimesChange = 0.1;
// So many rounds that gain less than this together end the work.
constexpr int kStalledRounds = 6;
constexpr double kStalledGain = 2e-4;
// Pairs that could still gain so much at the end do not find the way from where they began.
constexpr double kMuchLeft = 0.05;
// A bound costs about as much as a round.
constexpr int kRoundsAProof = 3;
// Links of paths that a decision may visit, and rounds.
constexpr double kBudget = 4e7;
constexpr int kFewestRounds = 6;
constexpr int kMostRounds = 120;
// Shares below this go to the pair's largest at the start.
constexpr float kSmallShare = 1e-3F;
// What a pair could gain that is passed over, over the score's gap that is worth anything, shared
// by all pairs.
constexpr double kSkip = 0.1;

}  // namespace

void PairBalance::SetGraph(const Topology& topology, std::shared_ptr<const PathGraph> graph) {
  graph_ = std::move(graph);
  bound_.SetGraph(topology, graph_);
  const size_t links = graph_->num_links(), paths = graph_->num_paths();
  const auto take = [](AlignedFloats* buffer, size_t size) {
    buffer->assign(size, 0.0F);
    return buffer->data();
  };
  arrays_.num_links = graph_->num_links();
  arrays_.num_pairs = graph_->num_pairs();
  arrays_.path_begin = graph_->path_begin.data();
  arrays_.link_begin = graph_->link_begin.data();
  arrays_.links = graph_->links.data();
  arrays_.delay = graph_->delay.data();
  arrays_.utilization = take(&utilization_, links * kBalanceRow);
  arrays_.price = take(&price_, links * kBalanceRow);
  arrays_.per_capacity = take(&per_capacity_, links);
  for (size_t l = 0; l < links; ++l) {
    per_capacity_[l] = graph_->capacity[l] > 0 ? 1 / graph_->capacity[l] : 0.0F;
  }
  take(&best_, paths);
  take(&best_utilization_, links * kBalanceRow);
  size_t most_paths = 0, most_links = 0;
  fastest_.assign(graph_->num_pairs(), std::numeric_limits<float>::infinity());
  for (int d = 0; d < graph_->num_pairs(); ++d) {
    const int begin = graph_->path_begin[d], end = graph_->path_begin[d + 1];
    most_paths = std::max(most_paths, static_cast<size_t>(end - begin));
    for (int p = begin; p < end; ++p) {
      fastest_[d] = std::min(fastest_[d], graph_->delay[p]);
      most_links = std::max(most_links,
                            static_cast<size_t>(graph_->link_begin[p + 1] - graph_->link_begin[p]));
    }
  }
  path_price_.assign(most_paths, 0.0F);
  arrays_.path_price = path_price_.data();
  side_.assign(links, 0);
  arrays_.side = side_.data();
  touched_.assign(2 * most_links, 0);
  arrays_.touched = touched_.data();
}

void PairBalance::Start(const BalanceTask& task) {
  static_assert(kBalanceRow == kPathDemandRow);
  task_ = task;
  arrays_.demands = task_.demands.data();
  sharpest_ = std::clamp(kSharpnessTimesChange / std::max(task.change, 1e-9), kBluntest, kSharpest);
  enough_ = std::max(kProvenGap, kGapTimesChange * task.change);
  least_log_mlu_ = best_log_mlu_ = -std::numeric_limits<double>::infinity();
  bound_.SetDemands(task.demands, task.weights);
  fastest_delay_ = 0;
  for (int d = 0; d < graph_->num_pairs(); ++d) {
    fastest_delay_ +=
        static_cast<double>(task_.demands[static_cast<size_t>(d) * kBalanceRow + kMeanDemand]) *
        fastest_[d];
  }
  arrays_.delay_price =
      fastest_delay_ > 0 ? static_cast<float>(task.delay_weight / fastest_delay_) : 0.0F;
}

void PairBalance::Prune(absl::Span<float> ratios) const {
  for (int d = 0; d < graph_->num_pairs(); ++d) {
    const int begin = graph_->path_begin[d], end = graph_->path_begin[d + 1];
    const auto largest = std::max_element(ratios.begin() + begin, ratios.begin() + end);
    float given = 0;
    for (int p = begin; p < end; ++p) {
      if (ratios[p] >= kSmallShare) continue;
      given += ratios[p];
      ratios[p] = 0;
    }
    *largest += given;
  }
}

double PairBalance::MeanLog(const std::array<float, kScenarios>& mlu) const {
  double mean = 0;
  for (int s = 0; s < kScenarios; ++s) {
    if (mlu[s] <= 0) return -std::numeric_limits<double>::infinity();
    mean += task_.weights[s] * std::log(mlu[s]);
  }
  return mean;
}

double PairBalance::least_mlu() const { return std::exp(least_log_mlu_); }

double PairBalance::Gap() const { return best_log_mlu_ - least_log_mlu_; }

// Links that are so far below the fullest add nothing.
double PairBalance::SoftMlu(double sharpness, std::array<double, kScenarios>* sums) const {
  const float nothing = 1 - static_cast<float>(20 / sharpness);
  sums->fill(0);
  for (int l = 0; l < graph_->num_links(); ++l) {
    const float* row = utilization_.data() + static_cast<size_t>(l) * kBalanceRow;
    for (int s = 0; s < kScenarios; ++s) {
      if (row[s] < nothing * mlu_[s]) continue;
      (*sums)[s] += std::exp(static_cast<float>(sharpness) * (row[s] / mlu_[s] - 1));
    }
  }
  double score = MeanLog(mlu_);
  for (int s = 0; s < kScenarios; ++s) score += task_.weights[s] * std::log((*sums)[s]) / sharpness;
  return score;
}

// What the score pays for it.
double PairBalance::DelayCost(absl::Span<const float> ratios) const {
  if (arrays_.delay_price <= 0) return 0;
  double delay = 0;
  for (int d = 0; d < graph_->num_pairs(); ++d) {
    float sum = 0;
    for (int p = graph_->path_begin[d]; p < graph_->path_begin[d + 1]; ++p) {
      sum += ratios[p] * graph_->delay[p];
    }
    delay +=
        static_cast<double>(task_.demands[static_cast<size_t>(d) * kBalanceRow + kMeanDemand]) *
        sum;
  }
  return task_.delay_weight * (delay / fastest_delay_ - 1);
}

double PairBalance::Price(double sharpness) {
  mlu_.fill(1e-30F);
  for (int l = 0; l < graph_->num_links(); ++l) {
    const float* row = utilization_.data() + static_cast<size_t>(l) * kBalanceRow;
    for (int s = 0; s < kScenarios; ++s) mlu_[s] = std::max(mlu_[s], row[s]);
  }
  std::array<double, kScenarios> sums;
  SoftMlu(sharpness, &sums);
  arrays_.sharpness = static_cast<float>(sharpness);
  for (int s = 0; s < kScenarios; ++s) {
    arrays_.scale[s] = task_.weights[s] / static_cast<float>(sums[s] * mlu_[s]);
    arrays_.slope[s] = static_cast<float>(sharpness) / mlu_[s];
  }
  BestBalanceKernel().price(arrays_);
  return SoftMlu(sharpest_, &sums);
}

void PairBalance::Prove(double sharpness) {
  bound_.Improve(utilization_, static_cast<float>(sharpness));
  least_log_mlu_ = std::max(least_log_mlu_, MeanLog(bound_.mlu()));
}

void PairBalance::FindCrowded(absl::Span<const float> ratios, float fill,
                              std::vector<uint8_t>* crowded) const {
  std::array<float, kScenarios> most = {};
  const auto row_of = [this](int link) {
    return utilization_.data() + static_cast<size_t>(link) * kBalanceRow;
  };
  for (int l = 0; l < graph_->num_links(); ++l) {
    for (int s = 0; s < kScenarios; ++s) most[s] = std::max(most[s], row_of(l)[s]);
  }
  std::vector<uint8_t> full(graph_->num_links(), 0);
  for (int l = 0; l < graph_->num_links(); ++l) {
    for (int s = 0; s < kScenarios; ++s) full[l] |= row_of(l)[s] > fill * most[s] ? 1 : 0;
  }
  crowded->assign(graph_->num_pairs(), 0);
  for (int d = 0; d < graph_->num_pairs(); ++d) {
    uint8_t& found = (*crowded)[d];
    for (int p = graph_->path_begin[d]; p < graph_->path_begin[d + 1] && found == 0; ++p) {
      if (ratios[p] <= 0) continue;
      for (int i = graph_->link_begin[p]; i < graph_->link_begin[p + 1] && found == 0; ++i) {
        found = full[graph_->links[i]];
      }
    }
  }
}

std::vector<MissingPath> PairBalance::FindMissing() {
  Price(balanced_for_);
  link_price_.resize(graph_->num_links());
  for (int l = 0; l < graph_->num_links(); ++l) {
    const float* price = price_.data() + static_cast<size_t>(l) * kBalanceRow;
    link_price_[l] = std::accumulate(price, price + kScenarios, 0.0F);
  }
  return bound_.FindMissing(link_price_, enough_ / 2);
}

void PairBalance::Run(absl::Span<float> ratios, bool in_use_only) {
  Prune(ratios);
  arrays_.in_use_only = in_use_only;
  stuck_ = false;
  arrays_.ratios = ratios.data();
  BestBalanceKernel().put(arrays_);
  for (int s = 0; s < kScenarios; ++s) {
    bool carries = false;
    for (size_t i = s; i < utilization_.size() && !carries; i += kBalanceRow) {
      carries = utilization_[i] > 0;
    }
    if (carries) continue;
    // A scenario of nothing: every split is as good.
    best_log_mlu_ = least_log_mlu_ = std::log(1e-30);
    return;
  }
  const int most_rounds = static_cast<int>(
      std::clamp(kBudget / std::max<double>(static_cast<double>(graph_->links.size()), 1.0),
                 static_cast<double>(kFewestRounds), static_cast<double>(kMostRounds)));
  double sharpness = std::min(kFirstSharpness, sharpest_);
  best_log_mlu_ = std::numeric_limits<double>::infinity();
  double best_score = std::numeric_limits<double>::infinity();
  double stalled_score = best_score;
  double last_score = best_score;
  int stalled_since = 0;
  double gain = best_score;
  balanced_for_ = sharpness;
  for (int round = 0;; ++round) {
    const double score = Price(sharpness) + DelayCost(ratios);
    if (score < best_score) {
      best_score = score;
      best_log_mlu_ = MeanLog(mlu_);
      std::copy(ratios.begin(), ratios.end(), best_.begin());
      std::copy(utilization_.begin(), utilization_.end(), best_utilization_.begin());
    }
    if (best_score < stalled_score - kStalledGain) {
      stalled_score = best_score;
      stalled_since = round;
    }
    const bool stalled = round - stalled_since >= kStalledRounds && sharpness >= sharpest_;
    const bool last = round == most_rounds || stalled;
    // Prices prove most at the sharpness that the split was balanced for.
    if (round > 0 && (last || gain < enough_ || round % kRoundsAProof == 0)) Prove(balanced_for_);
    // What is paid for delay is not within the bound; there a round tells what is left to gain.
    const bool done = arrays_.delay_price > 0 ? gain < enough_ && sharpness * enough_ > kSharpEnough
                                              : near_enough();
    if (last || done) break;
    balanced_for_ = sharpness;
    gain = BestBalanceKernel().round(
        arrays_, static_cast<float>(kSkip * enough_ / std::max(graph_->num_pairs(), 1)));
    const bool settled = std::abs(score - last_score) < kSettled / sharpness;
    last_score = score;
    if (gain * sharpness < kWorthStaying || settled)
      sharpness = std::min(sharpness * kSharpen, sharpest_);
    // The best that this sharpness can do.
    if (sharpness >= sharpest_ && gain < 0.2 * enough_ && round > stalled_since + 1) {
      stalled_since = std::min(stalled_since, round - kStalledRounds);
    }
  }
  stuck_ = !near_enough() && gain > kMuchLeft;
  std::copy(best_.begin(), best_.begin() + static_cast<long>(ratios.size()), ratios.begin());
  std::copy(best_utilization_.begin(), best_utilization_.end(), utilization_.begin());
}

}  // namespace rhumb::neural
