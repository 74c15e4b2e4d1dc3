// Numbers of a report in few bytes. controller/web/src/data/unpack.ts reads what is written here;
// tests of both hold them to the same golden bytes.
#ifndef RHUMB_CONTROLLER_REPORT_PACKING_H_
#define RHUMB_CONTROLLER_REPORT_PACKING_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace rhumb {

// What is not known, and the most that can be told.
inline constexpr uint16_t kUnknownLoad = 65535;
inline constexpr uint16_t kMostLoad = 65534;

// Load over capacity in per mille, at most kMostLoad; kUnknownLoad for what is no number.
uint16_t PerMille(double utilization);

// Row by row, the differences of each value to the one before (the first to 0) in zigzag coding, 16
// bits: first the low bytes of all, then the high bytes. Loads change little from one interval to
// the next, so most bytes are small and the high ones 0. `values` is [rows, columns].
std::string DeltaBytes(absl::Span<const uint16_t> values, size_t columns);

// Deflated (zlib format) and in base64.
std::string DeflatedBase64(absl::string_view bytes);
// The bytes of what DeflatedBase64 gave. InvalidArgument for anything else, and beyond 256 MiB.
absl::StatusOr<std::string> InflatedBase64(absl::string_view text);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPORT_PACKING_H_
