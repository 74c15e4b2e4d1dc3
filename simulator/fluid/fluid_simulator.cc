#include "simulator/fluid/fluid_simulator.h"

#include <chrono>
#include <cmath>
#include <ctime>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "simulator/episode_checks.h"
#include "simulator/fluid/fluid_network.h"

namespace rhumb {
namespace {

constexpr double kLeastRateBps = 1;

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

int64_t ToNs(absl::Duration time) { return absl::ToInt64Nanoseconds(time); }

class FluidSimulator : public NetworkSimulator {
 public:
  explicit FluidSimulator(const FluidSimulatorOptions& options) : network_(options) {}

  absl::Status Reset(const Episode& episode) override;
  absl::StatusOr<Measurements> Play(const RoutingPlan& plan, const Interval& interval) override;
  const Distributions* distributions() const override { return &distributions_; }

 private:
  absl::Status CheckCapacities(const Topology& topology) const;
  // Plans are checked against paths, not against link states: a plan that was decided before a
  // failure goes on after it, as it would in a network.
  absl::Status CheckPlan(const RoutingPlan& plan) const { return plan.Validate(*all_usable_); }
  // Checks everything and gives the topology as it is from the start and after each change.
  absl::Status Prepare(const RoutingPlan& plan, const Interval& interval,
                       std::vector<Topology>* topologies) const;
  void Apply(const TimedChange& change, const Topology& topology);

  fluid::FluidNetwork network_;
  std::optional<Topology> topology_;    // as it is now; absent before Reset
  std::optional<Topology> all_usable_;  // the same, every link enabled and up
  double scale_ = 1;
  Distributions distributions_;
};

absl::Status FluidSimulator::Reset(const Episode& episode) {
  topology_.reset();
  if (absl::Status status = CheckScaleAndShare(episode); !status.ok()) return status;
  scale_ = episode.scale;
  if (absl::Status status = CheckCapacities(episode.topology); !status.ok()) return status;
  absl::StatusOr<Topology> all_usable = WithAllLinksUsable(episode.topology);
  if (!all_usable.ok()) return all_usable.status();
  all_usable_ = *std::move(all_usable);
  network_.Start(episode);
  topology_ = episode.topology;
  return absl::OkStatus();
}

absl::Status FluidSimulator::CheckCapacities(const Topology& topology) const {
  for (const Link& link : topology.links()) {
    if (link.capacity_bps * scale_ >= kLeastRateBps) continue;
    return absl::InvalidArgumentError(
        absl::StrFormat("link %s has %g bit/s left after scaling by %g; choose a larger scale",
                        link.name, link.capacity_bps * scale_, scale_));
  }
  return absl::OkStatus();
}

absl::Status FluidSimulator::Prepare(const RoutingPlan& plan, const Interval& interval,
                                     std::vector<Topology>* topologies) const {
  if (absl::Status status = CheckSpans(interval); !status.ok()) return status;
  absl::StatusOr<Topology> topology = topology_->Apply(interval.changes_at_start);
  if (!topology.ok()) return topology.status();
  if (absl::Status status = CheckCapacities(*topology); !status.ok()) return status;
  if (absl::Status status = CheckDemands(*topology_, interval.demands); !status.ok()) return status;
  if (absl::Status status = CheckPlan(plan); !status.ok()) return status;
  topologies->push_back(*std::move(topology));
  for (const TimedChange& change : interval.changes) {
    topologies->push_back(topologies->back());
    if (const auto* delta = std::get_if<TopologyDelta>(&change.change)) {
      topology = topologies->back().Apply(*delta);
      if (!topology.ok()) return topology.status();
      if (absl::Status status = CheckCapacities(*topology); !status.ok()) return status;
      topologies->back() = *std::move(topology);
    } else if (const auto* demands = std::get_if<TrafficMatrix>(&change.change)) {
      if (absl::Status status = CheckDemands(*topology_, *demands); !status.ok()) return status;
    } else if (absl::Status status = CheckPlan(std::get<RoutingPlan>(change.change));
               !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

void FluidSimulator::Apply(const TimedChange& change, const Topology& topology) {
  if (const auto* delta = std::get_if<TopologyDelta>(&change.change)) {
    network_.SetLinks(topology, *delta);
  } else if (const auto* demands = std::get_if<TrafficMatrix>(&change.change)) {
    network_.SetDemands(*demands);
  } else {
    network_.SetPlan(std::get<RoutingPlan>(change.change));
  }
}

absl::StatusOr<Measurements> FluidSimulator::Play(const RoutingPlan& plan,
                                                  const Interval& interval) {
  if (!topology_.has_value()) {
    return absl::FailedPreconditionError(
        "no episode is running; call Reset before Play, and again after a failed Reset");
  }
  std::vector<Topology> topologies;
  if (absl::Status status = Prepare(plan, interval, &topologies); !status.ok()) return status;
  const auto wall_start = std::chrono::steady_clock::now();
  const double cpu_start_s = CpuSeconds();
  const double hops_before = network_.hop_packets();
  const uint64_t events_before = network_.num_events();

  network_.BeginInterval();
  network_.SetLinks(topologies[0], interval.changes_at_start);
  network_.SetPlan(plan);
  network_.SetDemands(interval.demands);
  network_.SetArrivals(true);
  network_.RunFor(ToNs(interval.warm_up));
  network_.BeginWindow();
  absl::Duration now = absl::ZeroDuration();
  for (size_t i = 0; i < interval.changes.size(); ++i) {
    network_.RunFor(ToNs(interval.changes[i].at) - ToNs(now));
    now = interval.changes[i].at;
    Apply(interval.changes[i], topologies[i + 1]);
  }
  network_.RunFor(ToNs(interval.duration) - ToNs(now));
  Measurements measured;
  distributions_ = Distributions();
  network_.EndWindow(absl::ToDoubleSeconds(interval.duration), &measured, &distributions_);
  network_.SetArrivals(false);
  network_.Drain(ToNs(interval.drain));
  measured.flows = network_.Flows(&distributions_);

  measured.cost.hop_packets = static_cast<uint64_t>(network_.hop_packets() - hops_before);
  measured.cost.events = network_.num_events() - events_before;
  measured.cost.cpu_s = CpuSeconds() - cpu_start_s;
  measured.cost.wall_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - wall_start).count();
  topology_ = std::move(topologies.back());
  return measured;
}

}  // namespace

absl::StatusOr<std::unique_ptr<NetworkSimulator>> MakeFluidSimulator(
    const FluidSimulatorOptions& options) {
  absl::Status transport = CheckTransport(options.segment_bytes, options.buffer,
                                          options.socket_buffer_bytes, options.udp_flow_rate_bps);
  if (!transport.ok()) return transport;
  if (options.train_bytes < 1) {
    return absl::InvalidArgumentError("a train must have at least a byte");
  }
  return std::make_unique<FluidSimulator>(options);
}

}  // namespace rhumb
