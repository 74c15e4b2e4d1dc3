#include "simulator/episode_checks.h"

#include <cmath>

#include "absl/strings/str_format.h"

namespace rhumb {
namespace {

bool IsPlayable(absl::Duration time) {
  return time >= absl::ZeroDuration() && time <= absl::Hours(24);
}

}  // namespace

absl::Status CheckScaleAndShare(const Episode& episode) {
  if (!std::isfinite(episode.scale) || episode.scale <= 0) {
    return absl::InvalidArgumentError(
        absl::StrFormat("scale %g of the episode is not a positive number", episode.scale));
  }
  if (!(episode.traffic.tcp_share >= 0 && episode.traffic.tcp_share <= 1)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("TCP share %g is not in [0, 1]", episode.traffic.tcp_share));
  }
  return absl::OkStatus();
}

absl::Status CheckDemands(const Topology& topology, const TrafficMatrix& demands) {
  if (demands.num_nodes() != topology.num_nodes()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("the demands are over %d nodes but topology %s has %d; put the series on "
                        "the topology first",
                        demands.num_nodes(), topology.name(), topology.num_nodes()));
  }
  for (const double rate_bps : demands.rates_bps()) {
    if (!std::isfinite(rate_bps) || rate_bps < 0) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "a demand of %g bit/s is not a rate; give finite rates of 0 or more", rate_bps));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSpans(const Interval& interval) {
  if (interval.duration <= absl::ZeroDuration() || !IsPlayable(interval.duration) ||
      !IsPlayable(interval.warm_up) || !IsPlayable(interval.drain)) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "an interval of %s with a warm-up of %s and a drain of %s cannot be played; they must not "
        "be negative, at most a day, and the interval not empty",
        absl::FormatDuration(interval.duration), absl::FormatDuration(interval.warm_up),
        absl::FormatDuration(interval.drain)));
  }
  absl::Duration previous = absl::ZeroDuration();
  for (const TimedChange& change : interval.changes) {
    if (change.at < previous || change.at > interval.duration) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "a change at %s is out of order or outside of the interval of %s",
          absl::FormatDuration(change.at), absl::FormatDuration(interval.duration)));
    }
    previous = change.at;
  }
  return absl::OkStatus();
}

absl::Status CheckTransport(int segment_bytes, absl::Duration buffer, int socket_buffer_bytes,
                            double udp_flow_rate_bps) {
  if (segment_bytes < 64 || segment_bytes > 60000) {
    return absl::InvalidArgumentError(
        absl::StrFormat("segments of %d bytes; they must have 64 to 60000", segment_bytes));
  }
  if (buffer < absl::ZeroDuration()) {
    return absl::InvalidArgumentError("the depth of queues must not be negative");
  }
  if (socket_buffer_bytes != 0 && socket_buffer_bytes < kLeastSocketBuffer) {
    return absl::InvalidArgumentError(
        absl::StrFormat("socket buffers of %d bytes; give at least %d, or 0 for as much as the "
                        "network can have in flight",
                        socket_buffer_bytes, kLeastSocketBuffer));
  }
  if (!std::isfinite(udp_flow_rate_bps) || udp_flow_rate_bps <= 0) {
    return absl::InvalidArgumentError("the pace of UDP flows must be above 0");
  }
  return absl::OkStatus();
}

absl::StatusOr<Topology> WithAllLinksUsable(const Topology& topology) {
  TopologyDelta enable;
  for (LinkId id = 0; id < topology.num_links(); ++id) {
    if (topology.link(id).usable()) continue;
    LinkChange& change = enable.emplace_back();
    change.link = id;
    change.administrative_state = AdministrativeState::kEnabled;
    change.operational_state = OperationalState::kUp;
  }
  return topology.Apply(enable);
}

}  // namespace rhumb
