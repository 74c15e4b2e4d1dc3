// What adapters ask of the controller.
#include <spdlog/spdlog.h>

#include <algorithm>

#include "absl/strings/str_format.h"
#include "controller/steering/decision/controller_core.h"
#include "controller/steering/plan/request_error.h"
#include "topologies/formats/proto_time.h"

namespace rhumb {

absl::StatusOr<rhumb::v1::SetTopologyResponse> ControllerCore::SetTopology(
    const rhumb::v1::SetTopologyRequest& request, const std::string& who) {
  if (auto status = election_.CheckWriter(request.election_id()); !status.ok()) return status;
  absl::StatusOr<bool> changed = topology_.Set(request.topology());
  if (!changed.ok()) return changed.status();
  if (*changed) {
    change_.reported = topology_.reported();
    Audit("SetTopology",
          absl::StrFormat("version %d, %d nodes, %d links", topology_.version(),
                          topology_.snapshot().num_nodes(), topology_.snapshot().num_links()),
          who);
    KeepFloor();
    TopologyChanged();
  }
  rhumb::v1::SetTopologyResponse response;
  response.set_epoch(epoch_);
  response.set_topology_version(topology_.version());
  return response;
}

absl::StatusOr<rhumb::v1::UpdateTopologyResponse> ControllerCore::UpdateTopology(
    const rhumb::v1::UpdateTopologyRequest& request, const std::string& who) {
  if (auto status = election_.CheckWriter(request.election_id()); !status.ok()) return status;
  absl::StatusOr<bool> changed = topology_.Update(request);
  if (!changed.ok()) return changed.status();
  if (*changed) {
    // Adapters wait for the plan: everything else comes after it.
    TopologyChanged();
    change_.reported = topology_.reported();
    Audit("UpdateTopology",
          absl::StrFormat("version %d, %d links, first \"%s\"", topology_.version(),
                          request.links_size(), request.links(0).link()),
          who);
    KeepFloor();
  }
  rhumb::v1::UpdateTopologyResponse response;
  response.set_epoch(epoch_);
  response.set_topology_version(topology_.version());
  return response;
}

rhumb::v1::TelemetryAnswer ControllerCore::TakeTelemetry(const rhumb::v1::TelemetryReport& report) {
  rhumb::v1::TelemetryAnswer answer;
  answer.set_sequence(report.sequence());
  answer.set_source(report.source());
  auto refuse = [&](const absl::Status& status) {
    *answer.mutable_error() = ToProto(status);
    *answer.mutable_counts() = intake_.CountsOf(report.source());
    metrics_->CountEvent(Event::kTelemetryRefused);
    return answer;
  };
  if (auto status = election_.CheckWriter(report.election_id()); !status.ok()) {
    return refuse(status);
  }
  if (auto status = CheckKnown(); !status.ok()) return refuse(status);
  const auto interval = intake_.Take(report, topology_.snapshot());
  if (!interval.ok()) return refuse(interval.status());
  const uint64_t before = traffic_.version();
  if (interval->has_value()) {
    const auto in_force = InForce();
    traffic_.Add(**interval, topology_.snapshot(), in_force ? &*in_force : nullptr, out_.now());
    KeepFloor();
  } else {
    metrics_->CountEvent(Event::kTelemetryIgnored);
  }
  answer.set_traffic_version(traffic_.version());
  *answer.mutable_counts() = intake_.CountsOf(report.source());
  if (traffic_.version() != before) {
    metrics_->CountEvent(Event::kTelemetryAccepted);
    if (options_.decide_on_telemetry && !hold_) StartDecision(rhumb::v1::PLAN_REASON_INTERVAL);
  }
  return answer;
}

absl::StatusOr<std::optional<StreamId>> ControllerCore::OpenAdapter(
    StreamId stream, const rhumb::v1::PlanSubscription& subscription) {
  auto replaced = election_.Open(stream, subscription.adapter(), subscription.election_id());
  if (!replaced.ok()) return replaced.status();
  if (*replaced) adapters_.erase(**replaced);
  rhumb::v1::AdapterStatus& status = adapters_[stream].status;
  status.set_adapter(subscription.adapter());
  status.set_election_id(subscription.election_id());
  *status.mutable_connected_at() = ToTimestamp(out_.now());
  if (subscription.held_epoch() == epoch_) {
    status.set_plan_version_in_force(subscription.held_plan_version());
  }
  spdlog::info("adapter connected name=\"{}\" election_id={}", subscription.adapter(),
               subscription.election_id());
  out_.election_changed();
  return replaced;
}

void ControllerCore::CloseAdapter(StreamId stream) {
  const auto it = adapters_.find(stream);
  if (it == adapters_.end()) return;
  spdlog::info("adapter gone name=\"{}\"", it->second.status.adapter());
  adapters_.erase(it);
  election_.Close(stream);
  out_.election_changed();
}

void ControllerCore::TakePlanAnswer(StreamId stream, const rhumb::v1::PlanAnswer& answer,
                                    uint64_t sent_version) {
  const auto it = adapters_.find(stream);
  if (it == adapters_.end()) return;
  rhumb::v1::AdapterStatus& status = it->second.status;
  status.set_plan_version_sent(std::max(status.plan_version_sent(), sent_version));
  status.set_plan_version_in_force(answer.plan_version_in_force());
  if (!answer.has_error()) {
    status.set_plan_version_acknowledged(sent_version);
    return;
  }
  status.set_nacks(status.nacks() + 1);
  status.set_last_error(answer.error().message().substr(0, 500));
  metrics_->CountEvent(Event::kNack);
  spdlog::warn("plan refused adapter=\"{}\" version={} in_force={} error=\"{}\"", status.adapter(),
               sent_version, answer.plan_version_in_force(), status.last_error());
}

rhumb::v1::ElectionState ControllerCore::ElectionFor(StreamId stream) const {
  rhumb::v1::ElectionState state;
  state.set_primary_election_id(election_.primary_id());
  state.set_you_are_primary(election_.IsPrimary(stream));
  state.set_epoch(epoch_);
  state.set_topology_version(topology_.known() ? topology_.version() : 0);
  return state;
}

}  // namespace rhumb
