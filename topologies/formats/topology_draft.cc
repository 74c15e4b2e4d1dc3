#include "topologies/formats/topology_draft.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_format.h"
#include "topologies/formats/names.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

constexpr double kFibreDetour = 1.52;
constexpr double kFibreKmPerMs = 200;
constexpr absl::Duration kLongestDelay = absl::Hours(1);
constexpr int kMaxNodes = 1000000;
constexpr absl::Duration kDefaultDelay = absl::Milliseconds(1);

bool IsPositive(double value) { return std::isfinite(value) && value > 0; }

}  // namespace

absl::Duration FibreDelay(const Coordinates& a, const Coordinates& b) {
  const double microseconds = GreatCircleKm(a, b) * kFibreDetour / kFibreKmPerMs * 1000;
  return absl::Microseconds(std::llround(microseconds));
}

absl::Status TopologyDraft::AddNode(DraftNode node, const Place& place) {
  if (node.key.empty()) {
    return input_.FaultAt(place, "a node has an empty id; give every node a unique one");
  }
  if (num_nodes() == kMaxNodes) {
    return absl::ResourceExhaustedError(absl::StrFormat(
        "%s: has more than %d nodes; no such network can be handled", input_.file, kMaxNodes));
  }
  if (!id_by_key_.emplace(node.key, num_nodes()).second) {
    return input_.FaultAt(
        place, absl::StrFormat("node id \"%s\" is used twice; ids must be unique", node.key));
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
  return absl::OkStatus();
}

absl::Status TopologyDraft::AddLink(DraftLink draft, const Place& place) {
  const std::string label = absl::StrFormat("link %s-%s", draft.source_key, draft.destination_key);
  PlacedLink placed{{}, draft.capacity_bps.has_value(), draft.propagation_delay.has_value(), place};
  for (const auto& [key, id] : {std::pair(&draft.source_key, &placed.link.source),
                                std::pair(&draft.destination_key, &placed.link.destination)}) {
    const auto found = id_by_key_.find(*key);
    if (found == id_by_key_.end()) {
      return input_.FaultAt(place,
                            absl::StrFormat("%s ends at node \"%s\", which the file does not "
                                            "define; add the node or correct the id",
                                            label, *key));
    }
    *id = found->second;
  }
  if (draft.capacity_bps && !IsPositive(*draft.capacity_bps)) {
    return input_.FaultAt(place,
                          absl::StrFormat("%s has capacity %g bit/s; give a positive rate, or "
                                          "none to use the default capacity",
                                          label, *draft.capacity_bps));
  }
  if (!IsPositive(draft.igp_metric)) {
    return input_.FaultAt(place, absl::StrFormat("%s has the metric %g; give a finite one above 0",
                                                 label, draft.igp_metric));
  }
  if (draft.propagation_delay && (*draft.propagation_delay < absl::ZeroDuration() ||
                                  *draft.propagation_delay > kLongestDelay)) {
    return input_.FaultAt(place,
                          absl::StrFormat("%s has the delay %s; give one from 0 to an hour", label,
                                          absl::FormatDuration(*draft.propagation_delay)));
  }
  if (placed.link.source == placed.link.destination) {
    notes.Count("self-loops skipped",
                absl::StrFormat("node %s, %s", draft.source_key, place.ToString()));
    return absl::OkStatus();
  }
  placed.link.capacity_bps = draft.capacity_bps.value_or(0);
  placed.link.propagation_delay = draft.propagation_delay.value_or(absl::ZeroDuration());
  placed.link.igp_metric = draft.igp_metric;
  links_.push_back(placed);
  if (draft.both_directions) {
    std::swap(placed.link.source, placed.link.destination);
    links_.push_back(std::move(placed));
  }
  return absl::OkStatus();
}

absl::Status TopologyDraft::FillCapacities(const LoadOptions& options) {
  int missing = 0;
  const PlacedLink* first = nullptr;
  for (PlacedLink& placed : links_) {
    if (placed.has_capacity) continue;
    if (++missing == 1) first = &placed;
    placed.link.capacity_bps = options.default_capacity_bps.value_or(0);
  }
  if (missing == 0) return absl::OkStatus();
  if (!options.default_capacity_bps) {
    return input_.FaultAt(
        first->place,
        absl::StrFormat("link %s>%s has no capacity (%d of %d links have none); give one for them "
                        "with --default-capacity, such as 10G",
                        nodes_[first->link.source].name, nodes_[first->link.destination].name,
                        missing, links_.size()));
  }
  notes.Count(absl::StrFormat("links without a capacity given the default of %s",
                              FormatRate(*options.default_capacity_bps)),
              "", missing);
  return absl::OkStatus();
}

void TopologyDraft::FillDelays(const LoadOptions& options) {
  const absl::Duration fallback = options.default_delay.value_or(kDefaultDelay);
  for (PlacedLink& placed : links_) {
    if (placed.has_delay) continue;
    const auto& a = nodes_[placed.link.source].coordinates;
    const auto& b = nodes_[placed.link.destination].coordinates;
    if (a && b) {
      placed.link.propagation_delay = FibreDelay(*a, *b);
      notes.Count("link delays derived from coordinates (great circle x 1.52 / 200 km per ms)");
    } else {
      placed.link.propagation_delay = fallback;
      notes.Count(absl::StrCat("link delays unknown, set to ", absl::FormatDuration(fallback)));
    }
  }
}

absl::StatusOr<Loaded<Topology>> TopologyDraft::Finish(const LoadOptions& options) {
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
  if (absl::Status status = FillCapacities(options); !status.ok()) return status;
  if (without_coordinates > 0) {
    notes.Count(absl::StrFormat("nodes without coordinates, of %d", nodes_.size()), "",
                without_coordinates);
  }
  FillDelays(options);
  std::vector<Link> links;
  links.reserve(links_.size());
  for (PlacedLink& placed : links_) links.push_back(std::move(placed.link));
  auto topology = Topology::Create(name.empty() ? input_.Stem() : ToUtf8(name), std::move(nodes_),
                                   std::move(links), ToUtf8(origin));
  if (!topology.ok()) return input_.Prefixed(topology.status());
  return Loaded<Topology>{*std::move(topology), {"", notes.Lines()}};
}

}  // namespace rhumb
