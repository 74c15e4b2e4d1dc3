#include "topologies/formats/proto_conversion.h"

#include <cmath>
#include <limits>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "topologies/formats/load_options.h"

namespace rhumb {
namespace {

google::protobuf::Duration DurationToProto(absl::Duration duration) {
  google::protobuf::Duration message;
  // Nearest nanosecond: absl counts in quarters.
  duration = absl::Floor(duration + absl::Nanoseconds(1) / 2, absl::Nanoseconds(1));
  message.set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
  message.set_nanos(static_cast<int>(absl::ToInt64Nanoseconds(duration)));
  return message;
}

absl::Duration DurationFromProto(const google::protobuf::Duration& message) {
  return absl::Seconds(message.seconds()) + absl::Nanoseconds(message.nanos());
}

google::protobuf::Timestamp TimeToProto(absl::Time time) {
  google::protobuf::Timestamp message;
  const int64_t seconds = absl::ToUnixSeconds(time);
  message.set_seconds(seconds);
  message.set_nanos(
      static_cast<int>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return message;
}

absl::Time TimeFromProto(const google::protobuf::Timestamp& message) {
  return absl::FromUnixSeconds(message.seconds()) + absl::Nanoseconds(message.nanos());
}

absl::StatusOr<TrafficMatrix> MatrixFromProto(const rhumb::v1::TrafficMatrix& message,
                                              const std::vector<std::string>& names, int index) {
  const int n = static_cast<int>(names.size());
  const int demands = message.rate_bps_size();
  if (message.source_size() != demands || message.destination_size() != demands) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "matrix %d has %d sources, %d destinations and %d rates; give one of each per demand",
        index, message.source_size(), message.destination_size(), demands));
  }
  TrafficMatrix matrix(n);
  absl::flat_hash_set<std::pair<uint32_t, uint32_t>> seen;
  seen.reserve(demands);
  for (int i = 0; i < demands; ++i) {
    const uint32_t s = message.source(i), d = message.destination(i);
    const double rate = message.rate_bps(i);
    if (s >= names.size() || d >= names.size()) {
      return absl::InvalidArgumentError(
          absl::StrFormat("matrix %d, demand %d names node %d; the series has nodes 0 to %d", index,
                          i, std::max(s, d), n - 1));
    }
    if (s == d) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "matrix %d, demand %d goes from %s to itself; remove it", index, i, names[s]));
    }
    if (!std::isfinite(rate) || rate < 0) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "matrix %d, demand %s>%s has rate %g bit/s; give a finite rate of 0 or more", index,
          names[s], names[d], rate));
    }
    if (!seen.emplace(s, d).second) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "matrix %d lists demand %s>%s twice; give their sum", index, names[s], names[d]));
    }
    matrix.set_rate_bps(s, d, rate);
  }
  return matrix;
}

}  // namespace

rhumb::v1::Topology ToProto(const Topology& topology) {
  rhumb::v1::Topology message;
  message.set_name(topology.name());
  message.set_origin(topology.origin());
  for (const Node& node : topology.nodes()) {
    auto* out = message.add_nodes();
    out->set_name(node.name);
    out->set_description(node.description);
    if (node.coordinates) {
      out->mutable_coordinates()->set_latitude_deg(node.coordinates->latitude_deg);
      out->mutable_coordinates()->set_longitude_deg(node.coordinates->longitude_deg);
    }
  }
  for (const Link& link : topology.links()) {
    auto* out = message.add_links();
    out->set_name(link.name);
    out->set_source(topology.node(link.source).name);
    out->set_destination(topology.node(link.destination).name);
    out->set_capacity_bps(link.capacity_bps);
    *out->mutable_propagation_delay() = DurationToProto(link.propagation_delay);
    out->set_igp_metric(link.igp_metric);
    out->set_administrative_state(link.administrative_state == AdministrativeState::kDrained
                                      ? rhumb::v1::ADMINISTRATIVE_STATE_DRAINED
                                      : rhumb::v1::ADMINISTRATIVE_STATE_ENABLED);
    out->set_operational_state(link.operational_state == OperationalState::kDown
                                   ? rhumb::v1::OPERATIONAL_STATE_DOWN
                                   : rhumb::v1::OPERATIONAL_STATE_UP);
    for (const std::string& group : link.shared_risk_groups) out->add_shared_risk_groups(group);
  }
  return message;
}

absl::StatusOr<Topology> FromProto(const rhumb::v1::Topology& message) {
  std::vector<Node> nodes;
  nodes.reserve(message.nodes_size());
  absl::flat_hash_map<std::string, NodeId> node_by_name;
  for (const auto& in : message.nodes()) {
    Node node;
    node.name = in.name();
    node.description = in.description();
    if (in.has_coordinates()) {
      node.coordinates =
          Coordinates{in.coordinates().latitude_deg(), in.coordinates().longitude_deg()};
    }
    node_by_name.emplace(node.name, static_cast<NodeId>(nodes.size()));
    nodes.push_back(std::move(node));
  }
  std::vector<Link> links;
  links.reserve(message.links_size());
  for (const auto& in : message.links()) {
    auto fault = [&](absl::string_view what) {
      return absl::InvalidArgumentError(
          absl::StrFormat("link %d (%s>%s) %s", links.size(), in.source(), in.destination(), what));
    };
    Link link;
    link.name = in.name();
    for (const auto& [end, id] :
         {std::pair(&in.source(), &link.source), std::pair(&in.destination(), &link.destination)}) {
      const auto found = node_by_name.find(*end);
      if (found == node_by_name.end()) {
        return fault(
            absl::StrFormat("ends at node \"%s\", which is not among the nodes; add it or "
                            "correct the name",
                            *end));
      }
      *id = found->second;
    }
    link.capacity_bps = in.capacity_bps();
    if (in.has_propagation_delay()) {
      link.propagation_delay = DurationFromProto(in.propagation_delay());
    }
    if (in.has_igp_metric()) link.igp_metric = in.igp_metric();
    switch (in.administrative_state()) {
      case rhumb::v1::ADMINISTRATIVE_STATE_UNSPECIFIED:
      case rhumb::v1::ADMINISTRATIVE_STATE_ENABLED:
        break;
      case rhumb::v1::ADMINISTRATIVE_STATE_DRAINED:
        link.administrative_state = AdministrativeState::kDrained;
        break;
      default:
        return fault("has an unknown administrative state; give ENABLED or DRAINED");
    }
    switch (in.operational_state()) {
      case rhumb::v1::OPERATIONAL_STATE_UNSPECIFIED:
      case rhumb::v1::OPERATIONAL_STATE_UP:
        break;
      case rhumb::v1::OPERATIONAL_STATE_DOWN:
        link.operational_state = OperationalState::kDown;
        break;
      default:
        return fault("has an unknown operational state; give UP or DOWN");
    }
    link.shared_risk_groups.assign(in.shared_risk_groups().begin(), in.shared_risk_groups().end());
    links.push_back(std::move(link));
  }
  return Topology::Create(message.name(), std::move(nodes), std::move(links), message.origin());
}

rhumb::v1::TrafficMatrix ToProto(const TrafficMatrix& demands, std::optional<absl::Time> time) {
  rhumb::v1::TrafficMatrix message;
  if (time) *message.mutable_time() = TimeToProto(*time);
  for (NodeId s = 0; s < demands.num_nodes(); ++s) {
    for (NodeId d = 0; d < demands.num_nodes(); ++d) {
      const double rate = demands.rate_bps(s, d);
      if (rate == 0) continue;
      message.add_source(s);
      message.add_destination(d);
      message.add_rate_bps(rate);
    }
  }
  return message;
}

rhumb::v1::TrafficSeries ToProto(const TrafficSeries& series) {
  rhumb::v1::TrafficSeries message;
  message.set_name(series.name());
  message.set_origin(series.origin());
  for (const std::string& name : series.node_names()) message.add_nodes(name);
  *message.mutable_interval() = DurationToProto(series.interval());
  for (const TimedMatrix& matrix : series.matrices()) {
    *message.add_matrices() = ToProto(matrix.demands, matrix.time);
  }
  return message;
}

absl::StatusOr<TrafficSeries> FromProto(const rhumb::v1::TrafficSeries& message,
                                        int64_t max_bytes) {
  std::vector<std::string> names(message.nodes().begin(), message.nodes().end());
  const double needed = SeriesBytes(names.size(), message.matrices_size());
  if (needed > static_cast<double>(max_bytes)) {
    return absl::ResourceExhaustedError(
        absl::StrFormat("%d matrices of %d nodes take %.3g bytes, more than the limit of %d; cut "
                        "the series into shorter ones",
                        message.matrices_size(), names.size(), needed, max_bytes));
  }
  std::vector<TimedMatrix> matrices;
  matrices.reserve(message.matrices_size());
  for (const auto& in : message.matrices()) {
    auto demands = MatrixFromProto(in, names, static_cast<int>(matrices.size()));
    if (!demands.ok()) return demands.status();
    TimedMatrix matrix;
    if (in.has_time()) matrix.time = TimeFromProto(in.time());
    matrix.demands = *std::move(demands);
    matrices.push_back(std::move(matrix));
  }
  const absl::Duration interval =
      message.has_interval() ? DurationFromProto(message.interval()) : absl::Minutes(5);
  return TrafficSeries::Create(message.name(), std::move(names), interval, std::move(matrices),
                               message.origin());
}

rhumb::v1::RoutingPlan ToProto(const RoutingPlan& plan, const Topology& topology) {
  rhumb::v1::RoutingPlan message;
  message.set_topology_version(plan.topology_version());
  const PathSet& paths = plan.paths();
  for (int i = 0; i < paths.num_pairs(); ++i) {
    auto* route = message.add_routes();
    route->set_source(topology.node(paths.pair(i).source).name);
    route->set_destination(topology.node(paths.pair(i).destination).name);
    const PathSet::Range range = paths.paths_of(i);
    for (int p = range.begin; p < range.end; ++p) {
      if (plan.ratios()[p] == 0) continue;
      auto* share = route->add_paths();
      share->set_ratio(plan.ratios()[p]);
      for (LinkId link : paths.links(p)) share->add_links(topology.link(link).name);
    }
  }
  return message;
}

absl::StatusOr<RoutingPlan> FromProto(const rhumb::v1::RoutingPlan& message,
                                      const Topology& topology) {
  PathSet::Builder builder;
  std::vector<double> ratios;
  absl::flat_hash_set<NodePair> seen;
  for (const auto& route : message.routes()) {
    const std::string label = absl::StrFormat("route %s>%s", route.source(), route.destination());
    const auto source = topology.FindNode(route.source());
    const auto destination = topology.FindNode(route.destination());
    if (!source || !destination) {
      return absl::NotFoundError(
          absl::StrFormat("%s: topology \"%s\" has no node \"%s\"; use its node names", label,
                          topology.name(), source ? route.destination() : route.source()));
    }
    if (!seen.insert({*source, *destination}).second) {
      return absl::InvalidArgumentError(
          absl::StrFormat("%s is listed twice; put all its paths into one route", label));
    }
    builder.AddPair(*source, *destination);
    for (const auto& share : route.paths()) {
      Path path;
      for (const std::string& name : share.links()) {
        const auto link = topology.FindLink(name);
        if (!link) {
          return absl::NotFoundError(
              absl::StrFormat("%s: topology \"%s\" has no link \"%s\"; use its link names", label,
                              topology.name(), name));
        }
        path.push_back(*link);
      }
      builder.AddPath(path);
      ratios.push_back(share.ratio());
    }
  }
  return RoutingPlan(std::make_shared<const PathSet>(builder.Build()), std::move(ratios),
                     message.topology_version());
}

}  // namespace rhumb
