#include "simulator/fluid/fluid_simulator.h"

#include <chrono>
#include <cmath>
#include <ctime>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "simulator/fluid/fluid_network.h"

namespace rhumb {
namespace {

constexpr int kLeastSocketBuffer = 128 * 1024;
constexpr double kLeastRateBps = 1;

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

bool IsPlayable(absl::Duration time) {
  return time >= absl::ZeroDuration() && time <= absl::Hours(24);
}

int64_t ToNs(absl::Duration time) { return absl::ToInt64Nanoseconds(time); }

class FluidSimulator : public NetworkSimulator {
 public:
  explicit FluidSimulator(const FluidSimulatorOptions& options) : network_(options) {}

  absl::Status Reset(const Episode& episode) override;
  absl::StatusOr<Measurements> Play(const RoutingPlan& plan, const Interval& interval) override;

 private:
  absl::Status CheckDemands(const TrafficMatrix& demands) const;
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
};

absl::Status FluidSimulator::Reset(const Episode& episode) {
  topology_.reset();
  if (!std::isfinite(episode.scale) || episode.scale <= 0) {
    return absl::InvalidArgumentError(
        absl::StrFormat("scale %g of the episode is not a positive number", episode.scale));
  }
  if (!(episode.traffic.tcp_share >= 0 && episode.traffic.tcp_share <= 1)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("TCP share %g is not in [0, 1]", episode.traffic.tcp_share));
  }
  scale_ = episode.scale;
  if (absl::Status status = CheckCapacities(episode.topology); !status.ok()) return status;
  TopologyDelta enable;
  for (LinkId id = 0; id < episode.topology.num_links(); ++id) {
    if (episode.topology.link(id).usable()) continue;
    LinkChange& change = enable.emplace_back();
    change.link = id;
    change.administrative_state = AdministrativeState::kEnabled;
    change.operational_state = OperationalState::kUp;
  }
  absl::StatusOr<Topology> all_usable = episode.topology.Apply(enable);
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

absl::Status FluidSimulator::CheckDemands(const TrafficMatrix& demands) const {
  if (demands.num_nodes() != topology_->num_nodes()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("the demands are over %d nodes but topology %s has %d", demands.num_nodes(),
                        topology_->name(), topology_->num_nodes()));
  }
  for (const double rate_bps : demands.rates_bps()) {
    if (!std::isfinite(rate_bps) || rate_bps < 0) {
      return absl::InvalidArgumentError(
          absl::StrFormat("a demand of %g bit/s is not a rate", rate_bps));
    }
  }
  return absl::OkStatus();
}

absl::Status FluidSimulator::Prepare(const RoutingPlan& plan, const Interval& interval,
                                     std::vector<Topology>* topologies) const {
  if (interval.duration <= absl::ZeroDuration() || !IsPlayable(interval.duration) ||
      !IsPlayable(interval.warm_up) || !IsPlayable(interval.drain)) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "an interval of %s with a warm-up of %s and a drain of %s cannot be played; they must not "
        "be negative, at most a day, and the interval not empty",
        absl::FormatDuration(interval.duration), absl::FormatDuration(interval.warm_up),
        absl::FormatDuration(interval.drain)));
  }
  absl::StatusOr<Topology> topology = topology_->Apply(interval.changes_at_start);
  if (!topology.ok()) return topology.status();
  if (absl::Status status = CheckCapacities(*topology); !status.ok()) return status;
  if (absl::Status status = CheckDemands(interval.demands); !status.ok()) return status;
  if (absl::Status status = CheckPlan(plan); !status.ok()) return status;
  topologies->push_back(*std::move(topology));
  absl::Duration previous = absl::ZeroDuration();
  for (const TimedChange& change : interval.changes) {
    if (change.at < previous || change.at > interval.duration) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "a change at %s is out of order or outside of the interval of %s",
          absl::FormatDuration(change.at), absl::FormatDuration(interval.duration)));
    }
    previous = change.at;
    topologies->push_back(topologies->back());
    if (const auto* delta = std::get_if<TopologyDelta>(&change.change)) {
      topology = topologies->back().Apply(*delta);
      if (!topology.ok()) return topology.status();
      if (absl::Status status = CheckCapacities(*topology); !status.ok()) return status;
      topologies->back() = *std::move(topology);
    } else if (const auto* demands = std::get_if<TrafficMatrix>(&change.change)) {
      if (absl::Status status = CheckDemands(*demands); !status.ok()) return status;
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
  network_.EndWindow(absl::ToDoubleSeconds(interval.duration), &measured);
  network_.SetArrivals(false);
  network_.Drain(ToNs(interval.drain));
  measured.flows = network_.Flows();

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
  if (options.segment_bytes < 64 || options.segment_bytes > 60000) {
    return absl::InvalidArgumentError(
        absl::StrFormat("segments of %d bytes; they must have 64 to 60000", options.segment_bytes));
  }
  if (options.buffer < absl::ZeroDuration()) {
    return absl::InvalidArgumentError("the depth of queues must not be negative");
  }
  if (options.socket_buffer_bytes != 0 && options.socket_buffer_bytes < kLeastSocketBuffer) {
    return absl::InvalidArgumentError(
        absl::StrFormat("socket buffers of %d bytes; give at least %d, or 0 for as much as the "
                        "network can have in flight",
                        options.socket_buffer_bytes, kLeastSocketBuffer));
  }
  if (!std::isfinite(options.udp_flow_rate_bps) || options.udp_flow_rate_bps <= 0) {
    return absl::InvalidArgumentError("the pace of UDP flows must be above 0");
  }
  if (options.train_bytes < 1) {
    return absl::InvalidArgumentError("a train must have at least a byte");
  }
  return std::make_unique<FluidSimulator>(options);
}

}  // namespace rhumb
