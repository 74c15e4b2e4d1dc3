#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "tests/benchmark/controller_load/load_network.h"
#include "tests/benchmark/controller_load/load_report.h"
#include "tests/benchmark/controller_load/load_scenarios.h"
#include "tests/benchmark/controller_load/load_stream.h"

namespace rhumb::benchmark {
namespace {

constexpr int kStreamsPerConnection = 50;
constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr absl::Duration kReport = absl::Seconds(10);

struct Counts {
  absl::Mutex mutex;
  std::vector<double> latency_s ABSL_GUARDED_BY(mutex);
  // Streams that got a plan, and those that an update led past it.
  std::map<uint64_t, int> got ABSL_GUARDED_BY(mutex);
  int merged ABSL_GUARDED_BY(mutex) = 0;
  std::vector<uint64_t> latest ABSL_GUARDED_BY(mutex);  // [streams]
  int64_t backwards ABSL_GUARDED_BY(mutex) = 0;

  void Add(int stream, const Arrival& arrival) {
    absl::MutexLock lock(&mutex);
    uint64_t& last = latest[stream];
    if (arrival.plan_version <= last) ++backwards;
    // The first plan of a stream is as old as it is.
    if (last != 0) latency_s.push_back(absl::ToDoubleSeconds(arrival.at - arrival.decided_at));
    if (last != 0 && arrival.base_plan_version != 0 && arrival.base_plan_version == last &&
        arrival.plan_version > last + 1) {
      merged += static_cast<int>(arrival.plan_version - last - 1);
    }
    ++got[arrival.plan_version];
    last = arrival.plan_version;
  }
  // Waits until every reader holds this plan or a later one; how many do not when time is up.
  int AwaitVersion(uint64_t plan_version, absl::Duration patience) {
    absl::MutexLock lock(&mutex);
    int behind = 0;
    auto all_there = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
      behind = 0;
      for (const uint64_t version : latest) behind += version < plan_version ? 1 : 0;
      return behind == 0;
    };
    mutex.AwaitWithTimeout(absl::Condition(&all_there), patience);
    return behind;
  }
};

}  // namespace

absl::Status MeasureFanOut(const Connection& connection, const LoadOptions& options) {
  auto network = LoadNetwork::Make(connection, options.topology);
  if (!network.ok()) return network.status();
  const int readers = options.adapters - options.slow;
  Counts counts;
  counts.latest.resize(readers);
  std::vector<std::unique_ptr<LoadStream>> streams;
  std::shared_ptr<PlainConnection> shared;
  const double resident_before = options.resident_bytes ? options.resident_bytes() : 0;
  for (int i = 0; i < options.adapters; ++i) {
    // Readers never share a connection with those that do not read: they share its window.
    if (i == readers || (i < readers ? i : i - readers) % kStreamsPerConnection == 0) {
      auto dialled = PlainConnection::Dial(connection.server(), options.token);
      if (!dialled.ok()) return dialled.status();
      shared = *std::move(dialled);
    }
    streams.push_back(std::make_unique<LoadStream>(
        shared, absl::StrFormat("load-%d", i), i == 0 ? kElectionId : 0, i < readers,
        [&counts, i](const Arrival& arrival) { counts.Add(i, arrival); }));
  }
  for (const auto& stream : streams) {
    if (!stream->AwaitOpen(absl::Now() + kPatience)) return connection.Explain(stream->ended());
  }
  if (auto s = (*network)->Declare(); !s.ok()) return s;
  if (auto s = (*network)->ReportTraffic(); !s.ok()) return s;
  if (auto s = (*network)->AwaitDecision(1); !s.ok()) return s;
  // The first change meets a network at rest: what it overtakes would not be sent.
  const auto at_rest = (*network)->GetStatus();
  if (!at_rest.ok()) return at_rest.status();
  const uint64_t first = at_rest->plan().plan_version();
  if (counts.AwaitVersion(first, kPatience) > 0) {
    return absl::DeadlineExceededError("the first plans did not reach every reader");
  }
  std::cout << absl::StrFormat(
                   "fan-out: %s, %d streams, %d of them never read, %g changes a "
                   "second for %s\n",
                   options.topology, options.adapters, options.slow, options.plans_per_second,
                   absl::FormatDuration(options.time))
            << std::flush;

  const absl::Time begin = absl::Now();
  absl::Time next_report = begin + kReport;
  const double cpu_before = options.cpu_seconds ? options.cpu_seconds() : 0;
  int changes = 0;
  uint64_t topology_version = 0;
  while (absl::Now() < begin + options.time) {
    const int cable = (changes / 2) % static_cast<int>((*network)->cables().size());
    const absl::StatusOr<uint64_t> changed = (*network)->SetCable(cable, changes % 2 == 1);
    if (!changed.ok()) return changed.status();
    topology_version = *changed;
    ++changes;
    if (changes % 8 == 0) {
      if (auto s = (*network)->ReportTraffic(); !s.ok()) return s;
    }
    if (absl::Now() >= next_report && options.resident_bytes) {
      std::cout << absl::StrFormat("  %5.0f s  server %7.1f MB, %4.1f %% of a processor\n",
                                   absl::ToDoubleSeconds(absl::Now() - begin),
                                   options.resident_bytes() / 1e6,
                                   100 * (options.cpu_seconds() - cpu_before) /
                                       absl::ToDoubleSeconds(absl::Now() - begin))
                << std::flush;
      next_report += kReport;
    }
    absl::SleepFor(begin + changes * absl::Seconds(1) / options.plans_per_second - absl::Now());
  }
  if (auto s = (*network)->AwaitDecision(topology_version); !s.ok()) return s;
  const auto status = (*network)->GetStatus();
  if (!status.ok()) return status.status();
  const uint64_t last = status->plan().plan_version();
  const int behind = counts.AwaitVersion(last, kPatience);
  int ended = 0;
  for (const auto& stream : streams) ended += stream->ended().ok() ? 0 : 1;
  absl::MutexLock lock(&counts.mutex);
  counts.got.erase(counts.got.begin(), counts.got.upper_bound(first));
  int64_t missed = 0;
  for (const auto& [version, streams_that_got] : counts.got) missed += readers - streams_that_got;
  std::cout << absl::StrFormat("  %d changes, %d plans\n", changes, counts.got.size());
  std::cout << "  decision to arrival, readers      " << Milliseconds(counts.latency_s) << "\n"
            << absl::StrFormat(
                   "  readers without the last plan %d, updates out of order %d, streams that "
                   "ended %d\n  plans that a reader got merged into the next %d of %d\n",
                   behind, counts.backwards, ended, missed,
                   static_cast<int64_t>(counts.got.size()) * readers);
  if (options.resident_bytes) {
    std::cout << absl::StrFormat("  server memory %.1f MB before, %.1f MB after\n",
                                 resident_before / 1e6, options.resident_bytes() / 1e6);
  }
  return absl::OkStatus();
}

}  // namespace rhumb::benchmark
