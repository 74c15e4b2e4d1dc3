#include "controller/steering/state/telemetry_intake.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/steering/plan/request_error.h"
#include "controller/steering/state/value_limits.h"

namespace rhumb {
namespace {

constexpr size_t kMaxSourceBytes = 100;
// Counters are read a little apart from the interval's end, and links can be re-rated between
// reports.
constexpr double kPlausibleOverCapacity = 1.5;
constexpr absl::Duration kMaxInterval = absl::Hours(24);
constexpr double kNoLimit = std::numeric_limits<double>::infinity();

absl::Time EndOf(const rhumb::v1::TelemetryReport& report) {
  return absl::FromUnixSeconds(report.interval_end().seconds()) +
         absl::Nanoseconds(report.interval_end().nanos());
}

absl::Duration LengthOf(const rhumb::v1::TelemetryReport& report) {
  return absl::Seconds(report.interval().seconds()) + absl::Nanoseconds(report.interval().nanos());
}

struct Elapsed {
  absl::Duration time;
  bool clock_was_set = false;
};

// Between the ends of two intervals of one source, `reports` apart. `stamped` is what its clock
// says, `arrived` what ours does.
Elapsed TimeBetween(absl::Duration stamped, absl::Duration arrived, absl::Duration interval,
                    uint64_t reports) {
  // More reports than this were lost: what the clocks say is all there is.
  constexpr uint64_t kMany = 1'000'000;
  const absl::Duration counted = interval * static_cast<double>(std::min(reports, kMany));
  if (stamped > counted / 2 && stamped < counted * 1.5) return {stamped, false};
  if (stamped <= absl::ZeroDuration()) return {counted, true};
  // Either the source paused, and our clock agrees with its stamps, or its clock was set.
  const double arrived_s = std::max(absl::ToDoubleSeconds(arrived), 1e-6);
  const auto distance = [&](absl::Duration time) {
    return std::abs(std::log(absl::ToDoubleSeconds(time) / arrived_s));
  };
  if (distance(stamped) <= distance(counted)) return {stamped, false};
  return {counted, true};
}

bool GoodBits(uint32_t bits) { return bits == 0 || bits == 32 || bits == 64; }

absl::Status CheckBits(absl::string_view list, int index, uint32_t bits) {
  if (GoodBits(bits)) return absl::OkStatus();
  return FieldError(absl::StrFormat("%s[%d].counter_bits", list, index),
                    absl::StrFormat("%d; give 32 or 64", bits));
}

absl::Status Check(const rhumb::v1::TelemetryReport& report) {
  if (report.source().size() > kMaxSourceBytes) {
    return FieldError("source", absl::StrFormat("has %d bytes; at most %d", report.source().size(),
                                                kMaxSourceBytes));
  }
  if (report.sequence() == 0) return FieldError("sequence", "0; begin at 1");
  const int64_t seconds = report.interval_end().seconds();
  // 0001-01-01 to 9999-12-31, as google.protobuf.Timestamp says.
  if (!report.has_interval_end() || seconds < -62135596800 || seconds > 253402300799 ||
      report.interval_end().nanos() < 0 || report.interval_end().nanos() > 999999999) {
    return FieldError("interval_end", "missing or not a valid timestamp; give the interval's end");
  }
  if (LengthOf(report) <= absl::ZeroDuration() || LengthOf(report) > kMaxInterval) {
    return FieldError("interval", absl::StrFormat("%s; give a length above 0, at most 24h",
                                                  absl::FormatDuration(LengthOf(report))));
  }
  for (int i = 0; i < report.links_size(); ++i) {
    if (auto s = CheckBits("links", i, report.links(i).counter_bits()); !s.ok()) return s;
  }
  for (int i = 0; i < report.flows_size(); ++i) {
    if (auto s = CheckBits("flows", i, report.flows(i).counter_bits()); !s.ok()) return s;
  }
  for (int i = 0; i < report.demands_size(); ++i) {
    const absl::Status rate =
        CheckRate(absl::StrFormat("demands[%d].rate_bps", i), report.demands(i).rate_bps());
    if (!rate.ok()) return rate;
  }
  return absl::OkStatus();
}

void Add(const rhumb::v1::TelemetryCounts& c, rhumb::v1::TelemetryCounts* total) {
  total->set_accepted(total->accepted() + c.accepted());
  total->set_duplicates(total->duplicates() + c.duplicates());
  total->set_late(total->late() + c.late());
  total->set_gaps(total->gaps() + c.gaps());
  total->set_wraps(total->wraps() + c.wraps());
  total->set_resets(total->resets() + c.resets());
  total->set_unknown_names(total->unknown_names() + c.unknown_names());
  total->set_implausible(total->implausible() + c.implausible());
  total->set_refused(total->refused() + c.refused());
}

// Readings of links that the topology has not any more say nothing.
template <typename Readings>
void ForgetUnknown(const Topology& topology, Readings* readings) {
  if (static_cast<int>(readings->size()) <= topology.num_links()) return;
  absl::erase_if(*readings, [&](const auto& kept) { return !topology.FindLink(kept.first); });
}

std::optional<NodePair> FindPair(const Topology& topology, const std::string& source,
                                 const std::string& destination) {
  const auto s = topology.FindNode(source), d = topology.FindNode(destination);
  if (!s || !d || *s == *d) return std::nullopt;
  return NodePair{*s, *d};
}

}  // namespace

absl::StatusOr<std::optional<MeasuredInterval>> TelemetryIntake::Take(
    const rhumb::v1::TelemetryReport& report, const Topology& topology, SteadyTime now) {
  const absl::Status check = Check(report);
  const auto known = sources_.find(report.source());
  if (!check.ok()) {
    if (known != sources_.end()) {
      known->second.counts.set_refused(known->second.counts.refused() + 1);
    }
    return check;
  }
  if (known == sources_.end() && static_cast<int>(sources_.size()) >= max_sources_ &&
      !ForgetOneSource(now)) {
    return absl::ResourceExhaustedError(
        absl::StrFormat("%d telemetry sources are known already; use fewer", max_sources_));
  }
  Source& source = sources_[report.source()];
  rhumb::v1::TelemetryCounts& counts = source.counts;
  if (report.restarted() && report.sequence() <= source.last_sequence) {
    const rhumb::v1::TelemetryCounts kept = counts;
    source = Source();
    source.counts = kept;
  }
  if (report.sequence() == source.last_sequence) {
    counts.set_duplicates(counts.duplicates() + 1);
    return std::nullopt;
  }
  if (report.sequence() < source.last_sequence) {
    counts.set_late(counts.late() + 1);
    return std::nullopt;
  }
  const absl::Time end = EndOf(report);
  MeasuredInterval interval;
  interval.source = report.source();
  interval.end = end;
  interval.length = LengthOf(report);
  interval.new_clock = report.restarted();
  if (source.last_sequence != 0) {
    const uint64_t reports = report.sequence() - source.last_sequence;
    counts.set_gaps(counts.gaps() + reports - 1);
    const Elapsed elapsed =
        TimeBetween(end - source.last_end, now - source.last_arrival, interval.length, reports);
    source.line += elapsed.time;
    interval.new_clock |= elapsed.clock_was_set;
  }
  source.last_sequence = report.sequence();
  source.last_end = end;
  source.last_arrival = now;
  interval.demands_complete = report.demands_complete();
  TakeLinks(report, topology, &source, &interval);
  TakeDemands(report, topology, &source, &interval);
  counts.set_accepted(counts.accepted() + 1);
  return interval;
}

// A counter that is seen for the first time gives no rate yet.
std::optional<double> TelemetryIntake::Rate(
    const CounterReading& now, int bits, double max_bps, const std::string& name, Source* source,
    absl::flat_hash_map<std::string, CounterReading>* readings) {
  const auto [it, fresh] = readings->try_emplace(name, now);
  if (fresh || now.at <= it->second.at) return std::nullopt;
  const CounterRate rate = RateBetween(it->second, now, bits, max_bps);
  it->second = now;
  rhumb::v1::TelemetryCounts& counts = source->counts;
  switch (rate.kind) {
    case CounterRate::Kind::kWrapped:
      counts.set_wraps(counts.wraps() + 1);
      break;
    case CounterRate::Kind::kReset:
      counts.set_resets(counts.resets() + 1);
      return std::nullopt;
    case CounterRate::Kind::kImplausible:
      counts.set_implausible(counts.implausible() + 1);
      return std::nullopt;
    case CounterRate::Kind::kRate:
      break;
  }
  return rate.bps;
}

void TelemetryIntake::TakeLinks(const rhumb::v1::TelemetryReport& report, const Topology& topology,
                                Source* source, MeasuredInterval* interval) {
  for (const auto& counter : report.links()) {
    const auto link = topology.FindLink(counter.link());
    if (!link) {
      source->counts.set_unknown_names(source->counts.unknown_names() + 1);
      continue;
    }
    const int bits = counter.counter_bits() == 32 ? 32 : 64;
    const auto sent = Rate({counter.sent_bytes(), source->line}, bits,
                           kPlausibleOverCapacity * topology.link(*link).capacity_bps,
                           counter.link(), source, &source->sent);
    const auto dropped = Rate({counter.dropped_bytes(), source->line}, bits, kNoLimit,
                              counter.link(), source, &source->dropped);
    if (sent) interval->links.push_back({*link, *sent, dropped.value_or(0)});
  }
  ForgetUnknown(topology, &source->sent);
  ForgetUnknown(topology, &source->dropped);
}

void TelemetryIntake::TakeDemands(const rhumb::v1::TelemetryReport& report,
                                  const Topology& topology, Source* source,
                                  MeasuredInterval* interval) {
  double all_capacity_bps = 0;
  for (const Link& link : topology.links()) all_capacity_bps += link.capacity_bps;
  for (const auto& demand : report.demands()) {
    const auto pair = FindPair(topology, demand.source(), demand.destination());
    if (!pair) {
      source->counts.set_unknown_names(source->counts.unknown_names() + 1);
      continue;
    }
    interval->demands.push_back({*pair, demand.rate_bps()});
  }
  for (const auto& flow : report.flows()) {
    const auto pair = FindPair(topology, flow.source(), flow.destination());
    if (!pair) {
      source->counts.set_unknown_names(source->counts.unknown_names() + 1);
      continue;
    }
    const auto rate =
        Rate({flow.bytes(), source->line}, flow.counter_bits() == 32 ? 32 : 64, all_capacity_bps,
             absl::StrCat(flow.source(), ">", flow.destination()), source, &source->flows);
    if (rate) interval->demands.push_back({*pair, *rate});
  }
  // More than there are pairs: most are of nodes that are gone. All begin anew.
  if (source->flows.size() > static_cast<size_t>(topology.num_nodes()) * topology.num_nodes()) {
    source->flows.clear();
  }
}

rhumb::v1::TelemetryCounts TelemetryIntake::CountsOf(const std::string& source) const {
  const auto it = sources_.find(source);
  return it == sources_.end() ? rhumb::v1::TelemetryCounts() : it->second.counts;
}

bool TelemetryIntake::ForgetOneSource(SteadyTime now) {
  const auto oldest = std::min_element(
      sources_.begin(), sources_.end(),
      [](const auto& a, const auto& b) { return a.second.last_arrival < b.second.last_arrival; });
  if (oldest == sources_.end() || now - oldest->second.last_arrival < kForgetAfter) return false;
  Add(oldest->second.counts, &forgotten_);
  sources_.erase(oldest);
  return true;
}

rhumb::v1::TelemetryCounts TelemetryIntake::TotalCounts() const {
  rhumb::v1::TelemetryCounts total = forgotten_;
  for (const auto& [name, source] : sources_) Add(source.counts, &total);
  return total;
}

}  // namespace rhumb
