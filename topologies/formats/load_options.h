// What a caller may ask of a reader, and what it hears back beside the value.
#ifndef RHUMB_TOPOLOGIES_FORMATS_LOAD_OPTIONS_H_
#define RHUMB_TOPOLOGIES_FORMATS_LOAD_OPTIONS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "topologies/formats/findings.h"
#include "topologies/topology.h"

namespace rhumb {

struct LoadOptions {
  // For links without a capacity; without it such links are refused.
  std::optional<double> default_capacity_bps;
  // For links that have neither a delay nor two ends with coordinates; 1 ms without it.
  std::optional<absl::Duration> default_delay;
  // What a capacity or demand of 1 means in files that do not say it (node-link JSON, SNDlib
  // without <unit>). Formats that define another unit keep it unless this is given.
  double unitless_rate_bps = 1e6;
  bool unitless_rate_given = false;
  // What a delay of 1 means in files that do not say it.
  absl::Duration unitless_delay = absl::Milliseconds(1);
  // What a length of 1 means; absent: a kilometre, or a metre where the coordinates of the ends
  // show it.
  std::optional<double> unitless_length_km;
  // Whether positions such as "pos" are longitude and latitude; absent: the file decides.
  std::optional<bool> geographic_positions;
  // Of a network in several parts, take the largest (counted in the notes); without it such a
  // network is refused.
  bool largest_part = false;
  // Leave out matrices whose total is outside [0.4, 2.5] times the median of the 24 h around them;
  // without it they are kept and counted in the notes.
  bool drop_suspect = false;
  // Whose nodes the numbers in a Repetita demand file mean; not owned. Without it nodes are named
  // by their number.
  const Topology* topology = nullptr;

  // Where set, faults of single elements are collected here and reading goes on as if they had been
  // repaired; not owned. See inspection.h.
  Findings* findings = nullptr;

  // Called while a file is read that takes long; may be empty.
  std::function<void(int done, int total)> on_progress;

  // Stacks of matrices that take more than this are read from the file when they are asked for
  // (OpenTraffic), and are not limited:
  int64_t streamed_from_bytes = int64_t{256} << 20;
  // Limits of all others; beyond them a file is refused before it costs more. Bytes after
  // decompression:
  int64_t max_file_bytes = int64_t{1} << 30;
  // Memory of all matrices of a series, see SeriesBytes:
  int64_t max_series_bytes = int64_t{2} << 30;
};

// Memory of a series: 8 bytes a pair of nodes and matrix, and what every matrix costs by itself.
inline double SeriesBytes(double nodes, double matrices) {
  constexpr double kPerMatrix = 128;
  return (8 * nodes * nodes + kPerMatrix) * matrices;
}

struct LoadReport {
  std::string format;  // "Topology Zoo GraphML"
  // What was merged, skipped or assumed; one line each, with its count.
  std::vector<std::string> notes;
};

template <typename T>
struct Loaded {
  T value;
  LoadReport report;
};

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_LOAD_OPTIONS_H_
