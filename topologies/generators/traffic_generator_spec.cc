// How a generator is written as text, and which values its fields may have.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "topologies/formats/units.h"
#include "topologies/generators/traffic_generator.h"

namespace rhumb {
namespace {

struct Model {
  const char* name;
  const char* explanation;
  // Fields that differ from the defaults of TrafficGeneratorSpec.
  std::vector<std::pair<double TrafficGeneratorSpec::*, double>> fields;
};

const std::vector<Model>& Models() {
  using Spec = TrafficGeneratorSpec;
  static const auto* const kModels = new std::vector<Model>{
      {"gravity", "log-normal masses, autocorrelated noise (noise=0.2)", {{&Spec::noise, 0.2}}},
      {"diurnal",
       "gravity with a daily cycle (diurnal=0.5)",
       {{&Spec::noise, 0.2}, {&Spec::diurnal, 0.5}}},
      {"elephants",
       "gravity where 5 % of the pairs carry 80 % (elephants=0.05)",
       {{&Spec::noise, 0.2}, {&Spec::elephants, 0.05}}},
      {"bursts",
       "gravity where pairs burst to five times their rate (burst-rate=0.01)",
       {{&Spec::noise, 0.2}, {&Spec::burst_rate, 0.01}}},
      {"hotspots",
       "gravity where nodes attract three times their traffic (hotspot-rate=0.005)",
       {{&Spec::noise, 0.2}, {&Spec::hotspot_rate, 0.005}}},
      {"uniform", "the same constant rate between all pairs (sigma=0)", {{&Spec::sigma, 0}}},
  };
  return *kModels;
}

absl::Status BadValue(absl::string_view value, absl::string_view expected) {
  return absl::InvalidArgumentError(absl::StrFormat("is \"%s\"; give %s", value, expected));
}

using Setter = std::function<absl::Status(TrafficGeneratorSpec&, absl::string_view)>;

struct Key {
  const char* name;
  const char* explanation;
  Setter set;
};

Setter Number(double TrafficGeneratorSpec::*field) {
  return [field](TrafficGeneratorSpec& spec, absl::string_view value) {
    const absl::StatusOr<double> number = ParseNumber(value);
    if (!number.ok()) return BadValue(value, "a number such as 0.5");
    spec.*field = *number;
    return absl::OkStatus();
  };
}

Setter Time(absl::Duration TrafficGeneratorSpec::*field) {
  return [field](TrafficGeneratorSpec& spec, absl::string_view value) {
    const absl::StatusOr<absl::Duration> time = ParseDuration(value);
    if (!time.ok()) return BadValue(value, "a time with its unit such as 5m");
    spec.*field = *time;
    return absl::OkStatus();
  };
}

absl::Status SetSeed(TrafficGeneratorSpec& spec, absl::string_view value) {
  if (!absl::SimpleAtoi(value, &spec.seed)) return BadValue(value, "a whole number from 0");
  return absl::OkStatus();
}

absl::Status SetCount(TrafficGeneratorSpec& spec, absl::string_view value) {
  if (!absl::SimpleAtoi(value, &spec.count)) return BadValue(value, "a whole number from 1");
  return absl::OkStatus();
}

absl::Status SetStart(TrafficGeneratorSpec& spec, absl::string_view value) {
  absl::Time start;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, value, &start, &error) &&
      !absl::ParseTime("%Y-%m-%d", value, absl::UTCTimeZone(), &start, &error)) {
    return BadValue(value, "a date such as 2025-06-01 or a time such as 2025-06-01T06:00:00Z");
  }
  spec.start = start;
  return absl::OkStatus();
}

absl::Status SetTotal(TrafficGeneratorSpec& spec, absl::string_view value) {
  const absl::StatusOr<double> rate = ParseRate(value);
  if (!rate.ok()) return BadValue(value, "a rate such as 40G");
  spec.total_bps = *rate;
  return absl::OkStatus();
}

absl::Status SetMass(TrafficGeneratorSpec& spec, absl::string_view value) {
  if (value == "lognormal") {
    spec.mass = TrafficGeneratorSpec::Mass::kEqual;
  } else if (value == "capacity") {
    spec.mass = TrafficGeneratorSpec::Mass::kCapacity;
    spec.sigma = 0;
  } else if (value == "uniform") {
    spec.mass = TrafficGeneratorSpec::Mass::kEqual;
    spec.sigma = 0;
  } else {
    return BadValue(value, "lognormal, capacity or uniform");
  }
  return absl::OkStatus();
}

absl::Status SetPhase(TrafficGeneratorSpec& spec, absl::string_view value) {
  if (value != "local" && value != "common") return BadValue(value, "local or common");
  spec.local_time = value == "local";
  return absl::OkStatus();
}

const std::vector<Key>& Keys() {
  using Spec = TrafficGeneratorSpec;
  static const auto* const kKeys = new std::vector<Key>{
      {"seed", "whole number; another seed gives other traffic (1)", SetSeed},
      {"count", "number of matrices (288)", SetCount},
      {"interval", "time each matrix covers (5m)", Time(&Spec::interval)},
      {"start", "date or time of the first matrix (none)", SetStart},
      {"total", "expected sum of all demands, such as 40G (from utilization)", SetTotal},
      {"utilization", "mean link utilization on fewest-hop paths, without total (0.1)",
       Number(&Spec::utilization)},
      {"mass",
       "lognormal; or capacity: proportional to a node's link capacities, or uniform: all equal, "
       "both without spread unless sigma is given (lognormal)",
       SetMass},
      {"sigma", "spread of the masses, standard deviation of their logarithm (1)",
       Number(&Spec::sigma)},
      {"pair-sigma", "the same for each pair on top (0)", Number(&Spec::pair_sigma)},
      {"sparsity", "share of pairs without traffic (0)", Number(&Spec::sparsity)},
      {"elephants", "share of pairs that are elephants (0)", Number(&Spec::elephants)},
      {"elephant-share", "share of all traffic that elephants carry (0.8)",
       Number(&Spec::elephant_share)},
      {"noise", "standard deviation of the logarithm of each pair's noise (0.2)",
       Number(&Spec::noise)},
      {"rho", "autocorrelation of the noise from one interval to the next (0.9)",
       Number(&Spec::rho)},
      {"diurnal", "amplitude of the daily cycle, 0 to 1 (0)", Number(&Spec::diurnal)},
      {"period", "length of the cycle (24h)", Time(&Spec::period)},
      {"peak", "time of day of the maximum (15h)", Time(&Spec::peak)},
      {"phase", "local: by each node's longitude, or common (local)", SetPhase},
      {"burst-rate", "probability that a pair starts a burst in an interval (0)",
       Number(&Spec::burst_rate)},
      {"burst-factor", "rate in a burst over the rate without (5)", Number(&Spec::burst_factor)},
      {"burst-length", "mean intervals a burst lasts (3)", Number(&Spec::burst_length)},
      {"hotspot-rate", "probability that a node becomes a hotspot in an interval (0)",
       Number(&Spec::hotspot_rate)},
      {"hotspot-factor", "factor on all a hotspot receives (3)", Number(&Spec::hotspot_factor)},
      {"hotspot-length", "mean intervals a hotspot lasts (12)", Number(&Spec::hotspot_length)},
  };
  return *kKeys;
}

template <typename Entry>
const Entry* Find(const std::vector<Entry>& entries, absl::string_view name) {
  for (const Entry& entry : entries) {
    if (name == entry.name) return &entry;
  }
  return nullptr;
}

template <typename Entry>
std::string Names(const std::vector<Entry>& entries) {
  return absl::StrJoin(entries, ", ", [](std::string* out, const Entry& entry) {
    absl::StrAppend(out, entry.name);
  });
}

template <typename Entry>
std::vector<GeneratorTerm> Terms(const std::vector<Entry>& entries) {
  std::vector<GeneratorTerm> terms;
  for (const Entry& entry : entries) terms.push_back({entry.name, entry.explanation});
  return terms;
}

// Sets one "KEY=VALUE".
absl::Status Set(TrafficGeneratorSpec& spec, absl::string_view setting,
                 absl::flat_hash_set<std::string>* seen) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(setting, absl::MaxSplits('=', 1));
  const absl::string_view name = absl::StripAsciiWhitespace(parts.first);
  const absl::string_view value = absl::StripAsciiWhitespace(parts.second);
  const Key* key = Find(Keys(), name);
  if (key == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrFormat("has no setting \"%s\"; known are %s", name, Names(Keys())));
  }
  if (!seen->insert(std::string(name)).second) {
    return absl::InvalidArgumentError(absl::StrFormat("gives %s twice; keep one", name));
  }
  absl::Status status = key->set(spec, value);
  if (status.ok()) return status;
  return absl::InvalidArgumentError(absl::StrFormat("%s %s", name, status.message()));
}

}  // namespace

absl::Status CheckTrafficGenerator(const TrafficGeneratorSpec& spec) {
  struct Range {
    const char* name;
    double value, low, high;
    bool high_allowed;
  };
  const std::array<Range, 18> ranges = {{
      {"count", static_cast<double>(spec.count), 1, 1e6, true},
      {"interval in seconds", absl::ToDoubleSeconds(spec.interval), 1e-3, 1e9, true},
      {"total in bit/s", spec.total_bps.value_or(1), 1, 1e18, true},
      {"utilization", spec.utilization, 1e-6, 1e3, true},
      {"sigma", spec.sigma, 0, 5, true},
      {"pair-sigma", spec.pair_sigma, 0, 5, true},
      {"sparsity", spec.sparsity, 0, 1, false},
      {"elephants", spec.elephants, 0, 1, false},
      {"elephant-share", spec.elephant_share, 1e-6, 1 - 1e-6, true},
      {"noise", spec.noise, 0, 5, true},
      {"rho", spec.rho, 0, 1, true},
      {"diurnal", spec.diurnal, 0, 1, true},
      {"period in seconds", absl::ToDoubleSeconds(spec.period), 1, 1e9, true},
      {"burst-rate", spec.burst_rate, 0, 1, true},
      {"burst-length", spec.burst_length, 1, 1e6, true},
      {"hotspot-rate", spec.hotspot_rate, 0, 1, true},
      {"hotspot-length", spec.hotspot_length, 1, 1e6, true},
      {"burst-factor", spec.burst_factor, 0, 1e6, true},
  }};
  for (const Range& range : ranges) {
    const bool fits = range.value >= range.low &&
                      (range.high_allowed ? range.value <= range.high : range.value < range.high);
    if (fits) continue;
    return absl::OutOfRangeError(absl::StrFormat("%s is %g; give a value from %g to %s%g",
                                                 range.name, range.value, range.low,
                                                 range.high_allowed ? "" : "below ", range.high));
  }
  if (!(spec.hotspot_factor >= 0 && spec.hotspot_factor <= 1e6)) {
    return absl::OutOfRangeError(
        absl::StrFormat("hotspot-factor is %g; give a value from 0 to 1e+06", spec.hotspot_factor));
  }
  return absl::OkStatus();
}

absl::StatusOr<TrafficGeneratorSpec> ParseTrafficGenerator(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits(':', 1));
  const Model* model = Find(Models(), parts.first);
  if (model == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrFormat("traffic generator \"%s\": no model \"%s\"; known are %s", text,
                        parts.first, Names(Models())));
  }
  TrafficGeneratorSpec spec;
  spec.model = model->name;
  for (const auto& [field, value] : model->fields) spec.*field = value;
  absl::flat_hash_set<std::string> seen;
  absl::Status status;
  std::vector<absl::string_view> settings =
      absl::StrSplit(parts.second, ',', absl::SkipWhitespace());
  // The mass says what sigma is when sigma is not given, whatever their order.
  std::stable_partition(settings.begin(), settings.end(), [](absl::string_view setting) {
    return absl::StartsWith(absl::StripLeadingAsciiWhitespace(setting), "mass");
  });
  for (const absl::string_view setting : settings) {
    if (status.ok()) status = Set(spec, setting, &seen);
  }
  if (status.ok()) status = CheckTrafficGenerator(spec);
  if (status.ok()) return spec;
  return absl::InvalidArgumentError(
      absl::StrFormat("traffic generator \"%s\": %s", text, status.message()));
}

bool LooksLikeTrafficGenerator(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, absl::MaxSplits(':', 1));
  return Find(Models(), parts[0]) != nullptr;
}

std::vector<GeneratorTerm> TrafficGeneratorModels() { return Terms(Models()); }
std::vector<GeneratorTerm> TrafficGeneratorKeys() { return Terms(Keys()); }

}  // namespace rhumb
