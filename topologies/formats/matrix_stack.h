// What formats of bare matrices share: they hold numbers in the order of some network's nodes, but
// neither names, nor units, nor times.
#ifndef RHUMB_TOPOLOGIES_FORMATS_MATRIX_STACK_H_
#define RHUMB_TOPOLOGIES_FORMATS_MATRIX_STACK_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "topologies/formats/input.h"
#include "topologies/formats/load_options.h"
#include "topologies/formats/notes.h"

namespace rhumb {

// Names for the rows and columns of n x n matrices: those of LoadOptions::topology when it has n
// nodes, or n nodes named h1 to hn (hosts, as YATES has them); else "0" to "n-1". Says which in
// `notes`. InvalidArgument when the topology fits in neither way.
absl::StatusOr<std::vector<std::string>> MatrixNodeNames(const Input& input, int n,
                                                         const LoadOptions& options, Notes* notes);

// n when `columns` is n * n for an n of 2 or more; 0 otherwise.
int SideOfSquare(int64_t columns);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_MATRIX_STACK_H_
