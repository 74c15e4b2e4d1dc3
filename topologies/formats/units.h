// Rates and times as people write them: "100G", "2.5 Gbit/s", "15 min".
#ifndef RHUMB_TOPOLOGIES_FORMATS_UNITS_H_
#define RHUMB_TOPOLOGIES_FORMATS_UNITS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rhumb {

// A finite number, whatever the locale; surrounding white space is allowed, hexadecimal and "nan"
// are not. InvalidArgument otherwise.
absl::StatusOr<double> ParseNumber(absl::string_view text);

// Bits per second: a number, then optionally a decimal prefix (k, M, G, T, P), then optionally
// bit/s, bits/s, b/s, bps or one of their spellings ("Mbps", "GBIT/S", "MBITPERSEC"). A bare number
// is bits per second. Bytes ("GB/s", "GByte/s") are refused, because the capital B is as often a
// slip. InvalidArgument for anything else, and for negative rates; 0 is a rate.
absl::StatusOr<double> ParseRate(absl::string_view text);

// "100 Gbit/s", "2.48832 Gbit/s", "0 bit/s": the largest decimal prefix that leaves a number of 1
// or more, six significant digits.
std::string FormatRate(double rate_bps);

// A number and a unit: ns, us, ms, s (sec, second), m (min, minute), h (hour), d (day), with plural
// forms, or what absl::ParseDuration reads ("1h30m"). A bare number other than 0 is refused.
// InvalidArgument otherwise, and for infinite and negative times.
absl::StatusOr<absl::Duration> ParseDuration(absl::string_view text);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_UNITS_H_
