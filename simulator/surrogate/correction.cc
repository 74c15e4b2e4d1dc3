#include "simulator/surrogate/correction.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace rhumb::surrogate {
namespace {

constexpr char kHeader[] = "rhumb-surrogate 1";
constexpr double kMostLogSize = 3;  // sizes of residuals beyond e^3 and e^-9 tell nothing
constexpr double kLeastLogSize = -9;
constexpr double kLeastValue = 1e-9;
constexpr double kUnlikeDistance = 1.5;

// The checksum of everything before it (FNV-1a, 64 bits).
uint64_t Checksum(absl::string_view text) {
  uint64_t hash = 0xcbf29ce484222325ull;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  return hash;
}

template <size_t N>
std::vector<double> Standardise(const Scaling& scaling, const std::array<double, N>& features) {
  std::vector<double> z(N);
  for (size_t i = 0; i < N; ++i) z[i] = (features[i] - scaling.mean[i]) / scaling.deviation[i];
  return z;
}

double Dot(const std::vector<double>& weights, const std::vector<double>& z) {
  double sum = weights.back();
  for (size_t i = 0; i < z.size(); ++i) sum += weights[i] * z[i];
  return sum;
}

// What the model says of a raw value, and the range.
struct Corrected {
  double value = 0;
  PredictedRange range;
};

// `difference`: by differences in [0, 1] instead of logarithms.
Corrected Predict(const QuantityModel& model, const std::vector<double>& z, double raw,
                  bool difference, double distance) {
  const bool far = distance > 1;
  const double shift =
      far ? 0 : std::clamp(Dot(model.shift, z), -model.most_shift, model.most_shift);
  const double size = std::exp(std::clamp(Dot(model.log_size, z), kLeastLogSize, kMostLogSize));
  const double half = far ? model.far_half * distance : model.quantile * size;
  Corrected out;
  if (difference) {
    out.value = std::clamp(raw + shift, 0.0, 1.0);
    out.range = {std::max(0.0, out.value - half), std::min(1.0, out.value + half)};
  } else {
    out.value = raw * std::exp(shift);
    out.range = {out.value * std::exp(-half), out.value * std::exp(half)};
  }
  return out;
}

void SetValue(int quantity, double value, Measurements* measured) {
  FlowCompletion& flows = *measured->flows;
  switch (quantity) {
    case kPredictedFct:
      flows.mean_s = value;
      break;
    case kPredictedP99Fct:
      flows.p99_s = value;
      break;
    case kPredictedMiceFct:
      flows.mice_mean_s = value;
      break;
    case kPredictedElephantsFct:
      flows.elephants_mean_s = value;
      break;
    case kPredictedDelay:
      measured->mean_delay_s = value;
      break;
    case kPredictedGoodput:
      measured->goodput_bps = value;
      break;
    case kPredictedLoss:
      measured->loss_ratio = value;
      break;
    case kPredictedOnTimeShare:
      flows.on_time =
          std::min(flows.completed,
                   static_cast<uint64_t>(std::llround(value * static_cast<double>(flows.started))));
      break;
    default:
      break;
  }
}

// Visits everything that a file holds, in order.
template <typename Visit, typename SomeCorrection>
void VisitNumbers(SomeCorrection& correction, Visit&& visit) {
  visit("coverage", &correction.coverage, 1);
  visit("network.mean", correction.network.mean.data(), kNetworkFeatures);
  visit("network.deviation", correction.network.deviation.data(), kNetworkFeatures);
  visit("demand.mean", correction.demand.mean.data(), kDemandFeatures);
  visit("demand.deviation", correction.demand.deviation.data(), kDemandFeatures);
  visit("whitening", correction.whitening.data(), kNetworkFeatures * kNetworkFeatures);
  visit("farthest", &correction.farthest, 1);
  const auto visit_model = [&visit](const std::string& name, auto& model, int features) {
    visit(name + ".shift", model.shift.data(), features + 1);
    visit(name + ".log_size", model.log_size.data(), features + 1);
    visit(name + ".most_shift", &model.most_shift, 1);
    visit(name + ".quantile", &model.quantile, 1);
    visit(name + ".far_half", &model.far_half, 1);
  };
  for (int q = 0; q < kPredictedQuantities; ++q) {
    visit_model(absl::StrCat("quantity", q), correction.quantities[q], kNetworkFeatures);
  }
  for (int q = 0; q < kDemandQuantities; ++q) {
    visit_model(absl::StrCat("demand_quantity", q), correction.demand_quantities[q],
                kDemandFeatures);
  }
}

Correction Sized() {
  Correction correction;
  correction.network = {std::vector<double>(kNetworkFeatures),
                        std::vector<double>(kNetworkFeatures)};
  correction.demand = {std::vector<double>(kDemandFeatures), std::vector<double>(kDemandFeatures)};
  correction.whitening.resize(kNetworkFeatures * kNetworkFeatures);
  for (QuantityModel& model : correction.quantities) {
    model.shift.resize(kNetworkFeatures + 1);
    model.log_size.resize(kNetworkFeatures + 1);
  }
  for (QuantityModel& model : correction.demand_quantities) {
    model.shift.resize(kDemandFeatures + 1);
    model.log_size.resize(kDemandFeatures + 1);
  }
  return correction;
}

bool AllPositive(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return value > 0; });
}

}  // namespace

bool IsDifference(int quantity) {
  return quantity == kPredictedLoss || quantity == kPredictedOnTimeShare;
}

double ValueOf(const Measurements& measured, int quantity) {
  const FlowCompletion flows = measured.flows.value_or(FlowCompletion());
  switch (quantity) {
    case kPredictedFct:
      return flows.mean_s;
    case kPredictedP99Fct:
      return flows.p99_s;
    case kPredictedMiceFct:
      return flows.mice_mean_s;
    case kPredictedElephantsFct:
      return flows.elephants_mean_s;
    case kPredictedDelay:
      return measured.mean_delay_s;
    case kPredictedGoodput:
      return measured.goodput_bps;
    case kPredictedLoss:
      return measured.loss_ratio;
    case kPredictedOnTimeShare:
      return flows.started > 0
                 ? static_cast<double>(flows.on_time) / static_cast<double>(flows.started)
                 : 0;
    default:
      return 0;
  }
}

double DistanceOf(const Correction& correction, const NetworkFeatures& features) {
  const std::vector<double> z = Standardise(correction.network, features);
  double square = 0;
  for (size_t row = 0; row < z.size(); ++row) {
    double sum = 0;
    for (size_t i = 0; i < z.size(); ++i) sum += correction.whitening[row * z.size() + i] * z[i];
    square += sum * sum;
  }
  return std::sqrt(square / static_cast<double>(z.size())) / correction.farthest;
}

void Apply(const Correction& correction, const Features& features, bool unlike,
           Measurements* measured) {
  if (!measured->flows || measured->flows->started == 0) return;
  Prediction prediction;
  prediction.coverage = correction.coverage;
  prediction.distance = DistanceOf(correction, features.network);
  if (unlike) prediction.distance = std::max(prediction.distance, kUnlikeDistance);
  prediction.far = prediction.distance > 1;
  const std::vector<double> z = Standardise(correction.network, features.network);
  for (int q = 0; q < kPredictedQuantities; ++q) {
    const double raw = ValueOf(*measured, q);
    if (!IsDifference(q) && raw < kLeastValue) continue;  // nothing of its kind was measured
    const Corrected corrected =
        Predict(correction.quantities[q], z, raw, IsDifference(q), prediction.distance);
    prediction.ranges[q] = corrected.range;
    if (!prediction.far) SetValue(q, corrected.value, measured);
  }
  for (size_t d = 0; d < measured->demands.size(); ++d) {
    DemandMeasurement& demand = measured->demands[d];
    const std::vector<double> of_demand = Standardise(correction.demand, features.demands[d]);
    Corrected delay, loss;
    if (demand.delay_s >= kLeastValue) {
      delay = Predict(correction.demand_quantities[kDemandDelay], of_demand, demand.delay_s, false,
                      prediction.distance);
      loss = Predict(correction.demand_quantities[kDemandLoss], of_demand, demand.loss_ratio, true,
                     prediction.distance);
      if (!prediction.far) {
        demand.delay_s = delay.value;
        demand.loss_ratio = loss.value;
      }
    }
    prediction.demand_delay_s.push_back(delay.range);
    prediction.demand_loss_ratio.push_back(loss.range);
  }
  measured->prediction = std::move(prediction);
}

std::string ToText(const Correction& correction) {
  std::string text = absl::StrCat(kHeader, "\nabout ", correction.about, "\n");
  VisitNumbers(correction, [&text](const std::string& name, const double* values, int count) {
    absl::StrAppend(&text, name);
    for (int i = 0; i < count; ++i) absl::StrAppendFormat(&text, " %.9g", values[i]);
    text += '\n';
  });
  absl::StrAppendFormat(&text, "checksum %016x\n", Checksum(text));
  return text;
}

absl::StatusOr<Correction> ParseCorrection(absl::string_view text, absl::string_view name) {
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  if (lines[0] != kHeader) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s: is no correction of this version; make one with rhumb train --stage surrogate", name));
  }
  const auto torn = [name](absl::string_view what) {
    return absl::DataLossError(
        absl::StrFormat("%s: torn, altered or of another version (%s); make it anew with rhumb "
                        "train --stage surrogate",
                        name, what));
  };
  const size_t end = text.rfind("checksum ");
  if (end == absl::string_view::npos ||
      text.substr(end) != absl::StrFormat("checksum %016x\n", Checksum(text.substr(0, end)))) {
    return torn("its checksum does not fit");
  }
  Correction correction = Sized();
  size_t next = 1;
  if (!absl::StartsWith(lines[next], "about ")) return torn("about");
  correction.about = std::string(lines[next++].substr(6));
  std::string fault;
  VisitNumbers(correction, [&](const std::string& key, double* values, int count) {
    if (!fault.empty()) return;
    const std::vector<absl::string_view> words =
        next < lines.size() ? absl::StrSplit(lines[next++], ' ') : std::vector<absl::string_view>();
    bool good = words.size() == static_cast<size_t>(count) + 1 && words[0] == key;
    for (int i = 0; i < count && good; ++i) {
      good = absl::SimpleAtod(words[i + 1], &values[i]) && std::isfinite(values[i]);
    }
    if (!good) fault = key;
  });
  if (!fault.empty()) return torn(fault);
  if (!AllPositive(correction.network.deviation) || !AllPositive(correction.demand.deviation) ||
      !(correction.farthest > 0) || !(correction.coverage > 0 && correction.coverage < 1)) {
    return torn("a deviation is not above 0");
  }
  return correction;
}

}  // namespace rhumb::surrogate
