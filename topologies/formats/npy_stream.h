// NumPy stacks of matrices that are larger than the memory, read from the file matrix by matrix.
#ifndef RHUMB_TOPOLOGIES_FORMATS_NPY_STREAM_H_
#define RHUMB_TOPOLOGIES_FORMATS_NPY_STREAM_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "topologies/formats/load_options.h"
#include "topologies/traffic_stream.h"

namespace rhumb {

// The stack in an .npy file, or in an .npz archive whose members are stored (numpy.savez). All
// matrices are read once for their totals and checked as ReadNpy (npy.h) checks them; only one is
// in memory at a time, and the file stays open. Reading a matrix later gives DataLoss when the file
// was changed.
//
// Absent for other files, and for stacks of up to options.streamed_from_bytes: those are read
// whole. InvalidArgument, with the command that rewrites the file, for what has no matrices one
// behind the other: archives of compressed members, and arrays in Fortran's order, beyond the
// limits of what is read whole.
absl::StatusOr<std::optional<Loaded<TrafficStream>>> OpenNpyStream(const std::string& path,
                                                                   const LoadOptions& options);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_NPY_STREAM_H_
