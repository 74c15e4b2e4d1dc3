// The land behind a map.
#ifndef RHUMB_TOPOLOGIES_LAYOUT_COASTLINE_H_
#define RHUMB_TOPOLOGIES_LAYOUT_COASTLINE_H_

#include <string>

#include "topologies/layout/map_projection.h"

namespace rhumb {

// Natural Earth's land as an SVG path ("M1.5,2 3,4 ...Z"), cut one box around the box of `width` by
// `height`, in steps that can be seen.
std::string LandPath(const MapProjection& projection, double width, double height);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_LAYOUT_COASTLINE_H_
