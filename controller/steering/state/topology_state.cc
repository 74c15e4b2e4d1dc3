#include "controller/steering/state/topology_state.h"

#include <cmath>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_format.h"
#include "controller/steering/plan/request_error.h"
#include "controller/steering/state/value_limits.h"
#include "topologies/formats/proto_conversion.h"

namespace rhumb {
namespace {

// Everything the API carries is the same, whatever the versions.
bool SameNetwork(const Topology& a, const Topology& b) {
  return ToProto(a).SerializeAsString() == ToProto(b).SerializeAsString();
}

std::string Element(int index, absl::string_view field) {
  return absl::StrFormat("links[%d].%s", index, field);
}

absl::StatusOr<LinkChange> ToChange(const rhumb::v1::LinkUpdate& update, int index,
                                    const Topology& topology) {
  const auto link = topology.FindLink(update.link());
  if (!link) {
    return AboutField(
        Element(index, "link"),
        absl::NotFoundError(absl::StrFormat(
            "the topology has no link \"%s\"; send SetTopology first", update.link())));
  }
  LinkChange change;
  change.link = *link;
  switch (update.operational_state()) {
    case rhumb::v1::OPERATIONAL_STATE_UNSPECIFIED:
      break;
    case rhumb::v1::OPERATIONAL_STATE_UP:
      change.operational_state = OperationalState::kUp;
      break;
    case rhumb::v1::OPERATIONAL_STATE_DOWN:
      change.operational_state = OperationalState::kDown;
      break;
    default:
      return FieldError(Element(index, "operational_state"),
                        absl::StrFormat("unknown value %d; give UP or DOWN",
                                        static_cast<int>(update.operational_state())));
  }
  if (update.has_capacity_bps()) {
    absl::Status status = CheckCapacity(Element(index, "capacity_bps"), update.capacity_bps());
    if (!status.ok()) return status;
    change.capacity_bps = update.capacity_bps();
  }
  if (update.has_igp_metric()) {
    absl::Status status = CheckMetric(Element(index, "igp_metric"), update.igp_metric());
    if (!status.ok()) return status;
    change.igp_metric = update.igp_metric();
  }
  return change;
}

}  // namespace

absl::StatusOr<std::vector<LinkId>> LinksMeant(const Topology& topology, absl::string_view text) {
  if (const auto exact = topology.FindLink(text)) return std::vector<LinkId>{*exact};
  return topology.ResolveLinks(text);
}

absl::StatusOr<bool> TopologyState::Set(const rhumb::v1::Topology& message) {
  if (message.nodes_size() > limits_.max_nodes || message.links_size() > limits_.max_links) {
    return FieldError("topology",
                      absl::StrFormat("%d nodes and %d links; this server takes at most %d and %d "
                                      "(limits.nodes, limits.links)",
                                      message.nodes_size(), message.links_size(), limits_.max_nodes,
                                      limits_.max_links));
  }
  absl::StatusOr<Topology> topology = FromProto(message);
  if (!topology.ok()) return AboutField("topology", topology.status());
  if (absl::Status status = CheckValues("topology", *topology); !status.ok()) return status;
  if (reported_ && SameNetwork(*reported_, *topology)) return false;
  // Links keep the identity of the running structure where it is the same, so that ids stay valid.
  if (reported_ && reported_->SameStructure(*topology)) {
    bool same_delays = true;
    for (LinkId l = 0; l < topology->num_links(); ++l) {
      same_delays &= topology->link(l).propagation_delay == reported_->link(l).propagation_delay;
    }
    if (same_delays) {
      if (auto applied = reported_->Apply(Difference(*reported_, *topology)); applied.ok()) {
        topology = std::move(applied);
      }
    }
  }
  reported_ = *std::move(topology);
  Publish();
  return true;
}

absl::StatusOr<bool> TopologyState::Update(const rhumb::v1::UpdateTopologyRequest& request) {
  if (!reported_) return NoTopologyError("send SetTopology first");
  if (request.expected_topology_version() != 0 &&
      request.expected_topology_version() != version()) {
    return RequestError(
        absl::StatusCode::kAborted, rhumb::v1::ERROR_REASON_STALE_VERSION,
        absl::StrFormat("expected topology version %d, the latest is %d; read again and retry",
                        request.expected_topology_version(), version()));
  }
  if (request.links().empty()) return FieldError("links", "empty; name at least one link");
  TopologyDelta delta;
  absl::flat_hash_set<LinkId> seen;
  for (int i = 0; i < request.links_size(); ++i) {
    absl::StatusOr<LinkChange> change = ToChange(request.links(i), i, *reported_);
    if (!change.ok()) return change.status();
    if (!seen.insert(change->link).second) {
      return FieldError(Element(i, "link"), absl::StrFormat("\"%s\" appears twice; name it once",
                                                            request.links(i).link()));
    }
    delta.push_back(*change);
  }
  absl::StatusOr<Topology> next = reported_->Apply(delta);
  if (!next.ok()) return AboutField("links", next.status());
  if (Difference(*reported_, *next).empty()) return false;
  reported_ = *std::move(next);
  Publish();
  return true;
}

absl::StatusOr<bool> TopologyState::SetDrained(absl::string_view text, bool drain) {
  if (!reported_) return NoTopologyError();
  absl::StatusOr<std::vector<LinkId>> links = LinksMeant(*reported_, text);
  if (!links.ok()) return AboutField("link", links.status());
  bool changed = false;
  for (LinkId l : *links) {
    const std::string& name = reported_->link(l).name;
    changed |= drain ? drained_.insert(name).second : drained_.erase(name) > 0;
  }
  if (changed) Publish();
  return changed;
}

absl::Status TopologyState::Restore(const rhumb::v1::Topology& reported,
                                    std::set<std::string> drained) {
  absl::StatusOr<Topology> topology = FromProto(reported);
  if (!topology.ok()) return topology.status();
  reported_ = *std::move(topology);
  drained_ = std::move(drained);
  Publish();
  return absl::OkStatus();
}

void TopologyState::Publish() {
  TopologyDelta drains;
  for (const std::string& name : drained_) {
    if (const auto link = reported_->FindLink(name)) {
      LinkChange change;
      change.link = *link;
      change.administrative_state = AdministrativeState::kDrained;
      drains.push_back(change);
    }
  }
  absl::StatusOr<Topology> drained = reported_->Apply(drains);
  effective_ = (drained.ok() ? *drained : *reported_).WithVersion(versions_.Next());
}

}  // namespace rhumb
