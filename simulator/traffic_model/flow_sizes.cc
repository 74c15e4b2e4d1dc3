// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
#include "simulator/traffic_model/flow_sizes.h"

#include <cmath>
#include <cstddef>

namespace rhumb::traffic_model {
namespace {

struct Point {
  double bytes;
  double probability;  // of a flow being at most this large
};

// Piecewise linear. Web search: the shape published with DCTCP (Alizadeh et al. 2010), 15 % <= 10
// kB, 60 % <= 200 kB, 70 % <= 1 MB, 97 % <= 10 MB, at most 30 MB.
constexpr Point kWebSearch[] = {{1e3, 0}, {1e4, .15}, {2e5, .6}, {1e6, .7}, {1e7, .97}, {3e7, 1}};
constexpr Point kMiceElephants[] = {{1e4, 0}, {1e5, .8}, {1e6, .8}, {5e6, 1}};

// Bounded Pareto: P(X > x) = ((L/x)^a - (L/H)^a) / (1 - (L/H)^a).
struct BoundedPareto {
  double shape, low, high;  // bytes

  double Mean() const {
    const double ratio = std::pow(low / high, shape);
    return std::pow(low, shape) / (1 - ratio) * shape / (shape - 1) *
           (std::pow(low, 1 - shape) - std::pow(high, 1 - shape));
  }
  double Invert(double u) const {
    const double ratio = std::pow(low / high, shape);
    return low * std::pow(1 - u * (1 - ratio), -1 / shape);
  }
};
constexpr BoundedPareto kBoundedPareto = {1.2, 1e4, 1e8};
// The flow sizes of PackeRL (Boltres et al. 2024): 0.4 - ln(0.6) / 37 is its default shape. There
// the tail has no end; 12.5 MB are what a link of 200 Mbit/s carries in an episode of half a
// second.
constexpr BoundedPareto kLongTail = {0.41381, 10, 12.5e6};

template <size_t N>
double Mean(const Point (&points)[N]) {
  double mean = 0;
  for (size_t i = 1; i < N; ++i) {
    mean += (points[i].probability - points[i - 1].probability) *
            (points[i].bytes + points[i - 1].bytes) / 2;
  }
  return mean;
}

template <size_t N>
double Invert(const Point (&points)[N], double u) {
  for (size_t i = 1; i < N; ++i) {
    if (u < points[i].probability) {
      const double share =
          (u - points[i - 1].probability) / (points[i].probability - points[i - 1].probability);
      return points[i - 1].bytes + share * (points[i].bytes - points[i - 1].bytes);
    }
  }
  return points[N - 1].bytes;
}

}  // namespace

bool HasFlows(FlowSizes sizes) {
  return sizes != FlowSizes::kConstantBitRate && sizes != FlowSizes::kPoissonPackets;
}

double MeanFlowBytes(FlowSizes sizes) {
  switch (sizes) {
    case FlowSizes::kMiceElephants:
      return Mean(kMiceElephants);
    case FlowSizes::kWebSearch:
      return Mean(kWebSearch);
    case FlowSizes::kBoundedPareto:
      return kBoundedPareto.Mean();
    case FlowSizes::kLongTail:
      return kLongTail.Mean();
    default:
      return 0;
  }
}

uint64_t FlowBytes(FlowSizes sizes, double u) {
  switch (sizes) {
    case FlowSizes::kMiceElephants:
      return static_cast<uint64_t>(Invert(kMiceElephants, u));
    case FlowSizes::kWebSearch:
      return static_cast<uint64_t>(Invert(kWebSearch, u));
    case FlowSizes::kBoundedPareto:
      return static_cast<uint64_t>(kBoundedPareto.Invert(u));
    case FlowSizes::kLongTail:
      return static_cast<uint64_t>(kLongTail.Invert(u));
    default:
      return 0;
  }
}

}  // namespace rhumb::traffic_model
