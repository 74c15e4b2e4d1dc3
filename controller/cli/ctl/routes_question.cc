#include "controller/cli/ctl/routes_question.h"

#include <CLI/CLI.hpp>

#include "absl/strings/str_format.h"
#include "topologies/formats/proto_conversion.h"

namespace rhumb {

void AddRoutesQuestion(CLI::App& app, RoutesQuestion* question) {
  app.add_option("--topology", question->topology, "Network: shipped name or file")
      ->type_name("T")
      ->required();
  app.add_option("--traffic", question->traffic,
                 "Traffic: shipped name, file, directory, or a generator such as gravity:seed=1")
      ->type_name("F")
      ->required();
  app.add_option("--interval", question->interval, "Which matrix (default: the mean of all)")
      ->type_name("N");
  app.add_option("--factor", question->factor, "Multiply all demands")
      ->check(CLI::NonNegativeNumber)
      ->type_name("X")
      ->capture_default_str();
  app.add_option("--policy", question->policy, "Policy to ask (default: that of the live network)")
      ->type_name("POLICY");
  app.add_option("--max-paths", question->max_paths, "Candidate paths a demand, at most 32")
      ->type_name("N")
      ->default_str("8");
  AddTopologyLoadFlags(app, &question->load);
  AddTrafficLoadFlags(app, &question->load);
}

absl::StatusOr<rhumb::v1::ComputeRoutesRequest> MakeRequest(const RoutesQuestion& question) {
  const auto topology = LoadTopologyAloud(question.topology, question.load);
  if (!topology.ok()) return topology.status();
  const auto traffic = OpenTrafficAloud(question.traffic, question.topology, question.load);
  if (!traffic.ok()) return traffic.status();
  const absl::StatusOr<TrafficStream> series = traffic->value.ForTopology(topology->value);
  if (!series.ok()) return series.status();
  if (question.interval && (*question.interval < 0 || *question.interval >= series->size())) {
    return absl::OutOfRangeError(absl::StrFormat("--interval %d: traffic \"%s\" has 0 to %d",
                                                 *question.interval, question.traffic,
                                                 series->size() - 1));
  }
  absl::StatusOr<TrafficMatrix> read;
  if (question.interval) {
    const auto matrix = series->Read(*question.interval);
    if (!matrix.ok()) return matrix.status();
    read = **matrix;
  } else {
    read = series->Mean();
  }
  if (!read.ok()) return read.status();
  const TrafficMatrix& demands = *read;
  rhumb::v1::ComputeRoutesRequest request;
  *request.mutable_topology() = ToProto(topology->value);
  request.set_policy(question.policy);
  request.set_max_paths(question.max_paths);
  for (NodeId s = 0; s < demands.num_nodes(); ++s) {
    for (NodeId d = 0; d < demands.num_nodes(); ++d) {
      if (demands.rate_bps(s, d) <= 0) continue;
      rhumb::v1::Demand* demand = request.add_demands();
      demand->set_source(topology->value.node(s).name);
      demand->set_destination(topology->value.node(d).name);
      demand->set_rate_bps(question.factor * demands.rate_bps(s, d));
    }
  }
  return request;
}

}  // namespace rhumb
