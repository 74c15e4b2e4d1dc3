#include "agents/training/surrogate_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "agents/training/ridge.h"

namespace rhumb::training {
namespace {

using surrogate::Correction;
using surrogate::DemandFeatures;
using surrogate::NetworkFeatures;
using surrogate::QuantityModel;
using surrogate::Scaling;

constexpr double kPenalties[] = {0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 1e6};
constexpr double kSizePenalty = 0.1;
constexpr double kSure = 2;  // standard errors over networks that a gain must have
constexpr double kLeastValue = 1e-9;
constexpr double kOutlier = 4;      // medians of the absolute residuals; further ones are pulled in
constexpr double kLeastSize = 0.1;  // of the median size
constexpr double kMostShiftShare = 0.99;
constexpr double kFarShare = 0.98;
constexpr double kFarthestShare = 0.99;
constexpr double kShrinkage = 0.1;  // of the covariance to the identity

constexpr const char* kNames[] = {"mean FCT",       "p99 FCT",      "mice", "elephants",
                                  "delay",          "goodput",      "loss", "on time",
                                  "demands' delay", "demands' loss"};

// Rows of one regression: standardised features, a target, the network and the weight.
struct Rows {
  size_t features = 0;
  std::vector<double> z;  // [rows, features]
  std::vector<double> target;
  std::vector<double> weight;
  std::vector<int> network;
  std::vector<int> fold;    // of its network
  std::vector<int> family;  // of its network, from 0

  size_t size() const { return target.size(); }
  const double* row(size_t i) const { return &z[i * features]; }
};

double Evaluate(const std::vector<double>& weights, const double* z) {
  double sum = weights.back();
  for (size_t i = 0; i + 1 < weights.size(); ++i) sum += weights[i] * z[i];
  return sum;
}

// Fits with each part of the rows left out, evaluated on that part.
std::vector<double> OutOfPart(const Rows& rows, const std::vector<double>& target,
                              const std::vector<int>& part_of, double penalty) {
  const int parts = *std::max_element(part_of.begin(), part_of.end()) + 1;
  RidgeSums all(rows.features);
  std::vector<RidgeSums> of_part(parts, RidgeSums(rows.features));
  for (size_t i = 0; i < rows.size(); ++i) {
    all.Add(rows.row(i), target[i], rows.weight[i]);
    of_part[part_of[i]].Add(rows.row(i), target[i], rows.weight[i]);
  }
  std::vector<std::vector<double>> fits;
  for (int part = 0; part < parts; ++part) {
    RidgeSums others = all;
    others.Subtract(of_part[part]);
    fits.push_back(others.Fit(penalty));
  }
  std::vector<double> predicted(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    predicted[i] = Evaluate(fits[part_of[i]], rows.row(i));
  }
  return predicted;
}

std::vector<double> FitAll(const Rows& rows, const std::vector<double>& target, double penalty) {
  RidgeSums all(rows.features);
  for (size_t i = 0; i < rows.size(); ++i) all.Add(rows.row(i), target[i], rows.weight[i]);
  return all.Fit(penalty);
}

std::vector<double> Absolute(const std::vector<double>& values) {
  std::vector<double> out;
  for (const double value : values) out.push_back(std::abs(value));
  return out;
}

double WeightedMean(const std::vector<double>& values, const std::vector<double>& weights) {
  double sum = 0, weight = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    sum += weights[i] * values[i];
    weight += weights[i];
  }
  return weight > 0 ? sum / weight : 0;
}

// Whether errors are surely smaller with a shift than without, over networks.
bool IsGain(const Rows& rows, const std::vector<double>& shift) {
  std::map<int, double> gains;
  for (size_t i = 0; i < rows.size(); ++i) {
    gains[rows.network[i]] +=
        rows.weight[i] * (std::abs(rows.target[i]) - std::abs(rows.target[i] - shift[i]));
  }
  const double count = static_cast<double>(gains.size());
  double mean = 0, square = 0;
  for (const auto& [network, gain] : gains) mean += gain / count;
  for (const auto& [network, gain] : gains) square += (gain - mean) * (gain - mean);
  return count > 1 && mean > kSure * std::sqrt(square / (count - 1) / count);
}

// Whether errors in no family grow with a shift that was fitted to the others. A user's network is
// of none of them, so what holds on other networks of the same kinds alone is not enough.
bool HoldsElsewhere(const Rows& rows, const std::vector<double>& shift) {
  std::map<int, double> gains;
  for (size_t i = 0; i < rows.size(); ++i) {
    gains[rows.family[i]] +=
        rows.weight[i] * (std::abs(rows.target[i]) - std::abs(rows.target[i] - shift[i]));
  }
  return std::all_of(gains.begin(), gains.end(), [](const auto& gain) { return gain.second >= 0; });
}

QuantityModel FitQuantity(const Rows& rows, int networks, double coverage) {
  QuantityModel model;
  model.shift.assign(rows.features + 1, 0);
  model.log_size.assign(rows.features + 1, 0);
  if (rows.size() == 0) return model;
  // Chaos has heavy tails; what is far out would rule the squares.
  const double limit =
      kOutlier * std::max(1e-6, WeightedQuantile(Absolute(rows.target), rows.weight, 0.5));
  std::vector<double> pulled = rows.target;
  for (double& value : pulled) value = std::clamp(value, -limit, limit);

  Rows of_shift = rows;
  if (rows.features == surrogate::kNetworkFeatures) {
    for (size_t i = 0; i < rows.size(); ++i) {
      of_shift.z[i * rows.features + surrogate::kChanceFeature] = 0;
    }
  }
  double best = WeightedMean(Absolute(rows.target), rows.weight), best_penalty = kPenalties[0];
  std::vector<double> shift(rows.size(), 0);
  for (const double penalty : kPenalties) {
    const std::vector<double> predicted = OutOfPart(of_shift, pulled, rows.fold, penalty);
    std::vector<double> left;
    for (size_t i = 0; i < rows.size(); ++i)
      left.push_back(std::abs(rows.target[i] - predicted[i]));
    const double error = WeightedMean(left, rows.weight);
    if (error >= best) continue;
    best = error;
    best_penalty = penalty;
    shift = predicted;
    model.shift = FitAll(of_shift, pulled, penalty);
  }
  model.most_shift = WeightedQuantile(Absolute(shift), rows.weight, kMostShiftShare);
  const auto clamped = [&model](std::vector<double> values) {
    for (double& value : values) value = std::clamp(value, -model.most_shift, model.most_shift);
    return values;
  };
  const bool several = std::set<int>(rows.family.begin(), rows.family.end()).size() > 1;
  if (!IsGain(rows, shift) ||
      (several &&
       !HoldsElsewhere(rows, clamped(OutOfPart(of_shift, pulled, rows.family, best_penalty))))) {
    std::fill(shift.begin(), shift.end(), 0);
    std::fill(model.shift.begin(), model.shift.end(), 0);
  }
  const std::vector<double> applied = clamped(shift);
  std::vector<double> left(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) left[i] = rows.target[i] - applied[i];
  const std::vector<double> absolute = Absolute(left);
  const double least = std::max(1e-7, kLeastSize * WeightedMean(absolute, rows.weight));
  std::vector<double> log_size;
  for (const double value : absolute) log_size.push_back(std::log(value + least));
  const std::vector<double> guessed = OutOfPart(rows, log_size, rows.fold, kSizePenalty);
  model.log_size = FitAll(rows, log_size, kSizePenalty);
  std::vector<double> scores;
  for (size_t i = 0; i < rows.size(); ++i) scores.push_back(absolute[i] / std::exp(guessed[i]));
  // Conformal over networks: one more network than there are.
  const double share = coverage * (1 + 1.0 / networks);
  model.quantile = WeightedQuantile(scores, rows.weight, share);
  model.far_half = WeightedQuantile(Absolute(rows.target), rows.weight, kFarShare);
  return model;
}

template <size_t N>
void AddTo(const std::array<double, N>& features, double weight, std::vector<double>* sum,
           std::vector<double>* squares) {
  for (size_t i = 0; i < N; ++i) {
    (*sum)[i] += weight * features[i];
    (*squares)[i] += weight * features[i] * features[i];
  }
}

Scaling ToScaling(std::vector<double> sum, std::vector<double> squares, double weight) {
  for (size_t i = 0; i < sum.size(); ++i) {
    sum[i] /= weight;
    squares[i] = std::sqrt(std::max(1e-6, squares[i] / weight - sum[i] * sum[i]));
  }
  return {std::move(sum), std::move(squares)};
}

template <size_t N>
std::vector<double> Standardised(const Scaling& scaling, const std::array<double, N>& features) {
  std::vector<double> z(N);
  for (size_t i = 0; i < N; ++i) z[i] = (features[i] - scaling.mean[i]) / scaling.deviation[i];
  return z;
}

void FitScaling(const std::vector<SurrogateSample>& samples, Correction* correction) {
  std::vector<double> sum(surrogate::kNetworkFeatures), squares = sum;
  std::vector<double> demand_sum(surrogate::kDemandFeatures), demand_squares = demand_sum;
  double weight = 0, demand_weight = 0;
  for (const SurrogateSample& sample : samples) {
    AddTo(sample.features.network, 1, &sum, &squares);
    weight += 1;
    const double share =
        1.0 / static_cast<double>(std::max<size_t>(1, sample.features.demands.size()));
    for (const DemandFeatures& demand : sample.features.demands) {
      AddTo(demand, share, &demand_sum, &demand_squares);
      demand_weight += share;
    }
  }
  correction->network = ToScaling(std::move(sum), std::move(squares), weight);
  correction->demand =
      ToScaling(std::move(demand_sum), std::move(demand_squares), std::max(demand_weight, 1e-9));
}

std::vector<double> WhiteningOf(const Scaling& scaling,
                                const std::vector<const SurrogateSample*>& samples) {
  constexpr size_t n = surrogate::kNetworkFeatures;
  std::vector<double> covariance(n * n, 0);
  for (const SurrogateSample* sample : samples) {
    const std::vector<double> z = Standardised(scaling, sample->features.network);
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j < n; ++j) {
        covariance[i * n + j] += z[i] * z[j] / static_cast<double>(samples.size());
      }
    }
  }
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) {
      covariance[i * n + j] = (1 - kShrinkage) * covariance[i * n + j] + (i == j ? kShrinkage : 0);
    }
  }
  return InverseOfLower(Cholesky(covariance, n), n);
}

// The distance of networks that the covariance has not seen decides what is far.
void FitDistance(const std::vector<SurrogateSample>& samples, int folds, Correction* correction) {
  std::vector<double> distances;
  for (int fold = 0; fold < folds; ++fold) {
    std::vector<const SurrogateSample*> others;
    for (const SurrogateSample& sample : samples) {
      if (sample.network % folds != fold) others.push_back(&sample);
    }
    if (others.empty()) continue;
    correction->whitening = WhiteningOf(correction->network, others);
    for (const SurrogateSample& sample : samples) {
      if (sample.network % folds != fold) continue;
      distances.push_back(surrogate::DistanceOf(*correction, sample.features.network));
    }
  }
  std::vector<const SurrogateSample*> all;
  for (const SurrogateSample& sample : samples) all.push_back(&sample);
  correction->whitening = WhiteningOf(correction->network, all);
  correction->farthest = std::max(
      1e-6, WeightedQuantile(distances, std::vector<double>(distances.size(), 1), kFarthestShare));
}

// How far ns-3 is from the raw value; false where there is nothing to compare.
bool Residual(double raw, double truth, bool difference, double* residual) {
  if (difference) {
    *residual = truth - raw;
    return true;
  }
  if (raw < kLeastValue || truth < kLeastValue) return false;
  *residual = std::log(truth / raw);
  return true;
}

}  // namespace

Correction FitCorrection(const std::vector<SurrogateSample>& samples, int folds) {
  Correction correction;
  FitScaling(samples, &correction);
  FitDistance(samples, folds, &correction);
  std::map<int, double> episodes;
  for (const SurrogateSample& sample : samples) episodes[sample.network] += 1;
  const int networks = static_cast<int>(episodes.size());
  std::map<std::string, int> family_of;
  for (const SurrogateSample& sample : samples) {
    family_of.emplace(sample.family, static_cast<int>(family_of.size()));
  }

  for (int q = 0; q < kPredictedQuantities; ++q) {
    Rows rows;
    rows.features = surrogate::kNetworkFeatures;
    for (const SurrogateSample& sample : samples) {
      double residual = 0;
      if (!Residual(surrogate::ValueOf(sample.fluid, q), surrogate::ValueOf(sample.truth, q),
                    surrogate::IsDifference(q), &residual)) {
        continue;
      }
      const std::vector<double> z = Standardised(correction.network, sample.features.network);
      rows.z.insert(rows.z.end(), z.begin(), z.end());
      rows.target.push_back(residual);
      rows.weight.push_back(1 / episodes[sample.network]);
      rows.network.push_back(sample.network);
      rows.fold.push_back(sample.network % folds);
      rows.family.push_back(family_of.at(sample.family));
    }
    correction.quantities[q] = FitQuantity(rows, networks, correction.coverage);
  }
  for (int q = 0; q < surrogate::kDemandQuantities; ++q) {
    Rows rows;
    rows.features = surrogate::kDemandFeatures;
    for (const SurrogateSample& sample : samples) {
      const size_t demands = std::min(sample.fluid.demands.size(), sample.truth.demands.size());
      for (size_t d = 0; d < demands; ++d) {
        const DemandMeasurement &raw = sample.fluid.demands[d], &truth = sample.truth.demands[d];
        if (raw.delay_s < kLeastValue || truth.delay_s < kLeastValue) continue;
        double residual = truth.loss_ratio - raw.loss_ratio;
        if (q == surrogate::kDemandDelay) residual = std::log(truth.delay_s / raw.delay_s);
        const std::vector<double> z = Standardised(correction.demand, sample.features.demands[d]);
        rows.z.insert(rows.z.end(), z.begin(), z.end());
        rows.target.push_back(residual);
        rows.weight.push_back(1 / episodes[sample.network] / static_cast<double>(demands));
        rows.network.push_back(sample.network);
        rows.fold.push_back(sample.network % folds);
        rows.family.push_back(family_of.at(sample.family));
      }
    }
    correction.demand_quantities[q] = FitQuantity(rows, networks, correction.coverage);
  }
  return correction;
}

SurrogateScores ScoreCorrection(const Correction& correction,
                                const std::vector<SurrogateSample>& samples) {
  constexpr int kAll = kPredictedQuantities + surrogate::kDemandQuantities;
  std::array<SurrogateScore, kAll> scores;
  std::array<double, kAll> count{};
  SurrogateScores out;
  const auto add = [&](int q, bool difference, double raw, double value, double truth,
                       const PredictedRange& range, double weight) {
    if (!difference && (raw < kLeastValue || truth < kLeastValue)) return;
    SurrogateScore& score = scores[q];
    const auto error = [&](double x) { return difference ? x - truth : x / truth - 1; };
    score.raw_error += weight * std::abs(error(raw));
    score.error += weight * std::abs(error(value));
    score.raw_bias += weight * error(raw);
    score.bias += weight * error(value);
    score.covered += truth >= range.low && truth <= range.high ? weight : 0;
    score.half += weight * (range.high - range.low) / 2 / (difference ? 1 : value);
    count[q] += weight;
  };
  for (const SurrogateSample& sample : samples) {
    Measurements corrected = sample.fluid;
    surrogate::Apply(correction, sample.features, false, &corrected);
    if (!corrected.prediction) continue;
    const Prediction& prediction = *corrected.prediction;
    out.far += prediction.far ? 1.0 / static_cast<double>(samples.size()) : 0;
    for (int q = 0; q < kPredictedQuantities; ++q) {
      add(q, surrogate::IsDifference(q), surrogate::ValueOf(sample.fluid, q),
          surrogate::ValueOf(corrected, q), surrogate::ValueOf(sample.truth, q),
          prediction.ranges[q], 1);
    }
    const size_t demands = std::min(sample.fluid.demands.size(), sample.truth.demands.size());
    for (size_t d = 0; d < demands; ++d) {
      const DemandMeasurement &raw = sample.fluid.demands[d], &truth = sample.truth.demands[d];
      if (raw.delay_s < kLeastValue || truth.delay_s < kLeastValue) continue;
      const double weight = 1.0 / static_cast<double>(demands);
      add(kPredictedQuantities, false, raw.delay_s, corrected.demands[d].delay_s, truth.delay_s,
          prediction.demand_delay_s[d], weight);
      add(kPredictedQuantities + 1, true, raw.loss_ratio, corrected.demands[d].loss_ratio,
          truth.loss_ratio, prediction.demand_loss_ratio[d], weight);
    }
  }
  for (int q = 0; q < kAll; ++q) {
    SurrogateScore& score = scores[q];
    score.quantity = kNames[q];
    const double share = count[q] > 0 ? 1 / count[q] : 0;
    for (double* value : {&score.raw_error, &score.error, &score.raw_bias, &score.bias,
                          &score.covered, &score.half}) {
      *value *= share;
    }
    out.quantities.push_back(score);
  }
  return out;
}

}  // namespace rhumb::training
