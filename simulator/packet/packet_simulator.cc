#include "simulator/packet/packet_simulator.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "simulator/episode_checks.h"
#include "simulator/packet/worker_messages.h"
#include "simulator/packet/worker_process.h"
#include "topologies/installation.h"

namespace rhumb {
namespace {

class PacketSimulator : public NetworkSimulator {
 public:
  explicit PacketSimulator(PacketSimulatorOptions options) : options_(std::move(options)) {}

  absl::Status Reset(const Episode& episode) override;
  absl::StatusOr<Measurements> Play(const RoutingPlan& plan, const Interval& interval) override;
  const Distributions* distributions() const override { return &distributions_; }

 private:
  // Sends `request` and turns an answered error into InvalidArgument. Drops the worker when it
  // failed.
  absl::Status Exchange(const worker::Request& request, worker::Response* response);
  absl::Status AddChange(const TimedChange& change, worker::Play* play, Topology* topology,
                         std::shared_ptr<const PathSet>* sent_paths) const;

  const PacketSimulatorOptions options_;
  std::unique_ptr<WorkerProcess> worker_;
  // Plans are checked against paths, not against link states: a plan that was decided before a
  // failure goes on after it, as it would in a network.
  absl::Status CheckPlan(const RoutingPlan& plan) const { return plan.Validate(*all_usable_); }

  std::optional<Topology> topology_;    // as it is now; absent when Play may not be called
  std::optional<Topology> all_usable_;  // the same, every link enabled and up
  double scale_ = 1;
  std::shared_ptr<const PathSet> sent_paths_;
  Distributions distributions_;
};

absl::Status PacketSimulator::Exchange(const worker::Request& request, worker::Response* response) {
  const absl::Status status = worker_->Exchange(request, response, options_.deadline);
  if (!status.ok()) {
    worker_.reset();
    topology_.reset();
    return status;
  }
  if (response->has_error()) {
    // The worker checks everything again; what it refuses has been half applied at worst, so the
    // episode is over.
    topology_.reset();
    return absl::InvalidArgumentError(
        absl::StrCat("the ns-3 worker refused: ", response->error().message()));
  }
  return absl::OkStatus();
}

absl::Status PacketSimulator::Reset(const Episode& episode) {
  topology_.reset();
  absl::StatusOr<worker::Reset> reset = ToMessage(episode, options_);
  if (!reset.ok()) return reset.status();
  if (worker_ == nullptr) {
    std::string path = options_.worker_path;
    if (path.empty()) {
      absl::StatusOr<std::string> found = FindWorker();
      if (!found.ok()) return found.status();
      path = *std::move(found);
    }
    absl::StatusOr<std::unique_ptr<WorkerProcess>> started = WorkerProcess::Start(path);
    if (!started.ok()) return started.status();
    worker_ = *std::move(started);
  }
  worker::Request request;
  *request.mutable_reset() = *std::move(reset);
  worker::Response response;
  if (absl::Status status = Exchange(request, &response); !status.ok()) return status;
  if (!response.has_ready()) {
    worker_.reset();
    return absl::DataLossError(
        "the ns-3 worker did not answer a reset with being ready; it was killed");
  }
  all_usable_ = WithAllLinksUsable(episode.topology).value();
  scale_ = episode.scale;
  sent_paths_.reset();
  topology_ = episode.topology;
  return absl::OkStatus();
}

absl::Status PacketSimulator::AddChange(const TimedChange& change, worker::Play* play,
                                        Topology* topology,
                                        std::shared_ptr<const PathSet>* sent_paths) const {
  worker::Change* message = play->add_changes();
  message->set_at_s(absl::ToDoubleSeconds(change.at));
  if (const auto* delta = std::get_if<TopologyDelta>(&change.change)) {
    absl::StatusOr<Topology> applied = topology->Apply(*delta);
    if (!applied.ok()) return applied.status();
    *topology = *std::move(applied);
    ToMessage(*topology, *delta, scale_, message->mutable_links());
  } else if (const auto* demands = std::get_if<TrafficMatrix>(&change.change)) {
    if (absl::Status status = CheckDemands(*topology, *demands); !status.ok()) return status;
    ToMessage(*demands, scale_, message->mutable_demands());
  } else {
    const RoutingPlan& plan = std::get<RoutingPlan>(change.change);
    if (absl::Status status = CheckPlan(plan); !status.ok()) return status;
    ToMessage(plan, sent_paths, message->mutable_plan());
  }
  return absl::OkStatus();
}

absl::StatusOr<Measurements> PacketSimulator::Play(const RoutingPlan& plan,
                                                   const Interval& interval) {
  if (!topology_.has_value()) {
    return absl::FailedPreconditionError(
        "no episode is running; call Reset before Play, and again after a failed Play");
  }
  if (absl::Status status = CheckSpans(interval); !status.ok()) return status;
  absl::StatusOr<Topology> at_start = topology_->Apply(interval.changes_at_start);
  if (!at_start.ok()) return at_start.status();
  if (absl::Status status = CheckDemands(*at_start, interval.demands); !status.ok()) return status;
  if (absl::Status status = CheckPlan(plan); !status.ok()) return status;

  std::shared_ptr<const PathSet> sent_paths = sent_paths_;
  worker::Request request;
  worker::Play* play = request.mutable_play();
  ToMessage(plan, &sent_paths, play->mutable_plan());
  ToMessage(interval.demands, scale_, play->mutable_demands());
  ToMessage(*at_start, interval.changes_at_start, scale_, play->mutable_links());
  play->set_warm_up_s(absl::ToDoubleSeconds(interval.warm_up));
  play->set_duration_s(absl::ToDoubleSeconds(interval.duration));
  play->set_drain_s(absl::ToDoubleSeconds(interval.drain));
  Topology at_end = *std::move(at_start);
  for (const TimedChange& change : interval.changes) {
    absl::Status status = AddChange(change, play, &at_end, &sent_paths);
    if (!status.ok()) return status;
  }

  worker::Response response;
  if (absl::Status status = Exchange(request, &response); !status.ok()) return status;
  absl::StatusOr<Measurements> measured =
      FromMessage(response.result(), scale_, at_end.num_links(), plan.paths().num_pairs());
  absl::StatusOr<Distributions> distributions = DistributionsFromMessage(response.result());
  const absl::Status& fault = measured.ok() ? distributions.status() : measured.status();
  if (!response.has_result() || !fault.ok()) {
    worker_.reset();
    topology_.reset();
    return absl::DataLossError(
        absl::StrCat("the ns-3 worker answered an interval with something else and was killed: ",
                     fault.message()));
  }
  distributions_ = *std::move(distributions);
  sent_paths_ = std::move(sent_paths);
  topology_ = std::move(at_end);
  return measured;
}

double ScaleTo(double narrowest_bps, double capacity_bps) {
  return std::isfinite(capacity_bps) ? narrowest_bps / capacity_bps : 1;
}

}  // namespace

absl::StatusOr<std::string> FindWorker() {
  if (const char* given = std::getenv("RHUMB_NS3_WORKER"); given != nullptr && *given != '\0') {
    return std::string(given);
  }
  absl::StatusOr<std::string> found = FindShippedFile(ShippedFiles::kWorkers, "rhumb-ns3");
  if (found.ok()) return found;
  return absl::NotFoundError(
      absl::StrFormat("there is no ns-3 worker rhumb-ns3 %s; or build the target rhumb-ns3, or "
                      "point $RHUMB_NS3_WORKER at it",
                      WhereShippedFilesWereSought(ShippedFiles::kWorkers)));
}

absl::StatusOr<std::unique_ptr<NetworkSimulator>> MakePacketSimulator(
    const PacketSimulatorOptions& options) {
  if (options.deadline <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("the deadline of the packet simulator must be above 0");
  }
  if (options.buffer_packets < 0) {
    return absl::InvalidArgumentError("the depth of queues must not be negative");
  }
  absl::Status transport = CheckTransport(options.segment_bytes, options.buffer,
                                          options.socket_buffer_bytes, options.udp_flow_rate_bps);
  if (!transport.ok()) return transport;
  return std::make_unique<PacketSimulator>(options);
}

double ChooseScale(const Topology& topology, const RoutingPlan& plan, const TrafficMatrix& demands,
                   double narrowest_bps) {
  const LinkLoads loads = ComputeLinkLoads(topology, plan, demands);
  double narrowest = std::numeric_limits<double>::infinity();
  for (LinkId id = 0; id < topology.num_links(); ++id) {
    if (loads.load_bps[id] > 0) narrowest = std::min(narrowest, topology.link(id).capacity_bps);
  }
  return ScaleTo(narrowest_bps, narrowest);
}

double ChooseScale(const Topology& topology, double narrowest_bps) {
  double narrowest = std::numeric_limits<double>::infinity();
  for (const Link& link : topology.links()) {
    if (link.usable()) narrowest = std::min(narrowest, link.capacity_bps);
  }
  return ScaleTo(narrowest_bps, narrowest);
}

}  // namespace rhumb
