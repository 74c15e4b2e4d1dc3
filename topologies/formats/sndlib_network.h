// What both SNDlib formats (XML and native text; sndlib.zib.de, Orlowski et al., Networks 55(3),
// 2010) say, and how it is read as a directed network with traffic.
#ifndef RHUMB_TOPOLOGIES_FORMATS_SNDLIB_NETWORK_H_
#define RHUMB_TOPOLOGIES_FORMATS_SNDLIB_NETWORK_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "topologies/formats/input.h"
#include "topologies/formats/load_options.h"
#include "topologies/formats/notes.h"
#include "topologies/topology.h"
#include "topologies/traffic_series.h"

namespace rhumb {

struct SndlibNode {
  std::string id;
  // As written: longitude or degrees.minutes or pixels.
  std::optional<double> x, y;
  int line = 0;
};

struct SndlibLink {
  std::string id, source, target;
  std::optional<double> preinstalled;  // in units of the file
  std::optional<double> largest_module;
  int line = 0;
};

struct SndlibDemand {
  std::string id, source, target;
  double value = 0;
  int line = 0;
};

struct SndlibNetwork {
  std::string unit;         // "MBITPERSEC"; empty when the file does not say
  std::string granularity;  // "5min"; may be empty
  std::string time;         // "20040301-0050", "2004"; may be empty
  std::string origin;
  bool pixel_coordinates = false;
  std::vector<SndlibNode> nodes;
  std::vector<SndlibLink> links;
  std::vector<SndlibDemand> demands;
  Notes notes;
};

// Links are undirected and become two each, unless the file lists every pair of nodes as often in
// one direction as in the other (brain, giul39, janos-us, sun); then each is one direction.
// Capacity is the pre-installed one where it is above 0, else the largest module, else missing.
// Rates without a unit count options.unitless_rate_bps each.
//
// Coordinates are dropped when the file calls them pixels or all are whole numbers (india35), and
// read as degrees.minutes when no fraction of at least 16 exceeds .59 (nobel-eu).
absl::StatusOr<Loaded<Topology>> SndlibTopology(const Input& input, SndlibNetwork network,
                                                const LoadOptions& options);

// One matrix. Demands are directed as listed.
absl::StatusOr<Loaded<TrafficSeries>> SndlibTraffic(const Input& input, SndlibNetwork network,
                                                    const LoadOptions& options);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_SNDLIB_NETWORK_H_
