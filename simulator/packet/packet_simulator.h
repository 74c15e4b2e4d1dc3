// Packet-level simulation through a worker process that runs ns-3.
//
// Use it for results that are reported: queues, losses, TCP. Where only link loads matter the flow
// simulator (simulator/flow) is thousands of times faster.
#ifndef RHUMB_SIMULATOR_PACKET_PACKET_SIMULATOR_H_
#define RHUMB_SIMULATOR_PACKET_PACKET_SIMULATOR_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "simulator/network_simulator.h"

namespace rhumb {

enum class DataPlane {
  kIp,       // TCP and UDP sockets and an IPv4 stack at the ends, labels in between; for reported
             // results
  kUdpFast,  // UDP packets by label only; for bulk rollouts
  kNs3GlobalRouting,  // ns-3's own shortest paths by IGP metric over its own devices; plans are
                      // checked, then ignored
  kNs3Defaults  // the same with ns-3's default queue disciplines and FlowMonitor; the benchmark's
                // yardstick
};

struct PacketSimulatorOptions {
  // The program `rhumb-ns3`. Empty: see FindWorker.
  std::string worker_path;
  // Wall time that one Reset or Play may take before the worker counts as hung.
  absl::Duration deadline = absl::Minutes(10);
  DataPlane data_plane = DataPlane::kIp;
  // TCP payload of a full segment; 52 bytes more are on the wire. Streams of packets have this size
  // on the wire, as a constant or as a mean. 8948 stands for jumbo frames, which WANs such as ESnet
  // use, and is some six times faster.
  int segment_bytes = 1448;
  // Depth of every device queue as time at the rate of its link. Zero: one mean round trip of the
  // network, at least 20 ms. Never less than 25 full packets.
  absl::Duration buffer = absl::ZeroDuration();
  // When above 0, the depth in packets instead (waiting, the one in transmission not counted).
  int buffer_packets = 0;
  // Pace of a finite UDP flow in bits per second, after scaling.
  double udp_flow_rate_bps = 10e6;
  // TCP selective acknowledgements; without them a run is about a fifth cheaper and recovers more
  // slowly from losses.
  bool sack = true;
  // What a TCP sender may have in flight, at least 128 KiB. 0: twice the fastest link's rate times
  // the longest round trip, between 512 KiB and 8 MiB.
  int socket_buffer_bytes = 0;
};

// $RHUMB_NS3_WORKER, else `rhumb-ns3` where topologies/installation.h says workers are. NotFound,
// with the places that were tried.
absl::StatusOr<std::string> FindWorker();

// Each simulator owns one worker, so jobs in parallel take one simulator each; one simulator is
// used from one thread at a time. Cheap to create: the worker starts with the first Reset. Errors
// of Reset and Play:
//   InvalidArgument    the episode, plan, demands or changes do not fit; what went before goes on
//   FailedPrecondition Play before Reset, or after a fault
//   NotFound           no worker program
//   Unavailable        the worker ended by itself or by a signal
//   DeadlineExceeded   it took longer than the deadline and was killed
//   DataLoss           it said something that is not an answer and was killed
// The last three carry how the worker ended and its last lines on stderr; the next Reset starts
// another one.
//
// A plan may put traffic on a path that is dead or drained: the pair's other paths take it, in
// proportion to their ratios; without any other it is unrouted. Running flows keep their path
// unless it became unusable or its ratio became 0.
//
// Measurements are in unscaled bits per second (divided by Episode::scale); utilizations, losses
// and times are those of the scaled network as they are.
absl::StatusOr<std::unique_ptr<NetworkSimulator>> MakePacketSimulator(
    const PacketSimulatorOptions& options);

// The factor that brings the narrowest link that carries any load down (or up) to `narrowest_bps`:
// TCP results are only sound at 100 Mbit/s and more. `plan` says which links carry load; 1 when
// none does.
double ChooseScale(const Topology& topology, const RoutingPlan& plan, const TrafficMatrix& demands,
                   double narrowest_bps = 100e6);
// The same for any plan: the narrowest usable link counts.
double ChooseScale(const Topology& topology, double narrowest_bps = 100e6);

}  // namespace rhumb

#endif  // RHUMB_SIMULATOR_PACKET_PACKET_SIMULATOR_H_
