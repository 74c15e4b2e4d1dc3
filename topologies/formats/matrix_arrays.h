// Which of several NumPy arrays are the traffic matrices, and what the others say of them.
#ifndef RHUMB_TOPOLOGIES_FORMATS_MATRIX_ARRAYS_H_
#define RHUMB_TOPOLOGIES_FORMATS_MATRIX_ARRAYS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "topologies/formats/input.h"
#include "topologies/formats/load_options.h"
#include "topologies/formats/npy_array.h"
#include "topologies/formats/traffic_draft.h"

namespace rhumb {

struct NamedArray {
  std::string name;  // empty in a file of its own
  NpyArray array;
};

// An array of numbers of shape (N, N), (T, N, N) or (T, N * N).
struct MatrixStack {
  const NamedArray* array = nullptr;
  int count = 0, nodes = 0;

  int64_t cells() const { return static_cast<int64_t>(nodes) * nodes; }
};

// The only stack among `arrays`, of which only the heads are looked at. InvalidArgument, saying
// what there is, for none and for two.
absl::StatusOr<MatrixStack> FindMatrixStack(const Input& input,
                                            const std::vector<NamedArray>& arrays);

// Nodes and notes of the draft from the other arrays: N texts are names of the nodes (else
// matrix_stack.h). Returns the array that holds the times of the matrices (T times, or T numbers
// under a name such as "time"), null when there is none.
absl::StatusOr<const NpyArray*> AddNodes(const Input& input, const std::vector<NamedArray>& arrays,
                                         const MatrixStack& stack, const LoadOptions& options,
                                         TrafficDraft* draft);

// Starts the next matrix of the draft and gives it the `cells` numbers of `values` from `begin`; a
// value of 1 counts options.unitless_rate_bps. Errors of the draft.
absl::Status AddMatrix(const NpyArray& values, int64_t begin, int64_t cells,
                       const LoadOptions& options, TrafficDraft* draft);

// The times of all matrices of the draft, in the order they were started. InvalidArgument for what
// time_stamps.h refuses. `times` may be null.
absl::Status AddTimes(const Input& input, const NpyArray* times, TrafficDraft* draft);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_MATRIX_ARRAYS_H_
