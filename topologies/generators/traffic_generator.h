// Made-up traffic for a topology, where no recorded traffic is at hand: one formula with many
// switches, and named presets of it. The same specification gives the same series on every
// platform.
//
// With w the gravity weights (spatial part), the rate of demand s>d in interval t is
//
//   rate(s, d, t) = T * w(s, d) * diurnal(s, d, t) * noise(s, d, t) * burst(s, d, t) * hotspot(d,
//   t)
//
// rounded to whole bits per second. README.md beside this file explains every factor.
#ifndef RHUMB_TOPOLOGIES_GENERATORS_TRAFFIC_GENERATOR_H_
#define RHUMB_TOPOLOGIES_GENERATORS_TRAFFIC_GENERATOR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "topologies/topology.h"
#include "topologies/traffic_series.h"

namespace rhumb {

struct TrafficGeneratorSpec {
  // What the masses of the gravity model are proportional to, before `sigma` spreads them.
  enum class Mass { kEqual, kCapacity };

  std::string model = "gravity";  // the preset it came from; only a name
  uint64_t seed = 1;
  int count = 288;  // matrices
  absl::Duration interval = absl::Minutes(5);
  std::optional<absl::Time> start;  // absent: no calendar time, day starts with the series

  // Expected sum of all demands, without bursts and hotspots. Absent: such that the links' mean
  // utilization (weighted by capacity) on fewest-hop paths is `utilization`.
  std::optional<double> total_bps;
  double utilization = 0.1;

  Mass mass = Mass::kEqual;
  double sigma = 1;       // masses times exp(sigma * N), drawn apart for sending and receiving
  double pair_sigma = 0;  // weights times exp(pair_sigma * N), drawn for each pair
  double sparsity = 0;    // share of pairs without traffic, in [0, 1)
  double elephants = 0;   // share of the pairs with traffic that are elephants, in [0, 1)
  double elephant_share = 0.8;  // share of all traffic that the elephants carry, in (0, 1)

  double noise = 0;    // standard deviation of the logarithm of the noise of a pair
  double rho = 0.9;    // its autocorrelation from one interval to the next, in [0, 1]
  double diurnal = 0;  // amplitude of the daily cycle, in [0, 1]
  absl::Duration period = absl::Hours(24);
  absl::Duration peak = absl::Hours(15);  // local time of day of the maximum
  bool local_time = true;  // shift the cycle by longitude where a node has coordinates

  double burst_rate = 0;    // probability that a pair starts a burst in an interval, in [0, 1]
  double burst_factor = 5;  // rate during a burst over the rate without it
  double burst_length = 3;  // mean length of a burst in intervals, at least 1
  double hotspot_rate = 0;  // the same for everything a node receives
  double hotspot_factor = 3;
  double hotspot_length = 12;
};

// OutOfRange, naming the field and what it may be, when a field has a value the formulas do not
// allow.
absl::Status CheckTrafficGenerator(const TrafficGeneratorSpec& spec);

// The series of `spec` on the nodes of `topology`, in their order. Pairs that have no path over
// usable links get no traffic. OutOfRange when the specification is not valid, FailedPrecondition
// when no pair can carry traffic, ResourceExhausted when the matrices would take more than 2 GiB.
// O(count * nodes^2 + nodes * links).
absl::StatusOr<TrafficSeries> GenerateTraffic(const Topology& topology,
                                              const TrafficGeneratorSpec& spec);

// Reads "MODEL" or "MODEL:KEY=VALUE,..." such as "gravity:seed=1,count=50,total=40G".
// InvalidArgument, with the known names or an example of a valid value, for an unknown model or
// key, a repeated key or a bad value.
absl::StatusOr<TrafficGeneratorSpec> ParseTrafficGenerator(absl::string_view text);

// True when `text` starts with the name of a model, alone or before a colon; then it is no file
// name.
bool LooksLikeTrafficGenerator(absl::string_view text);

// For help texts: names with one line of explanation each.
struct GeneratorTerm {
  std::string name;
  std::string explanation;
};
std::vector<GeneratorTerm> TrafficGeneratorModels();
std::vector<GeneratorTerm> TrafficGeneratorKeys();

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_GENERATORS_TRAFFIC_GENERATOR_H_
