#include "topologies/formats/field_names.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

// Names in lower case, letters and digits only. Among fields of one role the first in this table
// counts.
struct KnownName {
  const char* name;
  FieldRole role;
};

constexpr KnownName kKnownNames[] = {
    {"linkspeedraw", FieldRole::kCapacity},  // bit/s, see kBitsPerSecond
    {"capacity", FieldRole::kCapacity},
    {"linkcapacity", FieldRole::kCapacity},
    {"maxcapacity", FieldRole::kCapacity},
    {"bandwidth", FieldRole::kCapacity},
    {"linkbandwidth", FieldRole::kCapacity},
    {"maxlinkbandwidth", FieldRole::kCapacity},
    {"maxbandwidth", FieldRole::kCapacity},
    {"bw", FieldRole::kCapacity},
    {"cap", FieldRole::kCapacity},
    {"datarate", FieldRole::kCapacity},
    {"linkrate", FieldRole::kCapacity},
    {"rate", FieldRole::kCapacity},
    {"speed", FieldRole::kCapacity},
    {"linkspeed", FieldRole::kMarkedCapacity},
    {"linkspeedunits", FieldRole::kCapacityUnit},
    {"capacityunit", FieldRole::kCapacityUnit},
    {"capacityunits", FieldRole::kCapacityUnit},
    {"bandwidthunit", FieldRole::kCapacityUnit},
    {"bandwidthunits", FieldRole::kCapacityUnit},
    {"bwunit", FieldRole::kCapacityUnit},
    {"bwunits", FieldRole::kCapacityUnit},
    {"rateunit", FieldRole::kCapacityUnit},
    {"speedunit", FieldRole::kCapacityUnit},
    {"speedunits", FieldRole::kCapacityUnit},
    {"linklabel", FieldRole::kRateLabel},
    {"linktype", FieldRole::kRateLabel},
    {"label", FieldRole::kRateLabel},
    {"delay", FieldRole::kDelay},
    {"latency", FieldRole::kDelay},
    {"propagationdelay", FieldRole::kDelay},
    {"propdelay", FieldRole::kDelay},
    {"linkdelay", FieldRole::kDelay},
    {"linklatency", FieldRole::kDelay},
    {"onewaydelay", FieldRole::kDelay},
    {"rtt", FieldRole::kRoundTrip},
    {"roundtriptime", FieldRole::kRoundTrip},
    {"roundtripdelay", FieldRole::kRoundTrip},
    {"delayunit", FieldRole::kDelayUnit},
    {"delayunits", FieldRole::kDelayUnit},
    {"latencyunit", FieldRole::kDelayUnit},
    {"latencyunits", FieldRole::kDelayUnit},
    {"igpmetric", FieldRole::kMetric},
    {"igpcost", FieldRole::kMetric},
    {"igpweight", FieldRole::kMetric},
    {"igp", FieldRole::kMetric},
    {"ospfcost", FieldRole::kMetric},
    {"ospfmetric", FieldRole::kMetric},
    {"ospfweight", FieldRole::kMetric},
    {"isismetric", FieldRole::kMetric},
    {"metric", FieldRole::kMetric},
    {"linkmetric", FieldRole::kMetric},
    {"weight", FieldRole::kMetric},
    {"linkweight", FieldRole::kMetric},
    {"cost", FieldRole::kMetric},
    {"linkcost", FieldRole::kMetric},
    {"length", FieldRole::kLength},
    {"linklength", FieldRole::kLength},
    {"fibrelength", FieldRole::kLength},
    {"fiberlength", FieldRole::kLength},
    {"len", FieldRole::kLength},
    {"distance", FieldRole::kLength},
    {"dist", FieldRole::kLength},
    {"lengthunit", FieldRole::kLengthUnit},
    {"lengthunits", FieldRole::kLengthUnit},
    {"distanceunit", FieldRole::kLengthUnit},
    {"distanceunits", FieldRole::kLengthUnit},
    {"distunit", FieldRole::kLengthUnit},
    {"latitude", FieldRole::kLatitude},
    {"lat", FieldRole::kLatitude},
    {"longitude", FieldRole::kLongitude},
    {"lon", FieldRole::kLongitude},
    {"lng", FieldRole::kLongitude},
    {"long", FieldRole::kLongitude},
    {"pos", FieldRole::kPosition},
    {"position", FieldRole::kPosition},
    {"xy", FieldRole::kPosition},
    {"coordinates", FieldRole::kPosition},
    {"coords", FieldRole::kPosition},
    {"city", FieldRole::kDescription},
    {"location", FieldRole::kDescription},
    {"place", FieldRole::kDescription},
    {"country", FieldRole::kDescription},
    {"name", FieldRole::kGraphName},
    {"crs", FieldRole::kCoordinates},
    {"coordinatestype", FieldRole::kCoordinates},
    {"coordinatesystem", FieldRole::kCoordinates},
    {"positions", FieldRole::kCoordinates},
    {"projection", FieldRole::kCoordinates},
    {"directed", FieldRole::kDirected},
    {"demand", FieldRole::kDemand},
    {"traffic", FieldRole::kDemand},
    {"volume", FieldRole::kDemand},
    {"demandvalue", FieldRole::kDemand},
    {"time", FieldRole::kTime},
    {"timestamp", FieldRole::kTime},
    {"datetime", FieldRole::kTime},
    {"date", FieldRole::kTime},
};

FieldName MatchWhole(absl::string_view name) {
  static const auto& by_name = *[] {
    auto* table = new absl::flat_hash_map<std::string, int>();
    for (size_t i = 0; i < std::size(kKnownNames); ++i) {
      table->emplace(kKnownNames[i].name, static_cast<int>(i));
    }
    return table;
  }();
  const auto found = by_name.find(LettersAndDigits(name));
  if (found == by_name.end()) return {};
  return {kKnownNames[found->second].role, found->second, ""};
}

bool IsUnitOf(FieldRole role, absl::string_view unit) {
  switch (role) {
    case FieldRole::kCapacity:
    case FieldRole::kMarkedCapacity:
    case FieldRole::kDemand:
      return UnitRate(unit).ok();
    case FieldRole::kDelay:
    case FieldRole::kRoundTrip:
      return UnitTime(unit).ok();
    case FieldRole::kLength:
      return UnitLengthKm(unit).ok();
    default:
      return false;
  }
}

}  // namespace

std::string LettersAndDigits(absl::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (absl::ascii_isalnum(c)) plain += absl::ascii_tolower(c);
  }
  return plain;
}

absl::StatusOr<double> UnitRate(absl::string_view unit) {
  const auto rate = ParseRate(absl::StrCat("1 ", unit));
  if (rate.ok() && *rate > 0 && !unit.empty()) return rate;
  return absl::InvalidArgumentError(
      absl::StrFormat("\"%s\" is no unit of rates; write for instance Mbit/s", unit.substr(0, 40)));
}

absl::StatusOr<absl::Duration> UnitTime(absl::string_view unit) {
  const auto time = ParseDuration(absl::StrCat("1 ", unit));
  if (time.ok() && *time > absl::ZeroDuration() && !unit.empty()) return time;
  return absl::InvalidArgumentError(
      absl::StrFormat("\"%s\" is no unit of times; write for instance ms", unit.substr(0, 40)));
}

absl::StatusOr<double> UnitLengthKm(absl::string_view unit) {
  const std::string plain = LettersAndDigits(unit);
  for (absl::string_view name : {"km", "kilometer", "kilometers", "kilometre", "kilometres"}) {
    if (plain == name) return 1.0;
  }
  for (absl::string_view name : {"m", "meter", "meters", "metre", "metres"}) {
    if (plain == name) return 1e-3;
  }
  for (absl::string_view name : {"mi", "mile", "miles"}) {
    if (plain == name) return 1.609344;
  }
  return absl::InvalidArgumentError(
      absl::StrFormat("\"%s\" is no unit of lengths; write km, m or miles", unit.substr(0, 40)));
}

FieldName MatchFieldName(absl::string_view name) {
  FieldName match = MatchWhole(name);
  if (match.role != FieldRole::kNone) return match;
  for (size_t at = 1; at < name.size(); ++at) {
    const bool cut = !absl::ascii_isalnum(name[at]) ||
                     (absl::ascii_isupper(name[at]) && absl::ascii_islower(name[at - 1]));
    if (!cut) continue;
    match = MatchWhole(name.substr(0, at));
    if (match.role == FieldRole::kNone) continue;
    absl::string_view unit = name.substr(at);
    while (!unit.empty() && (absl::StrContains(" _-.([{", unit.substr(0, 1)))) {
      unit.remove_prefix(1);
    }
    while (!unit.empty() && absl::StrContains(" )]}", unit.substr(unit.size() - 1))) {
      unit.remove_suffix(1);
    }
    if (absl::StartsWithIgnoreCase(unit, "in_") || absl::StartsWithIgnoreCase(unit, "in ")) {
      unit.remove_prefix(3);
    }
    // "lat_ms" is no latitude.
    if (match.role == FieldRole::kLatitude && (unit == "ms" || unit == "us" || unit == "ns")) {
      match = MatchWhole("latency");
    }
    if (!IsUnitOf(match.role, unit)) continue;
    match.unit = std::string(unit);
    return match;
  }
  return {};
}

FieldRole RoleOfField(absl::string_view name) { return MatchFieldName(name).role; }

}  // namespace rhumb
