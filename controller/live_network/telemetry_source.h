// Turns what a simulator measured into the reports of a network's telemetry.
#ifndef RHUMB_CONTROLLER_LIVE_NETWORK_TELEMETRY_SOURCE_H_
#define RHUMB_CONTROLLER_LIVE_NETWORK_TELEMETRY_SOURCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rhumb/v1/south.pb.h"
#include "simulator/measurements.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

// What the network can measure.
enum class TelemetryKind {
  kAll,           // link counters and the rates of all demands
  kDemands,       // the rates of all demands
  kLinkCounters,  // bytes sent and dropped of every link, so that demands must be estimated
  kFlowCounters   // bytes of every demand
};
// "all", "demands", "link-counters", "flow-counters". InvalidArgument, listing them, otherwise.
absl::StatusOr<TelemetryKind> ParseTelemetryKind(const std::string& text);

// Holds the cumulative counters of one source, as the line cards of a real network do.
class TelemetrySource {
 public:
  TelemetrySource(std::string name, TelemetryKind kind, const Topology& topology);

  // The counters as they are before any traffic, so that the first interval has a rate; `begin` is
  // the start of the first interval. The reports begin anew with it.
  rhumb::v1::TelemetryReport Begin(absl::Time begin, absl::Duration interval);
  // An interval is over. `demands` are its mean rates; `measured` has links and a window of any
  // length, which stands for the whole interval.
  rhumb::v1::TelemetryReport Report(const Measurements& measured, const TrafficMatrix& demands,
                                    absl::Time end, absl::Duration interval);

 private:
  rhumb::v1::TelemetryReport Header(absl::Time end, absl::Duration interval);
  void WriteCounters(rhumb::v1::TelemetryReport* report) const;

  const std::string name_;
  const TelemetryKind kind_;
  const Topology topology_;  // for names
  uint64_t sequence_ = 0;
  absl::Time last_end_ = absl::InfinitePast();
  std::vector<uint64_t> sent_bytes_, dropped_bytes_;  // [links]
  std::vector<uint64_t> flow_bytes_;                  // [nodes * nodes] row-major
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_LIVE_NETWORK_TELEMETRY_SOURCE_H_
