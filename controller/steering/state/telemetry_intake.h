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
#include "controller/clock/steady_time.h"
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
  std::string source;
  absl::Time end;  // as the source stamped it
  absl::Duration length;
  std::vector<MeasuredLink> links;
  std::vector<MeasuredDemand> demands;
  bool demands_complete = false;
  // The source started again, or its clock was set: its stamps do not go on from those before.
  bool new_clock = false;
};

// Reports are ordered by their sequence numbers alone. A stamp is what a source's clock said, which
// may be set at any time, to anything: where it disagrees with the length of the interval and with
// our own steady clock, those count, so that no stamp silences a source or stretches a rate.
//
// Owned by the control thread. Memory is bounded by the number of sources times what the topology
// has of links and demands.
class TelemetryIntake {
 public:
  explicit TelemetryIntake(int max_sources = 1000) : max_sources_(max_sources) {}

  // Nothing for a report that repeats an earlier one or comes after a later one. InvalidArgument,
  // naming the field, for a malformed one; ResourceExhausted for a new source when there are too
  // many, none of which has been silent for kForgetAfter. After an error nothing but its count has
  // changed.
  absl::StatusOr<std::optional<MeasuredInterval>> Take(const rhumb::v1::TelemetryReport& report,
                                                       const Topology& topology, SteadyTime now);

  // All zero for an unknown source.
  rhumb::v1::TelemetryCounts CountsOf(const std::string& source) const;
  rhumb::v1::TelemetryCounts TotalCounts() const;

  // A source that was not heard for so long makes room for another.
  static constexpr absl::Duration kForgetAfter = absl::Minutes(10);

 private:
  struct Source {
    uint64_t last_sequence = 0;
    absl::Time last_end;
    SteadyTime last_arrival;
    // How long the source has reported, by its intervals: where its counters were read.
    absl::Duration line;
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

  // False when nobody has been silent for long enough. O(sources).
  bool ForgetOneSource(SteadyTime now);

  const int max_sources_;
  absl::flat_hash_map<std::string, Source> sources_;
  rhumb::v1::TelemetryCounts forgotten_;  // of sources that made room
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_STATE_TELEMETRY_INTAKE_H_
