// From places on the earth to a picture's box.
#ifndef RHUMB_TOPOLOGIES_LAYOUT_MAP_PROJECTION_H_
#define RHUMB_TOPOLOGIES_LAYOUT_MAP_PROJECTION_H_

#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "topologies/layout/map_layout.h"
#include "topologies/topology.h"

namespace rhumb {

// Mercator, in which stretches of longitude wider than 30 degrees and a quarter of all that have no
// place are narrower: one function of longitude, growing everywhere, for nodes and coastline alike.
// Both limits, because a relative one alone would cut through an emptier stretch of a country.
class MapProjection {
 public:
  // Fits the places into the box, less a margin. At least one place.
  MapProjection(absl::Span<const Coordinates> places, double width, double height);

  // The longitude as degrees east of the cut, in [0, 360).
  double EastOfCut(double longitude_deg) const;
  // `east_deg` as EastOfCut gives it, or beyond, for what lies outside of the places.
  MapPoint At(double east_deg, double latitude_deg) const;
  MapPoint At(const Coordinates& place) const {
    return At(EastOfCut(place.longitude_deg), place.latitude_deg);
  }

  // Middles of the stretches that are narrower.
  const std::vector<double>& breaks() const { return breaks_; }

 private:
  double Squeezed(double east_deg) const;

  double cut_deg_ = 0;
  std::vector<std::pair<double, double>> knots_;  // degrees east, squeezed degrees; both growing
  double scale_x_ = 1, scale_y_ = 1;              // pixels a degree
  double left_ = 0, top_ = 0;
  std::vector<double> breaks_;
};

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_LAYOUT_MAP_PROJECTION_H_
