#include "agents/neural/inference.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace rhumb::neural {
namespace {

// The score's soft maximum counts links within about 1 / sharpness of the most loaded one. The more
// demands move from interval to interval, the less it is worth to tell links apart that are nearly
// as loaded.
constexpr double kSharpnessTimesChange = 8.0;
constexpr double kBluntest = 60.0;
constexpr double kSharpest = 400.0;
// Refinement takes its direction from a blunter maximum first, the blunter, the more is left to
// gain. A step that gains makes the next one
// longer; after one that does not, it is tried again from the best split with a shorter step and a
// sharper maximum.
constexpr double kFirstSharpness = 0.25;
constexpr double kSharpnessTimesGap = 8;  // where much is left
constexpr double kSharpen = 2;
constexpr double kLongStep = 0.3;    // the first, of splits that were still getting better
constexpr double kShortStep = 0.06;  // of others
constexpr double kLongerStep = 1.6;
constexpr double kShorterStep = 0.35;
// Refinement ends with steps of that size, or after so many that gain less than this together.
constexpr double kLastStep = 0.004;
constexpr int kStalledSteps = 5;
constexpr double kStalledStepsGain = 1e-4;
// A split that is proven to be so near to the best one over the candidate paths, in logarithms of
// the MLU, ends a decision. Nearer than a quarter of what demands move from interval to interval is
// not worth time: the next matrix will differ by more.
constexpr double kProvenGap = 1e-3;
constexpr double kGapTimesChange = 0.25;
// Refinement is for what the iterations leave above this.
constexpr double kRefinedGap = 1e-2;
// A bound costs about as much as a third of an iteration, and proves little before the fullest
// links are nearly equally full.
constexpr int kFirstProof = 5;
// So many iterations that gain less than this end them.
constexpr int kStalled = 3;
constexpr double kStalledGain = 5e-4;
// Utilizations divided by this stay what they are.
constexpr Peaks kUnits = {{1, 1, 1, 1}, 1, 1};

}  // namespace

InferenceOptions ForPlans(InferenceOptions options) {
  options.scale = LoadScale::kOverCapacity;
  options.keep_best = false;
  options.refinements = 0;
  return options;
}

Inference::Inference(absl::Span<const float> weights, const InferenceOptions& options)
    : weights_(weights.begin(), weights.end()), options_(options) {
  problem_.link_hidden = Pack(kLinkHiddenLayer, kLinkHidden, &packed_[0]);
  problem_.link_update = Pack(kLinkUpdate, kLinkState, &packed_[1]);
  problem_.link_gate = Pack(kLinkGate, kLinkState, &packed_[2]);
  problem_.message = Pack(kMessageLayer, 32, &packed_[3]);
  problem_.path_hidden = Pack(kPathHiddenLayer, 32, &packed_[4]);
  problem_.path_out = Pack(kPathOutLayer, 16, &packed_[5]);

  const float* logits = weights_.data() + WeightTable()[kScenarioWeights].offset;
  const float largest = *std::max_element(logits, logits + kScenarios);
  float sum = 0;
  for (int s = 0; s < kScenarios; ++s) sum += scenario_weights_[s] = std::exp(logits[s] - largest);
  for (float& w : scenario_weights_) w /= sum;
  problem_.scenario_weights = scenario_weights_.data();
}

PackedLayer Inference::Pack(BlockId id, int padded_rows, Packed* packed) const {
  const WeightBlock& block = WeightTable()[id];
  packed->weights.assign(static_cast<size_t>(block.columns) * padded_rows, 0.0F);
  packed->bias.assign(padded_rows, 0.0F);
  for (int row = 0; row < block.rows; ++row) {
    // The kernel wants the bottleneck part of a message to start a vector of its own.
    const bool shifted = id == kMessageLayer && row >= kMeanMessage + kSumMessage;
    const int to = shifted ? row + 8 - kSumMessage : row;
    for (int column = 0; column < block.columns; ++column) {
      packed->weights[column * padded_rows + to] =
          weights_[block.offset + row * block.columns + column];
    }
    packed->bias[to] = weights_[block.bias_offset() + row];
  }
  return {packed->weights.data(), packed->bias.data()};
}

void Inference::SetGraph(std::shared_ptr<const PathGraph> graph) {
  graph_ = std::move(graph);
  const size_t links = graph_->num_links(), paths = graph_->num_paths(),
               pairs = graph_->num_pairs();
  const auto take = [](AlignedFloats* buffer, size_t size) {
    buffer->assign(size, 0.0F);
    return buffer->data();
  };
  state_.pair_demands = take(&pair_demands_, pairs * kPathDemandRow);
  state_.logits = take(&logits_, paths);
  state_.ratios = take(&next_ratios_, paths);
  state_.path_state = take(&path_state_, paths * kPathState);
  const PathBlocks& blocks = graph_->blocks;
  state_.path_in = take(&path_in_, static_cast<size_t>(blocks.most_paths) * kPaddedPathInput);
  state_.crossing = take(&crossing_, links * kCrossingRow);
  state_.link_state = take(&link_state_, links * kLinkState);
  state_.message = take(&message_, links * kMessageRow);
  state_.bottleneck_message = take(&bottleneck_message_, links * kBottleneckMessage);
  state_.max_load = take(&max_load_, paths);
  state_.price = take(&price_, links);
  take(&best_logits_, paths);
  take(&best_crossing_, links * kCrossingRow);
  problem_.per_hop = take(&per_hop_, paths);
  take(&widest_, pairs);
  fastest_.assign(pairs, std::numeric_limits<float>::infinity());
  for (size_t p = 0; p < paths; ++p) {
    float& widest = widest_[graph_->pair_of_path[p]];
    widest = std::max(widest, graph_->bottleneck[p]);
    float& fastest = fastest_[graph_->pair_of_path[p]];
    fastest = std::min(fastest, graph_->delay[p]);
    per_hop_[p] = 1.0F / static_cast<float>(graph_->link_begin[p + 1] - graph_->link_begin[p]);
  }
  effort_ = EffortFor(*graph_);
  forced_.SetGraph(*graph_);
  bound_.SetGraph(graph_);
  effort_.iterations = options_.iterations.value_or(effort_.iterations);
  effort_.refinements = options_.refinements.value_or(effort_.refinements);
  take(&ratios_, paths);

  problem_.num_links = graph_->num_links();
  problem_.num_paths = graph_->num_paths();
  problem_.num_pairs = graph_->num_pairs();
  problem_.path_begin = graph_->path_begin.data();
  problem_.link_begin = graph_->link_begin.data();
  problem_.links = graph_->links.data();
  problem_.pair_of_path = graph_->pair_of_path.data();
  problem_.num_blocks = blocks.num_blocks();
  problem_.block_begin = blocks.begin.data();
  problem_.by_hops = blocks.by_hops.data();
  problem_.capacity = graph_->capacity.data();
  problem_.log_capacity = graph_->log_capacity.data();
  problem_.bottleneck = graph_->bottleneck.data();
  const bool over_capacity = options_.scale == LoadScale::kOverCapacity;
  problem_.extra_hops = over_capacity ? graph_->detour.data() : graph_->extra_hops.data();
  problem_.delay = graph_->delay.data();
  problem_.extra_delay = graph_->extra_delay.data();
  problem_.widest = widest_.data();
}

void Inference::MakeDemands(absl::Span<const float> history) {
  const float* mix = weights_.data() + WeightTable()[kScenarioMix].offset;
  const WeightBlock& hidden = WeightTable()[kScenarioHidden];
  const float* out = weights_.data() + WeightTable()[kScenarioOut].offset;
  fastest_delay_ = 0;
  for (int d = 0; d < graph_->num_pairs(); ++d) {
    const float* past = history.data() + static_cast<size_t>(d) * kHistory;
    float level = 0;
    for (int h = 0; h < kHistory; ++h) level += past[h];
    level /= kHistory;
    float around[kHistory];
    bool constant = true;
    for (int h = 0; h < kHistory; ++h) {
      around[h] = level > 0 ? past[h] / level - 1 : 0.0F;
      constant = constant && past[h] == past[0];
    }
    float* row = pair_demands_.data() + static_cast<size_t>(d) * kPathDemandRow;
    float factor[kScenarios] = {};
    if (!constant) {
      for (int s = 0; s < kScenarios; ++s) {
        for (int h = 0; h < kHistory; ++h) factor[s] += mix[s * kHistory + h] * around[h];
      }
      for (int j = 0; j < kDemandHidden; ++j) {
        const float bias = weights_[hidden.bias_offset() + j];
        float x = bias;
        for (int h = 0; h < kHistory; ++h)
          x += weights_[hidden.offset + j * kHistory + h] * around[h];
        const float bent = std::max(x, 0.0F) - std::max(bias, 0.0F);
        for (int s = 0; s < kScenarios; ++s) factor[s] += out[s * kDemandHidden + j] * bent;
      }
    }
    float mean = 0;
    for (int s = 0; s < kScenarios; ++s) {
      row[s] = level * std::max(1 + factor[s], 0.0F);
      mean += scenario_weights_[s] * row[s];
    }
    row[4] = past[0];
    row[kMeanDemand] = mean;
    fastest_delay_ += static_cast<double>(mean) * fastest_[d];
  }
}

double Inference::MeanChange(absl::Span<const float> history) {
  double change = 0, total = 0;
  for (size_t i = 0; i < history.size(); i += kHistory) {
    for (int h = 0; h + 1 < kHistory; ++h) change += std::abs(history[i + h] - history[i + h + 1]);
    for (int h = 1; h < kHistory; ++h) total += history[i + h];
  }
  return total > 0 ? change / total : 0.0;
}

double Inference::Score(const Peaks& peaks, const SoftPeaks& soft, double sharpness) const {
  double score =
      fastest_delay_ > 0 ? options_.delay_weight * (peaks.delay / fastest_delay_ - 1) : 0.0;
  for (int s = 0; s < kScenarios; ++s) {
    score += scenario_weights_[s] * (std::log(std::max(peaks.scenario[s], 1e-30F)) +
                                     std::log(soft.scenario[s]) / sharpness);
  }
  return score;
}

double Inference::MeanLogMlu(absl::Span<const float> mlu) const {
  double mean = 0;
  for (int s = 0; s < kScenarios; ++s) {
    if (mlu[s] <= 0) return -std::numeric_limits<double>::infinity();
    mean += scenario_weights_[s] * std::log(mlu[s]);
  }
  return mean;
}

double Inference::least_mlu() const { return std::exp(least_log_mlu_); }

void Inference::Prove() {
  if (!options_.prove) return;
  bound_.Improve(crossing_);
  least_log_mlu_ = std::max(least_log_mlu_, MeanLogMlu(bound_.mlu()));
}

bool Inference::ProvenWithin(double gap) const {
  if (!options_.keep_best || options_.iterations) return false;
  return best_log_mlu_ - least_log_mlu_ <= std::max(gap, kGapTimesChange * change_);
}

// The score's derivative by a path's delay, in the unit of the kernel's prices: per traffic that
// fills the pair's widest path as far as the MLU.
float Inference::DelayPrice(const Peaks& peaks) const {
  if (fastest_delay_ <= 0) return 0;
  double mlu = 0;
  for (int s = 0; s < kScenarios; ++s) mlu += scenario_weights_[s] * peaks.scenario[s];
  return static_cast<float>(options_.delay_weight * mlu / fastest_delay_);
}

void Inference::Consider(int iterate, double score, const Peaks& peaks, bool take) {
  if (!take && score >= best_score_) return;
  best_score_ = score;
  best_log_mlu_ = MeanLogMlu(peaks.scenario);
  best_iterate_ = iterate;
  latest_mlu_ = peaks.latest;
  std::copy(next_ratios_.begin(), next_ratios_.end(), ratios_.begin());
  std::copy(logits_.begin(), logits_.end(), best_logits_.begin());
}

void Inference::Expect(absl::Span<const float> history) {
  MakeDemands(history);
  change_ = MeanChange(history);
}

void Inference::Run(absl::Span<const float> history, const Feedback* feedback) {
  Expect(history);
  const double sharpness =
      std::clamp(kSharpnessTimesChange / std::max(change_, 1e-9), kBluntest, kSharpest);
  bound_.SetDemands(pair_demands_);
  least_log_mlu_ = options_.prove ? MeanLogMlu(forced_.LeastMlu(pair_demands_))
                                  : -std::numeric_limits<double>::infinity();
  Iterate(sharpness, sees_feedback() ? feedback : nullptr);
  if (!options_.keep_best || effort_.refinements == 0) return;
  if (options_.refinements || !ProvenWithin(kRefinedGap)) Refine(sharpness);
}

void Inference::Start(const Feedback* feedback) {
  std::fill(path_state_.begin(), path_state_.end(), 0.0F);
  std::fill(link_state_.begin(), link_state_.end(), 0.0F);
  const float* start = weights_.data() + WeightTable()[kStart].offset;
  for (int p = 0; p < graph_->num_paths(); ++p) {
    logits_[p] = start[0] * problem_.extra_hops[p] + start[1] * graph_->start_capacity[p] +
                 start[2] * graph_->extra_delay[p];
  }
  if (feedback == nullptr) return;
  const auto states = [this](FeedbackBlock id, absl::Span<const float> features,
                             absl::Span<float> to) {
    const WeightBlock& block = FeedbackTable()[id];
    const float* const weights = weights_.data() + block.offset;
    for (size_t i = 0; i < to.size(); ++i) {
      const float* const row = features.data() + i / block.rows * block.columns;
      float x = 0;
      for (int c = 0; c < block.columns; ++c) {
        x += weights[i % block.rows * block.columns + c] * row[c];
      }
      to[i] = x / (1 + std::abs(x));
    }
  };
  states(kLinkStart, feedback->links, absl::MakeSpan(link_state_));
  states(kPathStart, feedback->paths, absl::MakeSpan(path_state_));
  ShiftLogits(kFirstShift, *feedback);
}

void Inference::ShiftLogits(FeedbackBlock shift, const Feedback& feedback) {
  const float* const weights = weights_.data() + FeedbackTable()[shift].offset;
  for (int p = 0; p < graph_->num_paths(); ++p) {
    const float* const row = feedback.paths.data() + static_cast<size_t>(p) * kNumPathFeedback;
    float sum = 0;
    for (int c = 0; c < kNumPathFeedback; ++c) sum += weights[c] * row[c];
    logits_[p] += sum;
  }
}

void Inference::Iterate(double sharpness, const Feedback* feedback) {
  Start(feedback);
  const bool over_capacity = options_.scale == LoadScale::kOverCapacity;
  double stalled_score = std::numeric_limits<double>::infinity();
  int stalled_since = 0;
  for (int k = 0; k <= effort_.iterations; ++k) {
    if (k == effort_.iterations && feedback != nullptr) ShiftLogits(kLastShift, *feedback);
    options_.kernel->softmax(problem_, state_);
    const Peaks peaks = options_.kernel->put_on_links(problem_, state_, true);
    const SoftPeaks soft =
        options_.kernel->soften(problem_, state_, peaks, static_cast<float>(sharpness));
    Consider(k, Score(peaks, soft, sharpness), peaks, k == 0 || !options_.keep_best);
    if (k == kFirstProof) Prove();
    if (ProvenWithin(kProvenGap)) return;
    if (best_score_ < stalled_score - kStalledGain) {
      stalled_score = best_score_;
      stalled_since = k;
    }
    stalled_ = k - stalled_since >= kStalled;
    if (k == effort_.iterations) break;
    if (stalled_ && options_.keep_best && !options_.iterations) break;
    options_.kernel->update(problem_, state_, over_capacity ? kUnits : peaks);
  }
  if (options_.keep_best) Prove();
}

void Inference::Refine(double sharpness) {
  double step = stalled_ ? kShortStep : kLongStep;
  // Whole numbers: the last digit of a logarithm decides nothing.
  const double gap = std::max(best_log_mlu_ - least_log_mlu_, 1e-3);
  double direction_sharpness =
      std::round(std::min(kFirstSharpness * sharpness, kSharpnessTimesGap / gap));
  double stalled_score = best_score_;
  int stalled_since = 0;
  Peaks peaks = {};
  std::copy(best_logits_.begin(), best_logits_.end(), logits_.begin());
  for (int k = 0;; ++k) {
    options_.kernel->softmax(problem_, state_);
    const Peaks now = options_.kernel->put_on_links(problem_, state_, false);
    const SoftPeaks soft =
        options_.kernel->soften(problem_, state_, now, static_cast<float>(sharpness));
    const double before = best_score_;
    Consider(effort_.iterations + k, Score(now, soft, sharpness), now, false);
    if (k == 0 || best_score_ < before) {
      peaks = now;
      std::copy(crossing_.begin(), crossing_.end(), best_crossing_.begin());
      if (k > 0) step = std::min(step * kLongerStep, kLongStep);
    } else {
      std::copy(best_crossing_.begin(), best_crossing_.end(), crossing_.begin());
      std::copy(best_logits_.begin(), best_logits_.end(), logits_.begin());
      std::copy(ratios_.begin(), ratios_.end(), next_ratios_.begin());
      step *= kShorterStep;
      direction_sharpness = std::min(direction_sharpness * kSharpen, sharpness);
    }
    if (best_score_ < stalled_score - kStalledStepsGain) {
      stalled_score = best_score_;
      stalled_since = k;
    }
    const bool stalled = k - stalled_since >= kStalledSteps || step < kLastStep;
    if (k == effort_.refinements || (stalled && !options_.refinements) ||
        ProvenWithin(kProvenGap)) {
      break;
    }
    options_.kernel->refine(
        problem_, state_,
        options_.kernel->soften(problem_, state_, peaks, static_cast<float>(direction_sharpness)),
        DelayPrice(peaks), static_cast<float>(step));
  }
  std::copy(best_crossing_.begin(), best_crossing_.end(), crossing_.begin());
  Prove();
}

}  // namespace rhumb::neural
