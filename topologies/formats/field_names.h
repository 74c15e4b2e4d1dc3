// The names that tools give to the fields of nodes, links and graphs: one table for all readers.
#ifndef RHUMB_TOPOLOGIES_FORMATS_FIELD_NAMES_H_
#define RHUMB_TOPOLOGIES_FORMATS_FIELD_NAMES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rhumb {

// What a field is about, told by its name.
enum class FieldRole {
  kNone,
  kCapacity,        // capacity, bandwidth, bw, rate, LinkSpeedRaw, ...
  kMarkedCapacity,  // LinkSpeed: a rate only with a unit
  kCapacityUnit,
  kRateLabel,  // LinkLabel, LinkType, label: free text that may name a rate
  kDelay,
  kRoundTrip,
  kDelayUnit,
  kMetric,
  kLength,
  kLengthUnit,
  kLatitude,
  kLongitude,
  kPosition,
  kDescription,  // city, country, place
  kGraphName,
  kCoordinates,  // of a graph: what its positions are
  kDirected,
  kDemand,  // of a list of demands
  kTime,
};

struct FieldName {
  FieldRole role = FieldRole::kNone;
  int rank = 0;      // place in the table: among fields of one role the first counts
  std::string unit;  // "ms" of "delay_ms"; empty when the name has none
};

// "delay_ms", "capacityGbps", "length [km]": a known name, then a unit that begins with a sign, a
// bracket or a capital letter. kNone for unknown names. Case, blanks and punctuation do not count.
FieldName MatchFieldName(absl::string_view name);
FieldRole RoleOfField(absl::string_view name);

// What 1 of a unit is: "Gbit/s", "ms", "km" or "miles". InvalidArgument for another text.
absl::StatusOr<double> UnitRate(absl::string_view unit);
absl::StatusOr<absl::Duration> UnitTime(absl::string_view unit);
absl::StatusOr<double> UnitLengthKm(absl::string_view unit);

// In lower case, without anything else.
std::string LettersAndDigits(absl::string_view text);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_FIELD_NAMES_H_
