#include "topologies/formats/topology_draft.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_format.h"
#include "topologies/formats/bounds.h"
#include "topologies/formats/draft_geometry.h"
#include "topologies/formats/names.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

constexpr double kFibreDetour = 1.52;
constexpr double kFibreKmPerMs = 200;
constexpr int kMaxNodes = 1000000;
constexpr absl::Duration kDefaultDelay = absl::Milliseconds(1);
// Stands for an unknown capacity while a file is inspected.
constexpr double kAssumedCapacityBps = 10e9;

}  // namespace

absl::Duration FibreDelay(const Coordinates& a, const Coordinates& b) {
  const double microseconds = GreatCircleKm(a, b) * kFibreDetour / kFibreKmPerMs * 1000;
  return absl::Microseconds(std::llround(microseconds));
}

absl::Status TopologyDraft::Fault(const Place& place, absl::string_view kind,
                                  absl::string_view fault) {
  if (options_.findings == nullptr) return input_.FaultAt(place, fault);
  options_.findings->Add(Severity::kRefused, kind, absl::StrCat(place.ToString(), ": ", fault));
  return absl::OkStatus();
}

absl::Status TopologyDraft::AddNode(DraftNode node, const Place& place) {
  if (node.key.empty()) {
    return Fault(place, "nodes with an empty id",
                 "a node has an empty id; give every node a unique one");
  }
  if (num_nodes() == kMaxNodes) {
    return absl::ResourceExhaustedError(absl::StrFormat(
        "%s: has more than %d nodes; no such network can be handled", input_.file, kMaxNodes));
  }
  if (!id_by_key_.emplace(node.key, num_nodes()).second) {
    return Fault(place, "nodes with an id that another has",
                 absl::StrFormat("node id \"%s\" is used twice; ids must be unique", node.key));
  }
  if (node.coordinates) {
    const auto [latitude, longitude] = *node.coordinates;
    if (!(std::abs(latitude) <= 90 && std::abs(longitude) <= 180)) {
      notes.Count("coordinates outside the earth left out",
                  absl::StrFormat("node %s, %s", node.key, place.ToString()));
      node.coordinates.reset();
    } else if (latitude == 0 && longitude == 0) {
      notes.Count("coordinates 0, 0 taken as unknown",
                  absl::StrFormat("node %s, %s", node.key, place.ToString()));
      node.coordinates.reset();
    }
  }
  const absl::string_view label = node.label.empty() ? node.key : node.label;
  Node placed;
  placed.name = CleanName(label);
  if (placed.name.empty()) placed.name = absl::StrCat("n", num_nodes());
  if (placed.name != label) {
    notes.Count(
        "node labels changed to make names of them",
        absl::StrFormat("\"%s\" to \"%s\"", label.substr(0, 60), placed.name.substr(0, 60)));
  }
  placed.description = ToUtf8(node.description);
  placed.coordinates = node.coordinates;
  nodes_.push_back(std::move(placed));
  positions_.push_back(node.position);
  return absl::OkStatus();
}

absl::Status TopologyDraft::CheckLink(const DraftLink& link, const std::string& label,
                                      const Place& place) {
  if (link.capacity_bps && !IsCapacity(*link.capacity_bps)) {
    return Fault(place, "links with an impossible capacity",
                 absl::StrFormat("%s has capacity %g bit/s; give a positive rate from 1 bit/s to 1 "
                                 "Pbit/s (numbers without a unit: --capacity-unit), or none to use "
                                 "the default capacity",
                                 label, *link.capacity_bps));
  }
  if (!IsMetric(link.igp_metric)) {
    return Fault(place, "links with an impossible metric",
                 absl::StrFormat("%s has the metric %g; give a finite one above 0 and up to %g",
                                 label, link.igp_metric, kHighestMetric));
  }
  if (link.propagation_delay && !IsDelay(*link.propagation_delay)) {
    return Fault(
        place, "links with an impossible delay",
        absl::StrFormat("%s has the delay %s; give one from 0 to a minute (numbers without "
                        "a unit: --delay-unit)",
                        label, absl::FormatDuration(*link.propagation_delay)));
  }
  return absl::OkStatus();
}

absl::Status TopologyDraft::AddLink(DraftLink draft, const Place& place) {
  const std::string label = absl::StrFormat("link %s-%s", draft.source_key, draft.destination_key);
  PlacedLink placed{
      {}, draft.capacity_bps.has_value(), draft.propagation_delay.has_value(), draft.length, place};
  for (const auto& [key, id] : {std::pair(&draft.source_key, &placed.link.source),
                                std::pair(&draft.destination_key, &placed.link.destination)}) {
    const auto found = id_by_key_.find(*key);
    if (found == id_by_key_.end()) {
      return Fault(place, "links that end at a node which the file does not define",
                   absl::StrFormat("%s ends at node \"%s\", which the file does not "
                                   "define; add the node or correct the id",
                                   label, *key));
    }
    *id = found->second;
  }
  if (absl::Status status = CheckLink(draft, label, place); !status.ok()) return status;
  if (placed.link.source == placed.link.destination) {
    notes.Count("self-loops skipped",
                absl::StrFormat("node %s, %s", draft.source_key, place.ToString()));
    return absl::OkStatus();
  }
  // While a file is inspected, faulty values have been reported and must not be reported again.
  if (draft.capacity_bps && !IsCapacity(*draft.capacity_bps)) {
    draft.capacity_bps = kAssumedCapacityBps;
  }
  if (!IsMetric(draft.igp_metric)) draft.igp_metric = 1;
  if (draft.propagation_delay && !IsDelay(*draft.propagation_delay)) {
    draft.propagation_delay = kDefaultDelay;
  }
  placed.link.capacity_bps = draft.capacity_bps.value_or(0);
  placed.link.propagation_delay = draft.propagation_delay.value_or(absl::ZeroDuration());
  placed.link.igp_metric = draft.igp_metric;
  placed.link.administrative_state = draft.administrative_state;
  placed.link.operational_state = draft.operational_state;
  placed.link.shared_risk_groups = std::move(draft.shared_risk_groups);
  placed.link.name = ToUtf8(draft.name);
  links_.push_back(placed);
  if (draft.both_directions) {
    std::swap(placed.link.source, placed.link.destination);
    links_.push_back(std::move(placed));
  }
  return absl::OkStatus();
}

void TopologyDraft::ResolvePositions() {
  std::vector<std::pair<double, double>> known;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    if (positions_[i] && !nodes_[i].coordinates) known.push_back(*positions_[i]);
  }
  if (known.empty()) return;
  std::optional<bool> geographic =
      options_.geographic_positions ? options_.geographic_positions : positions_are_geographic;
  if (!geographic && CanBeOnEarth(known)) {
    std::vector<ComparedLength> measured;
    for (const PlacedLink& placed : links_) {
      const auto& a = positions_[placed.link.source];
      const auto& b = positions_[placed.link.destination];
      if (!placed.length || !a || !b) continue;
      measured.push_back(
          {placed.length->value, GreatCircleKm({a->second, a->first}, {b->second, b->first})});
    }
    if (LengthUnitByGreatCircles(measured)) {
      geographic = true;
      notes.Say(
          "positions were read as longitude and latitude, since the lengths of the links agree "
          "with them");
    }
  }
  if (!geographic.value_or(false)) {
    notes.Count(
        options_.geographic_positions || positions_are_geographic
            ? "positions on a drawing left out"
            : "positions left out, since nothing shows that they are longitude and latitude "
              "(--positions geographic says so)",
        "", static_cast<int>(known.size()));
    return;
  }
  for (size_t i = 0; i < nodes_.size(); ++i) {
    if (!positions_[i] || nodes_[i].coordinates) continue;
    const Coordinates place{positions_[i]->second, positions_[i]->first};
    if (CanBeOnEarth({*positions_[i]})) {
      nodes_[i].coordinates = place;
    } else {
      notes.Count("coordinates outside the earth left out",
                  absl::StrFormat("node %s", nodes_[i].name));
    }
  }
}

absl::Status TopologyDraft::ResolveLengths() {
  std::optional<double> by_circles;
  std::vector<ComparedLength> measured;
  for (const PlacedLink& placed : links_) {
    const auto& a = nodes_[placed.link.source].coordinates;
    const auto& b = nodes_[placed.link.destination].coordinates;
    if (placed.length && !placed.length->unit_km && a && b) {
      measured.push_back({placed.length->value, GreatCircleKm(*a, *b)});
    }
  }
  if (!options_.unitless_length_km) by_circles = LengthUnitByGreatCircles(measured);
  const double unit_km = options_.unitless_length_km.value_or(by_circles.value_or(1));
  for (PlacedLink& placed : links_) {
    if (!placed.length || placed.has_delay) continue;
    const double km = placed.length->value * placed.length->unit_km.value_or(unit_km);
    if (!(km >= 0 && km <= kLongestLinkKm)) {
      if (absl::Status status =
              Fault(placed.place, "links with an impossible length",
                    absl::StrFormat("link %s-%s has the length %g km; give one from 0 to %g km "
                                    "(numbers without a unit: --length-unit)",
                                    nodes_[placed.link.source].name,
                                    nodes_[placed.link.destination].name, km, kLongestLinkKm));
          !status.ok()) {
        return status;
      }
      continue;
    }
    placed.link.propagation_delay = absl::Microseconds(std::llround(km / kFibreKmPerMs * 1000));
    placed.has_delay = true;
    if (!placed.length->unit_km) {
      notes.Count(absl::StrFormat("link lengths without a unit, 1 read as %s%s",
                                  unit_km == 1      ? "1 km"
                                  : unit_km == 1e-3 ? "1 m"
                                                    : absl::StrFormat("%g km", unit_km),
                                  by_circles ? ", which agrees with the coordinates" : ""));
    }
    notes.Count("link delays from lengths (200 km per ms)");
  }
  return absl::OkStatus();
}

absl::Status TopologyDraft::FillCapacities() {
  int missing = 0;
  const PlacedLink* first = nullptr;
  for (PlacedLink& placed : links_) {
    if (placed.has_capacity) continue;
    if (++missing == 1) first = &placed;
    placed.link.capacity_bps = options_.default_capacity_bps.value_or(kAssumedCapacityBps);
  }
  if (missing == 0) return absl::OkStatus();
  if (!options_.default_capacity_bps) {
    const std::string name =
        absl::StrCat(nodes_[first->link.source].name, ">", nodes_[first->link.destination].name);
    if (options_.findings != nullptr) {
      options_.findings->Add(Severity::kRefused, "links without a capacity",
                             absl::StrCat(name, ", ", first->place.ToString()),
                             "--default-capacity 10G", missing);
      return absl::OkStatus();
    }
    return input_.FaultAt(
        first->place,
        absl::StrFormat("link %s has no capacity (%d of %d links have none); give one for them "
                        "with --default-capacity, such as 10G",
                        name, missing, links_.size()));
  }
  notes.Count(absl::StrFormat("links without a capacity given the default of %s",
                              FormatRate(*options_.default_capacity_bps)),
              "", missing);
  return absl::OkStatus();
}

void TopologyDraft::FillDelays() {
  const absl::Duration fallback = options_.default_delay.value_or(kDefaultDelay);
  int derived = 0, unknown = 0;
  for (PlacedLink& placed : links_) {
    if (placed.has_delay) continue;
    const auto& a = nodes_[placed.link.source].coordinates;
    const auto& b = nodes_[placed.link.destination].coordinates;
    placed.link.propagation_delay = a && b ? FibreDelay(*a, *b) : fallback;
    ++(a && b ? derived : unknown);
  }
  if (derived > 0) {
    notes.Count("link delays derived from coordinates (great circle x 1.52 / 200 km per ms)", "",
                derived);
  }
  if (unknown > 0) {
    notes.Count(absl::StrCat("link delays unknown, set to ", absl::FormatDuration(fallback)), "",
                unknown);
  }
}

absl::StatusOr<Loaded<Topology>> TopologyDraft::Finish() {
  ResolvePositions();
  std::vector<std::string> names;
  for (const Node& node : nodes_) names.push_back(node.name);
  if (const int changed = MakeUnique(&names); changed > 0) {
    notes.Count("repeated node labels numbered", "", changed);
  }
  int without_coordinates = 0;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    nodes_[i].name = std::move(names[i]);
    if (!nodes_[i].coordinates) ++without_coordinates;
  }
  if (absl::Status status = FillCapacities(); !status.ok()) return status;
  if (without_coordinates > 0) {
    notes.Count(absl::StrFormat("nodes without coordinates, of %d", nodes_.size()), "",
                without_coordinates);
  }
  if (absl::Status status = ResolveLengths(); !status.ok()) return status;
  FillDelays();
  std::vector<Link> links;
  links.reserve(links_.size());
  for (PlacedLink& placed : links_) links.push_back(std::move(placed.link));
  auto topology = Topology::Create(name.empty() ? input_.Stem() : ToUtf8(name), std::move(nodes_),
                                   std::move(links), ToUtf8(origin));
  if (!topology.ok()) return input_.Prefixed(topology.status());
  return Loaded<Topology>{*std::move(topology), {"", notes.Lines()}};
}

}  // namespace rhumb
