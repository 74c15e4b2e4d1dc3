// Weighted ridge regression (Hoerl and Kennard 1970) and the triangular factors that it needs.
#ifndef RHUMB_AGENTS_TRAINING_RIDGE_H_
#define RHUMB_AGENTS_TRAINING_RIDGE_H_

#include <cstddef>
#include <vector>

namespace rhumb::training {

// Sums over samples, from which fits with any penalty follow: of all, and of all less a fold.
class RidgeSums {
 public:
  explicit RidgeSums(size_t features)
      : size_(features + 1), products_(size_ * size_), targets_(size_) {}

  // `features` [features]; a constant is added as the last one. Weight -1 takes a sample out.
  void Add(const double* features, double target, double weight);
  void Subtract(const RidgeSums& other);

  // [features + 1] the last for 1, which is not penalised. `penalty` is per unit of weight, for
  // features of unit deviation.
  std::vector<double> Fit(double penalty) const;

 private:
  size_t size_;
  std::vector<double> products_;  // [size, size]
  std::vector<double> targets_;   // [size]
  double weight_ = 0;
};

// The lower triangular L with L L' = `matrix` [size, size], which must be positive definite.
std::vector<double> Cholesky(const std::vector<double>& matrix, size_t size);
// The inverse of a lower triangular matrix.
std::vector<double> InverseOfLower(const std::vector<double>& lower, size_t size);

// The value below which a share of the weight lies; the largest one for shares of 1 and more. 0
// without values.
double WeightedQuantile(const std::vector<double>& values, const std::vector<double>& weights,
                        double share);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_RIDGE_H_
