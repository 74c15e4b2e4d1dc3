#include "topologies/layout/coastline.h"

#include <cmath>
#include <iterator>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/types/span.h"

namespace rhumb {
namespace {

constexpr short kCoastline[] = {
#include "topologies/layout/coastline.inc"
};

constexpr double kHundredths = 0.01;
constexpr double kLeastStep = 0.5;  // pixels; a map is looked at with a zoom of a few times

using Ring = std::vector<MapPoint>;

// A side of the box that a ring is cut at: inside is where distance() is at least 0.
struct Side {
  double a, b, c;
  double distance(const MapPoint& p) const { return a * p.x + b * p.y + c; }
};

// Sutherland and Hodgman 1974, one side.
Ring Cut(const Ring& ring, const Side& side) {
  Ring cut;
  for (size_t i = 0; i < ring.size(); ++i) {
    const MapPoint& from = ring[(i + ring.size() - 1) % ring.size()];
    const MapPoint& to = ring[i];
    const double before = side.distance(from), after = side.distance(to);
    if ((before < 0) != (after < 0)) {
      const double part = before / (before - after);
      cut.push_back({from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part});
    }
    if (after >= 0) cut.push_back(to);
  }
  return cut;
}

void Append(const Ring& ring, std::string* path) {
  std::string text;
  MapPoint last{1e9, 1e9};
  int points = 0;
  for (const MapPoint& point : ring) {
    if (std::hypot(point.x - last.x, point.y - last.y) < kLeastStep) continue;
    last = point;
    absl::StrAppendFormat(&text, "%s%.1f,%.1f", points == 0 ? "M" : " ", point.x, point.y);
    ++points;
  }
  if (points >= 3) *path += text + "Z";
}

// Degrees east along the ring without a jump, from the first point on.
std::vector<double> Unwrapped(absl::Span<const short> ring, const MapProjection& projection) {
  std::vector<double> easts;
  for (size_t i = 0; i < ring.size(); i += 2) {
    double east = projection.EastOfCut(ring[i] * kHundredths);
    if (!easts.empty()) east += 360 * std::round((easts.back() - east) / 360);
    easts.push_back(east);
  }
  return easts;
}

}  // namespace

std::string LandPath(const MapProjection& projection, double width, double height) {
  const Side sides[] = {{1, 0, width}, {-1, 0, 2 * width}, {0, 1, height}, {0, -1, 2 * height}};
  std::string path;
  const auto all = absl::MakeConstSpan(kCoastline);
  for (size_t at = 0; at < all.size();) {
    const size_t numbers = 2 * static_cast<size_t>(all[at]);
    const auto points = all.subspan(at + 1, numbers);
    at += 1 + numbers;
    const std::vector<double> easts = Unwrapped(points, projection);
    // The same land once round the earth to either side.
    for (const double turn : {-360.0, 0.0, 360.0}) {
      Ring ring;
      for (size_t i = 0; i < easts.size(); ++i) {
        ring.push_back(projection.At(easts[i] + turn, points[2 * i + 1] * kHundredths));
      }
      for (const Side& side : sides) ring = Cut(ring, side);
      Append(ring, &path);
    }
  }
  return path;
}

}  // namespace rhumb
