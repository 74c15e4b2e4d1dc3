#include "agents/training/ridge.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace rhumb::training {

void RidgeSums::Add(const double* features, double target, double weight) {
  const auto value = [&](size_t i) { return i + 1 < size_ ? features[i] : 1.0; };
  for (size_t i = 0; i < size_; ++i) {
    const double weighted = weight * value(i);
    targets_[i] += weighted * target;
    for (size_t j = 0; j <= i; ++j) products_[i * size_ + j] += weighted * value(j);
  }
  weight_ += weight;
}

void RidgeSums::Subtract(const RidgeSums& other) {
  for (size_t i = 0; i < products_.size(); ++i) products_[i] -= other.products_[i];
  for (size_t i = 0; i < size_; ++i) targets_[i] -= other.targets_[i];
  weight_ -= other.weight_;
}

std::vector<double> RidgeSums::Fit(double penalty) const {
  std::vector<double> matrix = products_;
  for (size_t i = 0; i < size_; ++i) {
    for (size_t j = i + 1; j < size_; ++j) matrix[i * size_ + j] = matrix[j * size_ + i];
    matrix[i * size_ + i] += i + 1 < size_ ? penalty * weight_ : 1e-12 * weight_ + 1e-300;
  }
  const std::vector<double> lower = Cholesky(matrix, size_);
  std::vector<double> x = targets_;
  for (size_t i = 0; i < size_; ++i) {
    for (size_t j = 0; j < i; ++j) x[i] -= lower[i * size_ + j] * x[j];
    x[i] /= lower[i * size_ + i];
  }
  for (size_t i = size_; i-- > 0;) {
    for (size_t j = i + 1; j < size_; ++j) x[i] -= lower[j * size_ + i] * x[j];
    x[i] /= lower[i * size_ + i];
  }
  return x;
}

std::vector<double> Cholesky(const std::vector<double>& matrix, size_t size) {
  std::vector<double> lower(size * size, 0);
  for (size_t i = 0; i < size; ++i) {
    for (size_t j = 0; j <= i; ++j) {
      double sum = matrix[i * size + j];
      for (size_t k = 0; k < j; ++k) sum -= lower[i * size + k] * lower[j * size + k];
      lower[i * size + j] = i == j ? std::sqrt(std::max(sum, 1e-300)) : sum / lower[j * size + j];
    }
  }
  return lower;
}

std::vector<double> InverseOfLower(const std::vector<double>& lower, size_t size) {
  std::vector<double> inverse(size * size, 0);
  for (size_t column = 0; column < size; ++column) {
    for (size_t i = column; i < size; ++i) {
      double sum = i == column ? 1 : 0;
      for (size_t k = column; k < i; ++k) sum -= lower[i * size + k] * inverse[k * size + column];
      inverse[i * size + column] = sum / lower[i * size + i];
    }
  }
  return inverse;
}

double WeightedQuantile(const std::vector<double>& values, const std::vector<double>& weights,
                        double share) {
  if (values.empty()) return 0;
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });
  const double wanted = share * std::accumulate(weights.begin(), weights.end(), 0.0);
  double sum = 0;
  for (const size_t i : order) {
    sum += weights[i];
    if (sum >= wanted) return values[i];
  }
  return values[order.back()];
}

}  // namespace rhumb::training
