// Traffic matrices as plain numbers: N lines of N, from a text file or a spreadsheet, with or
// without the nodes' names above and beside; several of them apart by blank lines; or one matrix a
// line, as YATES writes its demands (Kumar et al., SOSR 2018).
#ifndef RHUMB_TOPOLOGIES_FORMATS_MATRIX_TEXT_H_
#define RHUMB_TOPOLOGIES_FORMATS_MATRIX_TEXT_H_

#include "absl/status/statusor.h"
#include "topologies/formats/input.h"
#include "topologies/formats/load_options.h"
#include "topologies/formats/sniff.h"
#include "topologies/traffic_series.h"

namespace rhumb {

// The first lines are numbers, or names above and beside numbers.
bool IsMatrixText(const Sniff& sniff);

// Row = source, column = destination. Cells as in wide_csv.h; a line "# unit: Mbit/s" says the
// unit. Without it a number counts options.unitless_rate_bps, in the form of YATES 1 bit/s unless
// unitless_rate_given. T lines of N * N numbers are T matrices; N lines of N numbers are one; where
// T = N * N either is possible, and the zeros of the diagonal or options.topology tell, else it is
// refused. Names come from the file, else as in matrix_stack.h.
absl::StatusOr<Loaded<TrafficSeries>> ReadMatrixText(const Input& input,
                                                     const LoadOptions& options);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_MATRIX_TEXT_H_
