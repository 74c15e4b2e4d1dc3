// The one interface behind which networks are simulated.
#ifndef RHUMB_SIMULATOR_NETWORK_SIMULATOR_H_
#define RHUMB_SIMULATOR_NETWORK_SIMULATOR_H_

#include <cstdint>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "simulator/distributions.h"
#include "simulator/measurements.h"
#include "topologies/routing_plan.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

// How traffic is made out of a demand's rate. Flow-level simulators use none of it.
struct TrafficModel {
  enum class FlowSizes {
    kMiceElephants,    // 80 % of flows 10-100 kB, 20 % 1-5 MB, uniform
    kWebSearch,        // published CDF, see simulator/README.md
    kBoundedPareto,    // shape 1.2
    kConstantBitRate,  // UDP at the demand's rate, no flows
    kPoissonPackets,   // UDP packets of exponential size at Poisson times, no flows (for queueing
                       // formulas)
    kLongTail          // Pareto of shape 0.41 from 10 B to 12.5 MB: most flows are one packet, most
                       // bytes in few flows
  };
  FlowSizes flow_sizes = FlowSizes::kMiceElephants;
  double tcp_share = 1.0;  // of flows, in [0, 1]; the others are UDP
};

// A sequence of intervals in one running network. The same episode and plans give the same
// measurements.
struct Episode {
  Topology topology;
  TrafficModel traffic;
  uint64_t seed =
      1;  // arrivals are a function of (seed, demand) alone, so policies can be compared in pairs
  // Packet level: capacities, buffers and arrivals are multiplied by this; delays are kept.
  double scale = 1.0;
};

// Something that changes while an interval runs.
struct TimedChange {
  absl::Duration at;  // since the start of the measured window
  std::variant<TopologyDelta, TrafficMatrix, RoutingPlan> change;
};

struct Interval {
  TrafficMatrix demands;                          // unscaled, bits per second
  absl::Duration duration = absl::Seconds(10);    // measured
  absl::Duration warm_up = absl::ZeroDuration();  // played before, not measured
  absl::Duration drain =
      absl::ZeroDuration();  // at most this long after, without new arrivals, for flows to finish
  TopologyDelta changes_at_start;    // link states from the previous interval on
  std::vector<TimedChange> changes;  // in order of time
};

class NetworkSimulator {
 public:
  virtual ~NetworkSimulator() = default;

  // Ends what was running and starts a network in which nothing flows. InvalidArgument for a bad
  // episode.
  virtual absl::Status Reset(const Episode& episode) = 0;

  // Plays the next interval with `plan` in force. FailedPrecondition before Reset; InvalidArgument
  // when plan or demands do not fit the topology; Unavailable when a worker process died (Reset
  // starts a new one), DeadlineExceeded when it hung. A partial result is never returned.
  virtual absl::StatusOr<Measurements> Play(const RoutingPlan& plan, const Interval& interval) = 0;

  // How durations were spread in the interval that Play has just played, valid until the next call.
  // Beside its measurements and not among them, because no policy is shown them and few callers
  // want them. Null for simulators that have neither flows nor packets.
  virtual const Distributions* distributions() const { return nullptr; }
};

}  // namespace rhumb

#endif  // RHUMB_SIMULATOR_NETWORK_SIMULATOR_H_
