#include "topologies/formats/sndlib_network.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "topologies/formats/topology_draft.h"
#include "topologies/formats/traffic_draft.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

constexpr int kFewestDegreeMinuteValues = 16;
constexpr int kFewestPixelNodes = 5;

// Bits per second of a value of 1.
absl::StatusOr<double> UnitRate(const Input& input, const std::string& unit,
                                const LoadOptions& options, Notes* notes) {
  if (unit.empty()) {
    notes->Say(absl::StrFormat("the file names no unit: a value of 1 was taken as %s",
                               FormatRate(options.unitless_rate_bps)));
    return options.unitless_rate_bps;
  }
  const auto rate = ParseRate(absl::StrCat("1 ", unit));
  if (!rate.ok() || *rate == 0) {
    return input.Fault(absl::StrFormat(
        "names the unit \"%s\", which is no rate; use one such as MBITPERSEC", unit.substr(0, 40)));
  }
  return rate;
}

bool EveryLinkHasItsOpposite(const std::vector<SndlibLink>& links) {
  absl::flat_hash_map<std::pair<std::string, std::string>, int> balance;
  for (const SndlibLink& link : links) {
    if (link.source < link.target) {
      ++balance[{link.source, link.target}];
    } else {
      --balance[{link.target, link.source}];
    }
  }
  return std::all_of(balance.begin(), balance.end(), [](const auto& b) { return b.second == 0; });
}

bool IsWhole(double value) { return value == std::floor(value); }

// 52.31 means 52 degrees 31 minutes: fractions have two digits and stay below .60.
bool CanBeDegreesAndMinutes(double value) {
  const double hundredths = std::abs(value) * 100;
  const double minutes = std::fmod(std::round(hundredths), 100);
  return std::abs(hundredths - std::round(hundredths)) < 1e-6 && minutes < 60;
}

double FromDegreesAndMinutes(double value) {
  const double hundredths = std::round(std::abs(value) * 100);
  const double degrees = std::floor(hundredths / 100) + std::fmod(hundredths, 100) / 60;
  return std::copysign(degrees, value);
}

enum class CoordinateKind { kNone, kDegrees, kDegreesAndMinutes };

CoordinateKind ReadCoordinateKind(const SndlibNetwork& network, Notes* notes) {
  int placed = 0, fractions = 0;
  bool minutes = true;
  for (const SndlibNode& node : network.nodes) {
    if (!node.x || !node.y) continue;
    ++placed;
    for (const double value : {*node.x, *node.y}) {
      if (!IsWhole(value)) ++fractions;
      minutes = minutes && CanBeDegreesAndMinutes(value);
    }
  }
  if (placed == 0) return CoordinateKind::kNone;
  if (network.pixel_coordinates) {
    notes->Say("the coordinates are pixels of a drawing and were left out");
    return CoordinateKind::kNone;
  }
  if (fractions == 0 && placed >= kFewestPixelNodes) {
    notes->Say("the coordinates are all whole numbers, so pixels of a drawing, and were left out");
    return CoordinateKind::kNone;
  }
  if (minutes && fractions >= kFewestDegreeMinuteValues) {
    notes->Say("the coordinates were read as degrees.minutes, since no fraction exceeds .59");
    return CoordinateKind::kDegreesAndMinutes;
  }
  return CoordinateKind::kDegrees;
}

// "20040301-0050", "2004-03-01T00:50:00" as UTC; absent for "2004" and other texts.
std::optional<absl::Time> ReadTime(const std::string& text) {
  std::string digits;
  for (char c : text) {
    if (absl::ascii_isdigit(c)) {
      digits += c;
    } else if (!absl::StrContains("-:/.T Z", c)) {
      return std::nullopt;
    }
  }
  if (digits.size() != 8 && digits.size() != 12 && digits.size() != 14) return std::nullopt;
  digits.resize(14, '0');
  int fields[6] = {};
  constexpr int kWidths[6] = {4, 2, 2, 2, 2, 2};
  for (int i = 0, at = 0; i < 6; at += kWidths[i++]) {
    fields[i] = std::atoi(digits.substr(at, kWidths[i]).c_str());
  }
  const absl::CivilSecond second(fields[0], fields[1], fields[2], fields[3], fields[4], fields[5]);
  // Civil times carry over: the 31st of June becomes the 1st of July.
  if (second.month() != fields[1] || second.day() != fields[2] || second.hour() != fields[3] ||
      second.minute() != fields[4] || second.second() != fields[5]) {
    return std::nullopt;
  }
  return absl::FromCivil(second, absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<Loaded<Topology>> SndlibTopology(const Input& input, SndlibNetwork network,
                                                const LoadOptions& options) {
  TopologyDraft draft(input, options);
  draft.notes = std::move(network.notes);
  draft.origin = network.origin;
  const CoordinateKind kind = ReadCoordinateKind(network, &draft.notes);
  for (const SndlibNode& in : network.nodes) {
    DraftNode node;
    node.key = in.id;
    if (in.x && in.y && kind != CoordinateKind::kNone) {
      node.coordinates = Coordinates{*in.y, *in.x};
      if (kind == CoordinateKind::kDegreesAndMinutes) {
        node.coordinates = Coordinates{FromDegreesAndMinutes(*in.y), FromDegreesAndMinutes(*in.x)};
      }
    }
    if (absl::Status status = draft.AddNode(std::move(node), in.line); !status.ok()) return status;
  }
  double unit_bps = 0;
  if (std::any_of(network.links.begin(), network.links.end(), [](const SndlibLink& link) {
        return link.preinstalled.value_or(0) != 0 || link.largest_module.has_value();
      })) {
    const auto rate = UnitRate(input, network.unit, options, &draft.notes);
    if (!rate.ok()) return rate.status();
    unit_bps = *rate;
  }
  const bool directed = !network.links.empty() && EveryLinkHasItsOpposite(network.links);
  draft.notes.Say(directed ? "links are listed in both directions and were read as directed"
                           : "links were read as undirected, two directions each");
  for (const SndlibLink& in : network.links) {
    DraftLink link;
    link.source_key = in.source;
    link.destination_key = in.target;
    link.both_directions = !directed;
    if (in.preinstalled && *in.preinstalled != 0) {
      link.capacity_bps = *in.preinstalled * unit_bps;
    } else if (in.largest_module) {
      link.capacity_bps = *in.largest_module * unit_bps;
      draft.notes.Count(
          "links without pre-installed capacity, which were given their largest module",
          absl::StrFormat("%s, %s", in.id, FormatRate(*link.capacity_bps)));
    }
    if (absl::Status status = draft.AddLink(std::move(link), in.line); !status.ok()) return status;
  }
  if (!network.demands.empty()) {
    draft.notes.Say(absl::StrFormat("%d demands in the file are not part of the topology",
                                    network.demands.size()));
  }
  return draft.Finish();
}

absl::StatusOr<Loaded<TrafficSeries>> SndlibTraffic(const Input& input, SndlibNetwork network,
                                                    const LoadOptions& options) {
  TrafficDraft draft(input, options);
  draft.notes = std::move(network.notes);
  draft.origin = network.origin;
  for (const SndlibNode& node : network.nodes) {
    if (absl::Status status = draft.AddNode(node.id, node.line); !status.ok()) return status;
  }
  if (draft.num_nodes() == 0) return input.Fault("has no nodes; is the file cut short?");
  const auto unit_bps = UnitRate(input, network.unit, options, &draft.notes);
  if (!unit_bps.ok()) return unit_bps.status();
  if (const auto interval = ParseDuration(network.granularity); interval.ok()) {
    draft.interval = *interval;
  } else if (!network.granularity.empty()) {
    draft.notes.Say(absl::StrFormat("the granularity \"%s\" is no time and was left out",
                                    network.granularity.substr(0, 40)));
  }
  const auto time = ReadTime(network.time);
  if (!time && !network.time.empty()) {
    draft.notes.Say(absl::StrFormat("the time \"%s\" is no day or minute and was left out",
                                    network.time.substr(0, 40)));
  }
  if (absl::Status status = draft.StartMatrix(time, 1); !status.ok()) return status;
  for (const SndlibDemand& demand : network.demands) {
    const auto source = draft.FindNode(demand.source), target = draft.FindNode(demand.target);
    if (!source || !target) {
      return input.FaultAt(
          demand.line,
          absl::StrFormat("demand %s names node \"%s\", which the file does not define; add the "
                          "node or correct the id",
                          demand.id, source ? demand.target : demand.source));
    }
    if (absl::Status status =
            draft.AddDemand(*source, *target, demand.value * *unit_bps, demand.line);
        !status.ok()) {
      return status;
    }
  }
  if (network.demands.empty()) draft.notes.Say("the file has no demands: the matrix is empty");
  return draft.Finish();
}

}  // namespace rhumb
