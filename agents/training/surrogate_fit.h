// Fits the correction of the fluid simulator to what ns-3 measured on the same arrivals.
#ifndef RHUMB_AGENTS_TRAINING_SURROGATE_FIT_H_
#define RHUMB_AGENTS_TRAINING_SURROGATE_FIT_H_

#include <string>
#include <vector>

#include "simulator/measurements.h"
#include "simulator/surrogate/correction.h"
#include "simulator/surrogate/features.h"

namespace rhumb::training {

// An episode in both simulators.
struct SurrogateSample {
  int network = 0;
  std::string family;
  surrogate::Features features;
  Measurements fluid;  // not corrected
  Measurements truth;  // of ns-3
};

// Ridge regression of the residuals and of their size, with penalties chosen and intervals
// calibrated on residuals of networks that a fit has not seen (cross-conformal over `folds` of
// whole networks; every network weighs the same). What does not help there, or makes any family
// worse when the fit has seen only the others, is left uncorrected (of one family alone that says
// nothing, and is not asked).
// Samples without flows have no place here. At least two networks. Deterministic.
surrogate::Correction FitCorrection(const std::vector<SurrogateSample>& samples, int folds);

// How a correction does on samples that it was not fitted to, quantity by quantity.
struct SurrogateScore {
  std::string quantity;
  double raw_error = 0;  // mean of the absolute errors: ratios less 1, or differences
  double error = 0;      // corrected
  double raw_bias = 0;
  double bias = 0;
  double covered = 0;  // share of ns-3's values inside the range
  double half = 0;     // of a range, mean, relative to the value or as a difference
};
struct SurrogateScores {
  double far = 0;                          // share of the samples
  std::vector<SurrogateScore> quantities;  // of the network, then of the demands
};
SurrogateScores ScoreCorrection(const surrogate::Correction& correction,
                                const std::vector<SurrogateSample>& samples);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_SURROGATE_FIT_H_
