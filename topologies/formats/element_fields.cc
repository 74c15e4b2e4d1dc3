#include "topologies/formats/element_fields.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "topologies/formats/link_label.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

constexpr char kBitsPerSecond[] = "LinkSpeedRaw";
// Two spellings of one rate differ by rounding: 155 Mbit/s and OC-3.
constexpr double kSameRate = 0.05;

// "1.5, 2", "1.5 2", "[1.5, 2]"; absent otherwise.
std::optional<std::pair<double, double>> ParsePair(absl::string_view text) {
  const std::vector<absl::string_view> parts =
      absl::StrSplit(text, absl::ByAnyChar(" ,;()[]\""), absl::SkipEmpty());
  if (parts.size() != 2 && parts.size() != 3) return std::nullopt;  // a third is a height
  const auto x = ParseNumber(parts[0]), y = ParseNumber(parts[1]);
  if (!x.ok() || !y.ok()) return std::nullopt;
  return std::pair(*x, *y);
}

bool SaysGeographic(absl::string_view text) {
  const std::string plain = LettersAndDigits(text);
  for (absl::string_view word :
       {"geographic", "geographical", "wgs84", "epsg4326", "lonlat", "longlat", "crs84"}) {
    if (absl::StrContains(plain, word)) return true;
  }
  return false;
}

}  // namespace

// A field with what its name says.
struct ElementFields::Chosen {
  const Field* field;
  FieldName match;
  bool used = false;
};

absl::Status ElementFields::Fault(const Place& place, const DraftLink& link, const Field& field,
                                  absl::string_view why) {
  return draft_.Fault(place,
                      absl::StrFormat("links with an unreadable %s", field.name.substr(0, 40)),
                      absl::StrFormat("link %s-%s: the %s %s", link.source_key,
                                      link.destination_key, field.name.substr(0, 40), why));
}

absl::Status ElementFields::ReadGraph(const Fields& fields) {
  for (const Field& field : fields) {
    absl::Status status;
    switch (MatchFieldName(field.name).role) {
      case FieldRole::kCapacityUnit: {
        const auto unit = UnitRate(field.text);
        if (unit.ok()) capacity_unit_bps_ = *unit;
        status = unit.status();
        break;
      }
      case FieldRole::kDelayUnit: {
        const auto unit = UnitTime(field.text);
        if (unit.ok()) delay_unit_ = *unit;
        status = unit.status();
        break;
      }
      case FieldRole::kLengthUnit: {
        const auto unit = UnitLengthKm(field.text);
        if (unit.ok()) length_unit_km_ = *unit;
        status = unit.status();
        break;
      }
      case FieldRole::kCoordinates:
        draft_.positions_are_geographic = SaysGeographic(field.text);
        break;
      case FieldRole::kGraphName:
        if (draft_.name.empty()) draft_.name = field.text;
        break;
      default:
        draft_.notes.Unused("graph", field.name);
    }
    if (!status.ok()) {
      return draft_.Fault(
          0, "fields of the graph that cannot be read",
          absl::StrFormat("the %s of the graph: %s", field.name.substr(0, 40), status.message()));
    }
  }
  return absl::OkStatus();
}

void ElementFields::ReadNode(const Fields& fields, const Place& place, DraftNode* node) {
  const Field *latitude = nullptr, *longitude = nullptr, *position = nullptr;
  for (const Field& field : fields) {
    const Field** taken = nullptr;
    switch (MatchFieldName(field.name).role) {
      case FieldRole::kLatitude:
        taken = &latitude;
        break;
      case FieldRole::kLongitude:
        taken = &longitude;
        break;
      case FieldRole::kPosition:
        taken = &position;
        break;
      case FieldRole::kDescription:
      case FieldRole::kRateLabel:  // "label"
      case FieldRole::kGraphName:  // "name"
        if (node->description.empty()) {
          node->description = field.text;
          continue;
        }
        break;
      default:
        break;
    }
    if (taken != nullptr && *taken == nullptr) {
      *taken = &field;
    } else {
      draft_.notes.Unused("node", field.name);
    }
  }
  const std::string where = absl::StrFormat("node %s, %s", node->key, place.ToString());
  if (latitude != nullptr && longitude != nullptr) {
    const auto north = ParseNumber(latitude->text), east = ParseNumber(longitude->text);
    if (north.ok() && east.ok()) {
      node->coordinates = Coordinates{*north, *east};
    } else {
      draft_.notes.Count("coordinates that are not numbers left out", where);
    }
  } else if (latitude != nullptr || longitude != nullptr) {
    draft_.notes.Count("coordinates of which one is missing left out", where);
  }
  if (position != nullptr) {
    node->position = ParsePair(position->text);
    if (!node->position) draft_.notes.Count("positions that are not two numbers left out", where);
  }
}

absl::StatusOr<std::optional<double>> ElementFields::CapacityOf(const Chosen& chosen,
                                                                std::optional<double> beside_bps) {
  std::optional<double> rate_bps;
  const std::string& text = chosen.field->text;
  if (chosen.match.role == FieldRole::kRateLabel) {
    rate_bps = RateOfLinkLabel(text);
    return rate_bps;
  }
  const auto number = ParseNumber(text);
  if (!number.ok()) {
    const auto rate = RateOfExpression(text);
    if (!rate.ok()) return rate.status();
    rate_bps = *rate;
    return rate_bps;
  }
  if (chosen.field->name == kBitsPerSecond) {
    rate_bps = *number;
  } else if (!chosen.match.unit.empty()) {
    rate_bps = *number * *UnitRate(chosen.match.unit);
  } else if (beside_bps) {
    rate_bps = *number * *beside_bps;
  } else if (chosen.match.role == FieldRole::kMarkedCapacity) {
    return absl::InvalidArgumentError("has no unit");
  } else if (capacity_unit_bps_) {
    rate_bps = *number * *capacity_unit_bps_;
  } else {
    rate_bps = *number * options_.unitless_rate_bps;
    draft_.notes.Count(absl::StrFormat("link capacities without a unit, 1 read as %s",
                                       FormatRate(options_.unitless_rate_bps)));
  }
  return rate_bps;
}

absl::Status ElementFields::ReadCapacity(const Place& place, std::vector<Chosen>* fields,
                                         DraftLink* link) {
  std::optional<double> beside_bps;
  for (Chosen& c : *fields) {
    if (c.match.role != FieldRole::kCapacityUnit || c.field->text.empty()) continue;
    const auto unit = UnitRate(c.field->text);
    c.used = true;
    if (unit.ok()) {
      beside_bps = *unit;
    } else if (absl::Status status =
                   Fault(place, *link, *c.field, absl::StrCat("is ", unit.status().message()));
               !status.ok()) {
      return status;
    }
  }
  const Field* unread_label = nullptr;
  for (Chosen& c : *fields) {
    const FieldRole role = c.match.role;
    if (c.field->text.empty() || c.used ||
        (role != FieldRole::kCapacity && role != FieldRole::kMarkedCapacity &&
         role != FieldRole::kRateLabel)) {
      continue;
    }
    if (link->capacity_bps && role == FieldRole::kRateLabel) {
      // Says the same in other words, or says nothing about the rate.
      const auto rate = RateOfLinkLabel(c.field->text);
      c.used = rate && std::abs(*rate - *link->capacity_bps) <= kSameRate * *link->capacity_bps;
      continue;
    }
    if (link->capacity_bps && role == FieldRole::kMarkedCapacity) {
      const auto rate = CapacityOf(c, beside_bps);
      c.used = rate.ok() && *rate &&
               std::abs(**rate - *link->capacity_bps) <= kSameRate * *link->capacity_bps;
      continue;
    }
    if (link->capacity_bps) continue;
    const auto rate = CapacityOf(c, beside_bps);
    c.used = true;
    const std::string quoted = absl::StrFormat("\"%s\"", c.field->text.substr(0, 60));
    if (!rate.ok() && role == FieldRole::kMarkedCapacity) {
      draft_.notes.Count(absl::StrCat("links whose ", c.field->name, " cannot be read"),
                         absl::StrCat(quoted, ", ", place.ToString()));
    } else if (!rate.ok()) {
      if (absl::Status status =
              Fault(place, *link, *c.field,
                    absl::StrFormat("%s is no rate: %s", quoted, rate.status().message()));
          !status.ok()) {
        return status;
      }
      link->capacity_bps = options_.default_capacity_bps.value_or(10e9);  // reported already
    } else if (*rate) {
      link->capacity_bps = *rate;
      if (role != FieldRole::kCapacity || c.field->name == kBitsPerSecond) {
        draft_.notes.Count(absl::StrCat("link capacities from ", c.field->name),
                           role == FieldRole::kRateLabel
                               ? absl::StrFormat("%s as %s", quoted, FormatRate(**rate))
                               : "");
      }
    } else {
      // A label that names no rate is told of below; plain "label" is anybody's.
      c.used = unread_label == nullptr && c.match.rank != MatchFieldName("label").rank;
      if (c.used) unread_label = c.field;
    }
  }
  if (unread_label != nullptr && !link->capacity_bps) {
    draft_.notes.Count(
        absl::StrFormat("links whose %s names no single rate", unread_label->name),
        absl::StrFormat("\"%s\", %s", unread_label->text.substr(0, 60), place.ToString()));
  }
  return absl::OkStatus();
}

absl::StatusOr<absl::Duration> ElementFields::DelayOf(const Chosen& chosen,
                                                      std::optional<absl::Duration> beside) {
  const std::string& text = chosen.field->text;
  absl::Duration delay;
  if (const auto number = ParseNumber(text); number.ok()) {
    if (!chosen.match.unit.empty()) {
      delay = *UnitTime(chosen.match.unit) * *number;
    } else if (beside) {
      delay = *beside * *number;
    } else if (delay_unit_) {
      delay = *delay_unit_ * *number;
    } else {
      delay = options_.unitless_delay * *number;
      draft_.notes.Count(absl::StrFormat("link delays without a unit, 1 read as %s",
                                         absl::FormatDuration(options_.unitless_delay)));
    }
  } else {
    const auto written = ParseDuration(text);
    if (!written.ok()) return written.status();
    delay = *written;
  }
  if (chosen.match.role != FieldRole::kRoundTrip) return delay;
  draft_.notes.Count("link delays taken as half of a round trip");
  return delay / 2;
}

absl::StatusOr<DraftLength> ElementFields::LengthOf(const Chosen& chosen,
                                                    std::optional<double> beside_km) {
  const std::string& text = chosen.field->text;
  DraftLength length;
  if (const auto number = ParseNumber(text); number.ok()) {
    length.value = *number;
    if (!chosen.match.unit.empty()) {
      length.unit_km = *UnitLengthKm(chosen.match.unit);
    } else {
      length.unit_km = beside_km ? beside_km : length_unit_km_;
    }
    return length;
  }
  const size_t cut = text.find_last_of("0123456789.");
  const auto number = ParseNumber(text.substr(0, cut == std::string::npos ? 0 : cut + 1));
  const auto unit = UnitLengthKm(cut == std::string::npos ? text : text.substr(cut + 1));
  if (!number.ok() || !unit.ok()) {
    return absl::InvalidArgumentError("write a number with km, m or miles");
  }
  length.value = *number;
  length.unit_km = *unit;
  return length;
}

absl::Status ElementFields::ReadLink(const Fields& fields, const Place& place, DraftLink* link) {
  std::vector<Chosen> chosen;
  chosen.reserve(fields.size());
  for (const Field& field : fields) chosen.push_back({&field, MatchFieldName(field.name)});
  std::stable_sort(chosen.begin(), chosen.end(),
                   [](const Chosen& a, const Chosen& b) { return a.match.rank < b.match.rank; });
  if (absl::Status status = ReadCapacity(place, &chosen, link); !status.ok()) return status;
  std::optional<absl::Duration> delay_beside;
  std::optional<double> length_beside;
  for (Chosen& c : chosen) {
    if (c.match.role == FieldRole::kDelayUnit) {
      if (const auto unit = UnitTime(c.field->text); unit.ok()) delay_beside = *unit;
      c.used = delay_beside.has_value();
    } else if (c.match.role == FieldRole::kLengthUnit) {
      if (const auto unit = UnitLengthKm(c.field->text); unit.ok()) length_beside = *unit;
      c.used = length_beside.has_value();
    }
  }
  bool metric = false;
  for (Chosen& c : chosen) {
    absl::Status bad;
    const char* kind = "";
    if (c.field->text.empty()) continue;
    switch (c.match.role) {
      case FieldRole::kDelay:
      case FieldRole::kRoundTrip:
        if (link->propagation_delay) continue;
        if (const auto delay = DelayOf(c, delay_beside); delay.ok()) {
          link->propagation_delay = *delay;
        } else {
          bad = delay.status();
          link->propagation_delay = absl::ZeroDuration();
        }
        kind = "delay";
        break;
      case FieldRole::kMetric:
        if (metric) continue;
        metric = true;
        if (const auto number = ParseNumber(c.field->text); number.ok()) {
          link->igp_metric = *number;
          draft_.notes.Count(absl::StrFormat("link %ss read as IGP metrics", c.field->name));
        } else {
          bad = number.status();
        }
        kind = "metric";
        break;
      case FieldRole::kLength:
        if (link->length) continue;
        if (const auto length = LengthOf(c, length_beside); length.ok()) {
          link->length = *length;
        } else {
          bad = length.status();
          link->length = DraftLength{0, 1};
        }
        kind = "length";
        break;
      default:
        continue;
    }
    c.used = true;
    if (bad.ok()) continue;
    if (absl::Status status =
            Fault(place, *link, *c.field,
                  absl::StrFormat("\"%s\" is no %s: %s", c.field->text.substr(0, 60), kind,
                                  bad.message()));
        !status.ok()) {
      return status;
    }
  }
  std::sort(chosen.begin(), chosen.end(),
            [](const Chosen& a, const Chosen& b) { return a.field < b.field; });
  for (const Chosen& c : chosen) {
    if (!c.used) draft_.notes.Unused("link", c.field->name);
  }
  return absl::OkStatus();
}

}  // namespace rhumb
