#include "controller/live_network/network_adapter.h"

#include <algorithm>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "topologies/formats/proto_conversion.h"
#include "topologies/formats/proto_time.h"

namespace rhumb {
namespace {

constexpr absl::Duration kPollFirst = absl::Microseconds(200);
constexpr absl::Duration kPollLongest = absl::Milliseconds(10);

bool IsAway(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status);
}

}  // namespace

NetworkAdapter::NetworkAdapter(const Connection& connection, const Options& options)
    : connection_(connection),
      options_(options),
      south_(rhumb::v1::South::NewStub(connection_.channel())),
      north_(rhumb::v1::North::NewStub(connection_.channel())),
      telemetry_(connection_),
      stream_(connection_, {options_.name, options_.election_id,
                            [this](const auto& update) { return Install(update); }}) {}

absl::Status NetworkAdapter::Install(const rhumb::v1::PlanUpdate& update) {
  ++offered_;
  if (update.header().epoch() == epoch_ && update.header().topology_version() < topology_version_) {
    return absl::AbortedError(
        absl::StrFormat("the plan is for topology %d, the network has %d; send one for that",
                        update.header().topology_version(), topology_version_.load()));
  }
  if (options_.nack_every > 0 && offered_ % options_.nack_every == 0) {
    return absl::FailedPreconditionError("refused on purpose (--nack-every)");
  }
  return absl::OkStatus();
}

absl::Status NetworkAdapter::Patiently(const std::function<absl::Status()>& call) {
  const SteadyTime deadline = SteadyNow() + options_.patience;
  Backoff backoff;
  bool told = false;
  for (;;) {
    const absl::Status status = call();
    if (!IsAway(status)) return status;
    const absl::Duration pause = backoff.Next();
    if (Stopped()) return absl::CancelledError("stopped");
    if (SteadyNow() + pause >= deadline) return status;
    if (!std::exchange(told, true)) {
      std::cerr << absl::StrFormat("note: waiting up to %s: %s\n",
                                   absl::FormatDuration(options_.patience), status.message());
    }
    absl::SleepFor(pause);
  }
}

absl::Status NetworkAdapter::AwaitStream() {
  const SteadyTime deadline = SteadyNow() + options_.patience;
  while (SteadyNow() < deadline && !Stopped()) {
    const SteadyTime slice = std::min(deadline, SteadyNow() + absl::Milliseconds(200));
    if (stream_.Await([](const PlanSubscriber::State& s) { return s.connected; }, slice)) {
      return absl::OkStatus();
    }
    if (absl::Status failed = stream_.Get().failed; !failed.ok()) return failed;
  }
  if (Stopped()) return absl::CancelledError("stopped");
  const absl::Status fault = stream_.Get().last_fault;
  return fault.ok() ? absl::UnavailableError(
                          absl::StrCat(connection_.server(), " does not answer on the plan stream"))
                    : fault;
}

absl::Status NetworkAdapter::SetTopology(const Topology& topology) {
  rhumb::v1::SetTopologyRequest request;
  request.set_election_id(options_.election_id);
  *request.mutable_topology() = ToProto(topology);
  return Patiently([&] {
    const auto response = Call(connection_, *south_, &rhumb::v1::South::Stub::SetTopology, request);
    if (!response.ok()) return response.status();
    epoch_ = response->epoch();
    topology_version_ = response->topology_version();
    reported_ = topology;
    declared_on_ = stream_.Get().connections;
    return absl::OkStatus();
  });
}

absl::Status NetworkAdapter::Declare(const Topology& topology) {
  if (absl::Status status = AwaitStream(); !status.ok()) return status;
  if (const auto election = stream_.Get().election; !election.you_are_primary()) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "another adapter is the primary, with election id %d; give a higher --election-id",
        election.primary_election_id()));
  }
  return SetTopology(topology);
}

absl::Status NetworkAdapter::DeclareAgainIfForgotten() {
  if (absl::Status status = AwaitStream(); !status.ok()) return status;
  const PlanSubscriber::State state = stream_.Get();
  // The election is told once a connection: what it says of the topology is from before then.
  const bool forgotten =
      state.election.epoch() != epoch_ ||
      (state.connections != declared_on_ && state.election.topology_version() == 0);
  if (!forgotten) return absl::OkStatus();
  std::cerr << "note: the server has lost its state; declaring the network again\n";
  traffic_version_ = 0;
  return SetTopology(*reported_);
}

absl::Status NetworkAdapter::ReportLinks(const Topology& topology) {
  if (absl::Status status = DeclareAgainIfForgotten(); !status.ok()) return status;
  rhumb::v1::UpdateTopologyRequest request;
  request.set_election_id(options_.election_id);
  bool administrative = false;
  for (const LinkChange& change : Difference(*reported_, topology)) {
    administrative |= change.administrative_state.has_value();
    rhumb::v1::LinkUpdate* update = request.add_links();
    update->set_link(topology.link(change.link).name);
    if (change.operational_state) {
      update->set_operational_state(*change.operational_state == OperationalState::kUp
                                        ? rhumb::v1::OPERATIONAL_STATE_UP
                                        : rhumb::v1::OPERATIONAL_STATE_DOWN);
    }
    if (change.capacity_bps) update->set_capacity_bps(*change.capacity_bps);
    if (change.igp_metric) update->set_igp_metric(*change.igp_metric);
  }
  if (request.links().empty()) return absl::OkStatus();
  // A drain that the network made by itself is part of its topology; only operators drain here.
  if (administrative) return SetTopology(topology);
  return Patiently([&] {
    const auto response =
        Call(connection_, *south_, &rhumb::v1::South::Stub::UpdateTopology, request);
    if (!response.ok()) return response.status();
    topology_version_ = response->topology_version();
    reported_ = topology;
    return absl::OkStatus();
  });
}

absl::Status NetworkAdapter::ReportTraffic(rhumb::v1::TelemetryReport report) {
  if (absl::Status status = DeclareAgainIfForgotten(); !status.ok()) return status;
  report.set_election_id(options_.election_id);
  return Patiently([&]() -> absl::Status {
    const auto answer = telemetry_.Report(report);
    if (!answer.ok()) return answer.status();
    if (answer->has_error()) {
      return absl::Status(static_cast<absl::StatusCode>(answer->error().code()),
                          absl::StrFormat("telemetry report %d was refused: %s", answer->sequence(),
                                          answer->error().message()));
    }
    traffic_version_ = answer->traffic_version();
    return absl::OkStatus();
  });
}

absl::StatusOr<rhumb::v1::ControllerStatus> NetworkAdapter::GetStatus() {
  absl::StatusOr<rhumb::v1::ControllerStatus> status;
  const absl::Status done = Patiently([&] {
    status = Call(connection_, *north_, &rhumb::v1::North::Stub::GetStatus, {});
    return status.status();
  });
  if (!done.ok()) return done;
  return status;
}

absl::StatusOr<NetworkAdapter::Answer> NetworkAdapter::AwaitDecision() {
  const SteadyTime deadline = SteadyNow() + options_.decision_timeout;
  absl::Duration pause = kPollFirst;
  for (;;) {
    absl::StatusOr<rhumb::v1::ControllerStatus> status = GetStatus();
    if (!status.ok()) return status.status();
    // A server that was started again has its topology and plan from the store, but no traffic.
    const absl::Time started = FromProto(status->started_at());
    if (std::exchange(server_started_, started) != started) traffic_version_ = 0;
    const bool held = status->rollback_held() || status->has_rollback_confirm_before();
    const bool decided = status->decided_traffic_version() >= traffic_version_ &&
                         status->decided_topology_version() >= topology_version_;
    const bool late = SteadyNow() >= deadline;
    if (Stopped()) return absl::CancelledError("stopped");
    // Versions of a server that has lost its state do not count on from those known here.
    if (status->epoch() != epoch_) {
      if (auto again = DeclareAgainIfForgotten(); !again.ok()) return again;
    } else if (held || decided || late) {
      const uint64_t version = status->plan().plan_version();
      const bool arrived = stream_.Await(
          [version, epoch = status->epoch()](const PlanSubscriber::State& s) {
            return version == 0 || (s.seen_epoch == epoch && s.seen_version >= version);
          },
          deadline);
      if (absl::Status failed = stream_.Get().failed; !failed.ok()) return failed;
      return Answer{*std::move(status), late || !arrived};
    }
    absl::SleepFor(pause);
    pause = std::min(2 * pause, kPollLongest);
  }
}

absl::Status NetworkAdapter::Reconnect() {
  telemetry_.Close();
  const int before = stream_.Get().connections;
  stream_.Cut();
  const bool back = stream_.Await(
      [before](const PlanSubscriber::State& s) { return s.connected && s.connections > before; },
      SteadyNow() + options_.patience);
  return back ? absl::OkStatus() : AwaitStream();
}

}  // namespace rhumb
