// A learned correction of what the fluid simulator measures, with the interval in which ns-3 would
// have measured and a measure of how far a scenario is from those it was learned from.
//
// Linear in standardised features: residuals of logarithms (of losses and shares: differences) and
// the logarithm of their size. Intervals are conformal: what was predicted for networks that a fit
// had not seen, divided by the predicted size, gives the quantile. Learned by
// `rhumb train --stage surrogate`.
#ifndef RHUMB_SIMULATOR_SURROGATE_CORRECTION_H_
#define RHUMB_SIMULATOR_SURROGATE_CORRECTION_H_

#include <array>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "simulator/measurements.h"
#include "simulator/surrogate/features.h"

namespace rhumb::surrogate {

enum DemandQuantity { kDemandDelay, kDemandLoss, kDemandQuantities };

// Of one quantity.
struct QuantityModel {
  std::vector<double> shift;     // [features + 1] of the residual; the last is for 1
  std::vector<double> log_size;  // [features + 1] of the residual's size
  double most_shift = 0;         // a larger one is cut off
  double quantile = 0;           // half of an interval over the residual's size
  double far_half = 0;           // half of an interval around the raw value, at distance 1
};

// Features to zero mean and unit deviation.
struct Scaling {
  std::vector<double> mean;
  std::vector<double> deviation;
};

struct Correction {
  double coverage = 0.9;
  std::string about;  // one line: what it was learned from
  Scaling network, demand;
  // [features, features], row by row: of the inverse covariance of the standardised features, so
  // that the length of its product with them is the distance.
  std::vector<double> whitening;
  double farthest = 1;  // distance that counts as 1
  std::array<QuantityModel, kPredictedQuantities> quantities;
  std::array<QuantityModel, kDemandQuantities> demand_quantities;
};

// Of the features from what the correction was learned from; above 1 is far.
double DistanceOf(const Correction& correction, const NetworkFeatures& features);

// What a quantity is compared by: its logarithm or itself.
bool IsDifference(int quantity);
// The value of a quantity in `measured`; 0 without flows for those of flows.
double ValueOf(const Measurements& measured, int quantity);

// Corrects measurements of the fluid simulator, unless their features are far, and adds the
// prediction. Leaves measurements without flows alone. `unlike`: far whatever the features say.
void Apply(const Correction& correction, const Features& features, bool unlike,
           Measurements* measured);

// As a text file of some kilobytes with a checksum, and back. `name` is used in errors:
// InvalidArgument for another kind of file or version, DataLoss for one that is torn, altered or
// does not fit this program's features.
std::string ToText(const Correction& correction);
absl::StatusOr<Correction> ParseCorrection(absl::string_view text, absl::string_view name);

// The shipped one.
const Correction& ShippedCorrection();

}  // namespace rhumb::surrogate

#endif  // RHUMB_SIMULATOR_SURROGATE_CORRECTION_H_
