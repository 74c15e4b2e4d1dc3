#include "controller/steering/store/kept_demands.h"

#include <cmath>
#include <optional>
#include <vector>

#include "topologies/formats/proto_time.h"

namespace rhumb {

rhumb::v1::KeptTraffic ToProto(const KeptDemands& kept) {
  rhumb::v1::KeptTraffic message;
  *message.mutable_interval_end() = ToTimestamp(kept.interval_end);
  for (const Node& node : kept.topology.nodes()) message.add_nodes(node.name);
  const int nodes = kept.demands->num_nodes();
  for (NodeId s = 0; s < nodes; ++s) {
    for (NodeId d = 0; d < nodes; ++d) {
      const double rate_bps = kept.demands->rate_bps(s, d);
      if (rate_bps <= 0) continue;
      message.mutable_matrix()->add_source(s);
      message.mutable_matrix()->add_destination(d);
      message.mutable_matrix()->add_rate_bps(rate_bps);
    }
  }
  return message;
}

absl::StatusOr<TrafficMatrix> ReadKeptDemands(const rhumb::v1::KeptTraffic& kept,
                                              const Topology& topology) {
  const rhumb::v1::TrafficMatrix& rows = kept.matrix();
  if (rows.destination_size() != rows.source_size() || rows.rate_bps_size() != rows.source_size()) {
    return absl::InvalidArgumentError("the kept demands are lists of different lengths");
  }
  std::vector<std::optional<NodeId>> node;
  for (const std::string& name : kept.nodes()) node.push_back(topology.FindNode(name));
  TrafficMatrix demands(topology.num_nodes());
  for (int i = 0; i < rows.source_size(); ++i) {
    const uint32_t s = rows.source(i), d = rows.destination(i);
    const double rate_bps = rows.rate_bps(i);
    if (s >= node.size() || d >= node.size() || s == d || !(rate_bps >= 0) ||
        std::isinf(rate_bps)) {
      return absl::InvalidArgumentError("a kept demand names no two nodes, or has no rate");
    }
    if (node[s] && node[d]) demands.set_rate_bps(*node[s], *node[d], rate_bps);
  }
  return demands;
}

}  // namespace rhumb
