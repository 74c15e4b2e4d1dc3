#include "tests/benchmark/controller_load/load_network.h"

#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agents/registry/policy_registry.h"
#include "controller/replay/replay_input.h"
#include "topologies/formats/loader.h"
#include "topologies/formats/proto_conversion.h"
#include "topologies/formats/proto_time.h"
#include "topologies/generators/traffic_generator.h"

namespace rhumb::benchmark {
namespace {

constexpr double kVariation = 0.05;

bool StaysConnected(const Topology& topology, LinkId a, LinkId b) {
  const auto reachable_from = [&](NodeId start) {
    std::vector<bool> seen(topology.num_nodes());
    std::vector<NodeId> stack = {start};
    seen[start] = true;
    int count = 0;
    while (!stack.empty()) {
      const NodeId node = stack.back();
      stack.pop_back();
      ++count;
      for (LinkId l : topology.out_links(node)) {
        const Link& link = topology.link(l);
        if (l == a || l == b || !link.usable() || seen[link.destination]) continue;
        seen[link.destination] = true;
        stack.push_back(link.destination);
      }
    }
    return count;
  };
  for (NodeId n = 0; n < topology.num_nodes(); ++n) {
    if (reachable_from(n) != topology.num_nodes()) return false;
  }
  return true;
}

}  // namespace

LoadNetwork::LoadNetwork(const Connection& connection, Topology topology, TrafficMatrix demands)
    : connection_(connection),
      topology_(std::move(topology)),
      demands_(std::move(demands)),
      south_(rhumb::v1::South::NewStub(connection_.channel())),
      north_(rhumb::v1::North::NewStub(connection_.channel())),
      telemetry_(connection_) {
  for (LinkId l = 0; l < topology_.num_links(); ++l) {
    const Link& link = topology_.link(l);
    if (link.source > link.destination || !link.usable()) continue;
    for (LinkId back : topology_.out_links(link.destination)) {
      if (topology_.link(back).destination != link.source) continue;
      if (StaysConnected(topology_, l, back)) {
        cables_.emplace_back(link.name, topology_.link(back).name);
      }
      break;
    }
  }
}

absl::StatusOr<std::unique_ptr<LoadNetwork>> LoadNetwork::Make(const Connection& connection,
                                                               const std::string& name) {
  const auto topology = LoadTopology(name);
  if (!topology.ok()) return topology.status();
  const auto spec = ParseTrafficGenerator("gravity:seed=1,count=1");
  if (!spec.ok()) return spec.status();
  const auto series = GenerateTraffic(topology->value, *spec);
  if (!series.ok()) return series.status();
  const auto factor = LoadFactor(topology->value, series->demands(0), 1.0, MakePolicy);
  if (!factor.ok()) return factor.status();
  return std::unique_ptr<LoadNetwork>(
      new LoadNetwork(connection, topology->value, series->demands(0).Scaled(*factor)));
}

absl::Status LoadNetwork::Declare() {
  rhumb::v1::SetTopologyRequest request;
  request.set_election_id(kElectionId);
  *request.mutable_topology() = ToProto(topology_);
  return Call(connection_, *south_, &rhumb::v1::South::Stub::SetTopology, request).status();
}

absl::StatusOr<uint64_t> LoadNetwork::SetCable(int cable, bool up) {
  rhumb::v1::UpdateTopologyRequest request;
  request.set_election_id(kElectionId);
  for (const std::string& link : {cables_[cable].first, cables_[cable].second}) {
    rhumb::v1::LinkUpdate* update = request.add_links();
    update->set_link(link);
    update->set_operational_state(up ? rhumb::v1::OPERATIONAL_STATE_UP
                                     : rhumb::v1::OPERATIONAL_STATE_DOWN);
  }
  const auto response =
      Call(connection_, *south_, &rhumb::v1::South::Stub::UpdateTopology, request);
  if (!response.ok()) return response.status();
  return response->topology_version();
}

absl::Status LoadNetwork::ReportTraffic() {
  std::mt19937 random(static_cast<unsigned>(sequence_));
  std::uniform_real_distribution<double> vary(1 - kVariation, 1 + kVariation);
  rhumb::v1::TelemetryReport report;
  report.set_election_id(kElectionId);
  report.set_source("load");
  report.set_restarted(sequence_ == 0);
  report.set_sequence(++sequence_);
  *report.mutable_interval_end() =
      ToTimestamp(absl::FromUnixSeconds(1'700'000'000 + 10 * static_cast<int64_t>(sequence_)));
  report.mutable_interval()->set_seconds(10);
  report.set_demands_complete(true);
  for (NodeId s = 0; s < topology_.num_nodes(); ++s) {
    for (NodeId d = 0; d < topology_.num_nodes(); ++d) {
      if (demands_.rate_bps(s, d) <= 0) continue;
      rhumb::v1::Demand* demand = report.add_demands();
      demand->set_source(topology_.node(s).name);
      demand->set_destination(topology_.node(d).name);
      demand->set_rate_bps(demands_.rate_bps(s, d) * vary(random));
    }
  }
  const auto answer = telemetry_.Report(report);
  if (!answer.ok()) return answer.status();
  if (answer->has_error()) {
    return absl::InternalError(absl::StrCat("telemetry refused: ", answer->error().message()));
  }
  traffic_version_ = answer->traffic_version();
  return absl::OkStatus();
}

absl::StatusOr<rhumb::v1::ControllerStatus> LoadNetwork::GetStatus() {
  return Call(connection_, *north_, &rhumb::v1::North::Stub::GetStatus, {});
}

absl::Status LoadNetwork::AwaitDecision(uint64_t topology_version) {
  const absl::Time deadline = absl::Now() + connection_.timeout();
  for (;;) {
    const auto status = GetStatus();
    if (!status.ok()) return status.status();
    if (status->decided_topology_version() >= topology_version &&
        status->decided_traffic_version() >= traffic_version_) {
      return absl::OkStatus();
    }
    if (absl::Now() > deadline) return absl::DeadlineExceededError("no decision");
    absl::SleepFor(absl::Milliseconds(2));
  }
}

rhumb::v1::ComputeRoutesRequest LoadNetwork::Question(const std::string& policy) const {
  rhumb::v1::ComputeRoutesRequest request;
  *request.mutable_topology() = ToProto(topology_);
  request.set_policy(policy);
  for (NodeId s = 0; s < topology_.num_nodes(); ++s) {
    for (NodeId d = 0; d < topology_.num_nodes(); ++d) {
      if (demands_.rate_bps(s, d) <= 0) continue;
      rhumb::v1::Demand* demand = request.add_demands();
      demand->set_source(topology_.node(s).name);
      demand->set_destination(topology_.node(d).name);
      demand->set_rate_bps(demands_.rate_bps(s, d));
    }
  }
  return request;
}

}  // namespace rhumb::benchmark
