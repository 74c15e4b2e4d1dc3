// SPDX-License-Identifier: GPL-2.0-only
// A demand with its paths and counters, and the flows it starts.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_DEMAND_H_
#define RHUMB_SIMULATOR_NS3_WORKER_DEMAND_H_

#include <ns3/event-id.h>
#include <ns3/ptr.h>

#include <cstdint>
#include <vector>

#include "flow_socket.h"
#include "paths.h"
#include "random.h"

namespace rhumb_ns3 {

// Since they were last cleared. "Bytes" are those of applications for flows, bytes on the wire for
// packet streams.
struct DemandCounters {
  uint64_t offered_bytes = 0;
  uint64_t delivered_bytes = 0;
  uint64_t sent_packets = 0;  // data packets that entered the network
  uint64_t lost_packets = 0;
  uint64_t delivered_packets = 0;
  uint64_t delivered_wire_bytes = 0;
  double delay_ns_bytes = 0;  // one-way delay times bytes, summed over delivered packets
};

struct Demand {
  Demand(uint32_t source, uint32_t destination, uint64_t seed)
      : source(source),
        destination(destination),
        salt(Mix(seed, source)),
        arrivals(Mix(seed, (uint64_t{source} << 32 | destination) + 1)) {}

  const uint32_t source;
  const uint32_t destination;
  const uint64_t salt;  // of the ingress, for hashing flows onto paths

  // Where new flows go: usable paths and the running sum of their ratios, the last one being 1.
  std::vector<PathId> paths;
  std::vector<double> cumulative;
  // Of the plan as it was sent, usable or not.
  std::vector<PathId> plan_paths;
  std::vector<double> plan_ratios;
  std::vector<double> credit;  // [paths], for packet streams that are dealt out in turn

  // Arrivals: `work` in units of mean gaps is left until the next one, counted from
  // `work_since_ns`.
  double rate_bps = 0;
  double arrivals_per_s = 0;
  Random arrivals;
  double work = 0;
  bool started = false;
  int64_t work_since_ns = 0;
  ns3::EventId next_arrival;
  uint64_t num_arrivals = 0;

  DemandCounters counters;
  double unrouted_bits = 0;
  int64_t unrouted_since_ns = 0;
};

constexpr uint32_t kNoFlow = UINT32_MAX;

// A finite transfer.
struct Flow {
  Demand* demand = nullptr;
  uint64_t bytes = 0;
  double hash = 0;  // of the 5-tuple, in [0, 1)
  bool tcp = true;
  bool counted = false;  // arrived in the measured window of the interval being played
  bool running = true;
  bool complete = false;
  bool failed = false;
  PathId path = kNoPath;
  PathId return_path = kNoPath;
  int64_t start_ns = 0;
  int64_t end_ns = 0;
  double empty_s = 0;  // time it would take alone on the path of least delay
  uint64_t sent = 0;   // handed to the socket or, for UDP, to the network
  uint64_t received = 0;
  uint16_t port = 0;
  bool closed = false;  // the client has told so; its socket stays until its port is free again
  ns3::Ptr<FlowSocket> client;
  ns3::Ptr<FlowSocket> server;  // where packets are delivered to it directly
};

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_DEMAND_H_
