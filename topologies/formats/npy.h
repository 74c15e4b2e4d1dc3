// NumPy's .npy arrays (npy_array.h) and .npz archives of them, as traffic matrices in memory;
// npy_stream.h reads those that are too large for it.
#ifndef RHUMB_TOPOLOGIES_FORMATS_NPY_H_
#define RHUMB_TOPOLOGIES_FORMATS_NPY_H_

#include "absl/status/statusor.h"
#include "topologies/formats/input.h"
#include "topologies/formats/load_options.h"
#include "topologies/formats/sniff.h"
#include "topologies/traffic_series.h"

namespace rhumb {

bool IsNpy(const Sniff& sniff);
bool IsNpz(const Sniff& sniff);

// An array of shape (N, N), (T, N, N) or (T, N * N) of numbers; what may stand beside
// it in an archive says matrix_arrays.h. A value of 1 counts options.unitless_rate_bps.
absl::StatusOr<Loaded<TrafficSeries>> ReadNpy(const Input& input, const LoadOptions& options);
absl::StatusOr<Loaded<TrafficSeries>> ReadNpz(const Input& input, const LoadOptions& options);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_NPY_H_
