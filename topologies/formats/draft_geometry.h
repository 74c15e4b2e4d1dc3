// What the numbers of a drawing mean: whether positions are places on earth, and whether lengths
// are kilometres or metres. Told by comparing them with each other, never by their size alone.
#ifndef RHUMB_TOPOLOGIES_FORMATS_DRAFT_GEOMETRY_H_
#define RHUMB_TOPOLOGIES_FORMATS_DRAFT_GEOMETRY_H_

#include <optional>
#include <utility>
#include <vector>

#include "absl/types/span.h"

namespace rhumb {

// A link whose length is known and the great circle between its ends, were their positions places
// on earth.
struct ComparedLength {
  double length;  // as the file writes it
  double great_circle_km;
};

// True when every position can be longitude and latitude.
bool CanBeOnEarth(absl::Span<const std::pair<double, double>> positions);

// Kilometres of a length of 1 when the lengths agree with the great circles: 1 or 0.001 when four
// links of five are 0.8 to 3 times as long (fibre makes detours, and no line is shorter). Absent
// when they agree with neither, or no link is long enough to tell.
std::optional<double> LengthUnitByGreatCircles(absl::Span<const ComparedLength> links);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_DRAFT_GEOMETRY_H_
