#include "topologies/formats/draft_geometry.h"

#include <algorithm>
#include <cmath>

namespace rhumb {
namespace {

constexpr double kShortestTold = 1;  // km; below it roundings decide
constexpr double kLeastRatio = 0.8;
constexpr double kMostRatio = 3;
constexpr double kShareToAgree = 0.8;

}  // namespace

bool CanBeOnEarth(absl::Span<const std::pair<double, double>> positions) {
  return std::all_of(positions.begin(), positions.end(), [](const auto& position) {
    return std::abs(position.first) <= 180 && std::abs(position.second) <= 90;
  });
}

std::optional<double> LengthUnitByGreatCircles(absl::Span<const ComparedLength> links) {
  for (const double unit_km : {1.0, 1e-3}) {
    int told = 0, agreeing = 0;
    for (const ComparedLength& link : links) {
      if (!(link.great_circle_km >= kShortestTold)) continue;
      ++told;
      const double ratio = link.length * unit_km / link.great_circle_km;
      agreeing += ratio >= kLeastRatio && ratio <= kMostRatio;
    }
    if (told > 0 && agreeing >= kShareToAgree * told) return unit_km;
  }
  return std::nullopt;
}

}  // namespace rhumb
