#include "controller/steering/decision/south_requests.h"

#include "absl/strings/str_format.h"
#include "controller/steering/plan/request_error.h"
#include "controller/steering/store/audit.h"

namespace rhumb {

absl::StatusOr<rhumb::v1::SetTopologyResponse> SouthRequests::SetTopology(
    const rhumb::v1::SetTopologyRequest& request, const std::string& who) {
  if (auto status = s_.adapters.CheckWriter(request.election_id()); !status.ok()) return status;
  absl::StatusOr<bool> changed = s_.topology.Set(request.topology());
  if (!changed.ok()) return changed.status();
  if (*changed) {
    const Topology& topology = s_.topology.snapshot();
    Keep("SetTopology",
         absl::StrFormat("version %d, %d nodes, %d links", topology.version(), topology.num_nodes(),
                         topology.num_links()),
         who);
    steering_.TopologyChanged();
  }
  rhumb::v1::SetTopologyResponse response;
  response.set_epoch(s_.epoch);
  response.set_topology_version(s_.topology_version());
  return response;
}

absl::StatusOr<rhumb::v1::UpdateTopologyResponse> SouthRequests::UpdateTopology(
    const rhumb::v1::UpdateTopologyRequest& request, const std::string& who) {
  if (auto status = s_.adapters.CheckWriter(request.election_id()); !status.ok()) return status;
  absl::StatusOr<bool> changed = s_.topology.Update(request);
  if (!changed.ok()) return changed.status();
  if (*changed) {
    // Adapters wait for the plan: everything else comes after it.
    steering_.TopologyChanged();
    Keep("UpdateTopology",
         absl::StrFormat("version %d, %d links, first \"%s\"", s_.topology.version(),
                         request.links_size(), request.links(0).link()),
         who);
  }
  rhumb::v1::UpdateTopologyResponse response;
  response.set_epoch(s_.epoch);
  response.set_topology_version(s_.topology_version());
  return response;
}

rhumb::v1::TelemetryAnswer SouthRequests::TakeTelemetry(const rhumb::v1::TelemetryReport& report) {
  rhumb::v1::TelemetryAnswer answer;
  answer.set_sequence(report.sequence());
  answer.set_source(Shortened(report.source()));
  auto refuse = [&](const absl::Status& status) {
    *answer.mutable_error() = ToProto(status);
    *answer.mutable_counts() = s_.intake.CountsOf(report.source());
    s_.metrics.CountEvent(Event::kTelemetryRefused);
    return answer;
  };
  if (auto status = s_.adapters.CheckWriter(report.election_id()); !status.ok()) {
    return refuse(status);
  }
  if (!s_.topology.known()) return refuse(NoTopologyError());
  const auto interval = s_.intake.Take(report, s_.topology.snapshot(), s_.now());
  if (!interval.ok()) return refuse(interval.status());
  const uint64_t before = s_.traffic.version();
  if (interval->has_value()) {
    const auto in_force = s_.InForce();
    s_.traffic.Add(**interval, s_.topology.snapshot(), in_force ? &*in_force : nullptr, s_.now());
  } else {
    s_.metrics.CountEvent(Event::kTelemetryIgnored);
  }
  answer.set_traffic_version(s_.traffic.version());
  *answer.mutable_counts() = s_.intake.CountsOf(report.source());
  if (s_.traffic.version() != before) {
    s_.metrics.CountEvent(Event::kTelemetryAccepted);
    steering_.TrafficChanged();
  }
  return answer;
}

absl::StatusOr<std::optional<StreamId>> SouthRequests::OpenAdapter(
    StreamId stream, const rhumb::v1::PlanSubscription& subscription) {
  auto replaced = s_.adapters.Open(stream, subscription, s_.epoch, s_.clocks.wall());
  if (replaced.ok()) election_changed_();
  return replaced;
}

void SouthRequests::CloseAdapter(StreamId stream) {
  if (s_.adapters.Close(stream)) election_changed_();
}

void SouthRequests::TakePlanAnswer(StreamId stream, const rhumb::v1::PlanAnswer& answer,
                                   uint64_t sent_version) {
  s_.adapters.TakeAnswer(stream, answer, sent_version);
}

rhumb::v1::ElectionState SouthRequests::ElectionFor(StreamId stream) const {
  rhumb::v1::ElectionState state = s_.adapters.ElectionFor(stream);
  state.set_epoch(s_.epoch);
  state.set_topology_version(s_.topology_version());
  return state;
}

void SouthRequests::Keep(absl::string_view action, absl::string_view detail,
                         const std::string& who) {
  s_.change.reported = s_.topology.reported();
  s_.change.audit.push_back(MakeAuditRecord(s_.clocks.wall(), action, detail, who));
}

}  // namespace rhumb
