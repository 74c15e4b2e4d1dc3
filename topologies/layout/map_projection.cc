#include "topologies/layout/map_projection.h"

#include <algorithm>
#include <cmath>

namespace rhumb {
namespace {

constexpr double kMargin = 30;
constexpr double kDegrees = 3.14159265358979323846 / 180;
constexpr double kMostLatitude = 80;  // Mercator ends nowhere
constexpr double kWideGapDeg = 30;
constexpr double kWideGapShare = 0.25;
constexpr double kSqueezedShare = 0.09;  // what is left of a wide gap, of all
// How much one axis may be stretched against the other, so that a flat network fills the box.
constexpr double kStretchX = 1.25;
constexpr double kStretchY = 1.45;
constexpr double kLeastSpanDeg = 0.5;  // of networks within a town

// In degrees, growing to the south.
double MercatorY(double latitude_deg) {
  const double latitude = std::clamp(latitude_deg, -kMostLatitude, kMostLatitude) * kDegrees;
  return -std::asinh(std::tan(latitude)) / kDegrees;
}

double Wrapped(double degrees) {
  const double turned = std::fmod(degrees, 360);
  return turned < 0 ? turned + 360 : turned;
}

// The first place east of the widest empty stretch.
double CutBefore(absl::Span<const Coordinates> places) {
  std::vector<double> longitudes;
  for (const Coordinates& place : places) longitudes.push_back(Wrapped(place.longitude_deg));
  std::sort(longitudes.begin(), longitudes.end());
  double cut = longitudes.front();
  double widest = 360 - (longitudes.back() - longitudes.front());
  for (size_t i = 1; i < longitudes.size(); ++i) {
    const double gap = longitudes[i] - longitudes[i - 1];
    if (gap > widest) {
      widest = gap;
      cut = longitudes[i];
    }
  }
  return cut;
}

}  // namespace

MapProjection::MapProjection(absl::Span<const Coordinates> places, double width, double height)
    : cut_deg_(CutBefore(places)) {
  std::vector<double> easts, souths;
  for (const Coordinates& place : places) {
    easts.push_back(EastOfCut(place.longitude_deg));
    souths.push_back(MercatorY(place.latitude_deg));
  }
  std::sort(easts.begin(), easts.end());
  std::sort(souths.begin(), souths.end());
  const double span = easts.back() - easts.front();
  std::vector<double> squeezed_breaks;
  knots_ = {{easts.front(), 0}};
  for (size_t i = 1; i < easts.size(); ++i) {
    const double gap = easts[i] - easts[i - 1];
    const bool wide = gap > kWideGapDeg && gap > kWideGapShare * span;
    const double left = wide ? kSqueezedShare * span : gap;
    if (wide) squeezed_breaks.push_back(knots_.back().second + left / 2);
    if (gap > 0) knots_.emplace_back(easts[i], knots_.back().second + left);
  }
  const double across = std::max(knots_.back().second, kLeastSpanDeg);
  const double down = std::max(souths.back() - souths.front(), kLeastSpanDeg);
  scale_x_ = (width - 2 * kMargin) / across;
  scale_y_ = (height - 2 * kMargin) / down;
  const double least = std::min(scale_x_, scale_y_);
  scale_x_ = std::min(scale_x_, least * kStretchX);
  scale_y_ = std::min(scale_y_, least * kStretchY);
  left_ = (width - knots_.back().second * scale_x_) / 2;
  top_ = height / 2 - (souths.back() + souths.front()) / 2 * scale_y_;
  for (const double at : squeezed_breaks) breaks_.push_back(left_ + at * scale_x_);
}

double MapProjection::EastOfCut(double longitude_deg) const {
  return Wrapped(longitude_deg - cut_deg_);
}

MapPoint MapProjection::At(double east_deg, double latitude_deg) const {
  return {left_ + Squeezed(east_deg) * scale_x_, top_ + MercatorY(latitude_deg) * scale_y_};
}

double MapProjection::Squeezed(double east_deg) const {
  if (east_deg <= knots_.front().first) return east_deg - knots_.front().first;
  if (east_deg >= knots_.back().first) {
    return knots_.back().second + east_deg - knots_.back().first;
  }
  const auto after = std::upper_bound(knots_.begin(), knots_.end(), east_deg,
                                      [](double value, const auto& k) { return value < k.first; });
  const auto& [e0, s0] = *(after - 1);
  const auto& [e1, s1] = *after;
  return s0 + (s1 - s0) * (east_deg - e0) / (e1 - e0);
}

}  // namespace rhumb
