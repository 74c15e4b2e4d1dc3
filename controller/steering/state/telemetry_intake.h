// Takes telemetry reports in: checks them, orders them, turns counters into rates, and counts
// everything that is not used.
#ifndef RHUMB_CONTROLLER_STEERING_STATE_TELEMETRY_INTAKE_H_
#define RHUMB_CONTROLLER_STEERING_STATE_TELEMETRY_INTAKE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "controller/steering/state/counter_rate.h"
#include "rhumb/v1/south.pb.h"
#include "topologies/path_set.h"
#include "topologies/topology.h"

namespace rhumb {

struct MeasuredLink {
  LinkId link = -1;
  double sent_bps = 0;
  double dropped_bps = 0;
};

struct MeasuredDemand {
  NodePair pair;
  double rate_bps = 0;
};

// What one report says of one interval.
struct MeasuredInterval {
  absl::Time end;
  absl::Duration length;
  std::vector<MeasuredLink> links;
  std::vector<MeasuredDemand> demands;
  bool demands_complete = false;
  bool restarted = false;  // of its source, whose clock may have gone back
};

// Owned by the control thread. Memory is bounded by the number of sources times what the topology
// has of links and demands.
class TelemetryIntake {
 public:
  explicit TelemetryIntake(int max_sources = 1000) : max_sources_(max_sources) {}

  // Nothing for a report that repeats an earlier one or comes after a later one. InvalidArgument,
  // naming the field, for a malformed one; ResourceExhausted for a new source when there are too
  // many. After an error nothing but its count has changed.
  absl::StatusOr<std::optional<MeasuredInterval>> Take(const rhumb::v1::TelemetryReport& report,
                                                       const Topology& topology);

  // All zero for an unknown source.
  rhumb::v1::TelemetryCounts CountsOf(const std::string& source) const;
  rhumb::v1::TelemetryCounts TotalCounts() const;

 private:
  struct Source {
    uint64_t last_sequence = 0;
    absl::Time last_end = absl::InfinitePast();
    absl::flat_hash_map<std::string, CounterReading> sent, dropped, flows;
    rhumb::v1::TelemetryCounts counts;
  };

  std::optional<double> Rate(const CounterReading& now, int bits, double max_bps,
                             const std::string& name, Source* source,
                             absl::flat_hash_map<std::string, CounterReading>* readings);
  void TakeLinks(const rhumb::v1::TelemetryReport& report, const Topology& topology, Source* source,
                 MeasuredInterval* interval);
  void TakeDemands(const rhumb::v1::TelemetryReport& report, const Topology& topology,
                   Source* source, MeasuredInterval* interval);

  const int max_sources_;
  absl::flat_hash_map<std::string, Source> sources_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_STATE_TELEMETRY_INTAKE_H_
