#include <iostream>
#include <map>
#include <memory>
#include <vector>

#include "tests/benchmark/controller_load/load_network.h"
#include "tests/benchmark/controller_load/load_report.h"
#include "tests/benchmark/controller_load/load_scenarios.h"
#include "tests/benchmark/controller_load/load_stream.h"

namespace rhumb::benchmark {
namespace {

constexpr int kStreamsPerConnection = 25;
constexpr absl::Duration kPatience = absl::Seconds(10);

// When plans for a topology came to all adapters.
class Arrivals {
 public:
  explicit Arrivals(int adapters) : adapters_(adapters) {}

  void Add(int adapter, const Arrival& arrival) {
    absl::MutexLock lock(&mutex_);
    Of& of = by_topology_[arrival.topology_version];
    of.first.resize(adapters_, false);
    of.full.resize(adapters_, false);
    if (!of.first[adapter]) {
      of.first[adapter] = true;
      if (++of.first_count == adapters_) of.first_complete = arrival.at;
    }
    if (arrival.reason != rhumb::v1::PLAN_REASON_REROUTE && !of.full[adapter]) {
      of.full[adapter] = true;
      if (++of.full_count == adapters_) of.full_complete = arrival.at;
    }
    bytes_ = std::max(bytes_, arrival.bytes);
  }
  // The moments at which the last adapter had its first plan, and its full one.
  bool Await(uint64_t topology_version, absl::Time* first, absl::Time* full) {
    absl::MutexLock lock(&mutex_);
    auto complete = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      const auto it = by_topology_.find(topology_version);
      return it != by_topology_.end() && it->second.full_count == adapters_ &&
             it->second.first_count == adapters_;
    };
    if (!mutex_.AwaitWithTimeout(absl::Condition(&complete), kPatience)) return false;
    *first = by_topology_[topology_version].first_complete;
    *full = by_topology_[topology_version].full_complete;
    by_topology_.erase(by_topology_.begin(), by_topology_.find(topology_version));
    return true;
  }
  size_t bytes() {
    absl::MutexLock lock(&mutex_);
    return bytes_;
  }

 private:
  struct Of {
    std::vector<bool> first, full;
    int first_count = 0, full_count = 0;
    absl::Time first_complete, full_complete;
  };
  const int adapters_;
  absl::Mutex mutex_;
  std::map<uint64_t, Of> by_topology_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace

absl::Status MeasureFailover(const Connection& connection, const LoadOptions& options) {
  auto network = LoadNetwork::Make(connection, options.topology);
  if (!network.ok()) return network.status();
  Arrivals arrivals(options.adapters);
  std::vector<std::unique_ptr<LoadStream>> streams;
  std::unique_ptr<Connection> shared;
  for (int i = 0; i < options.adapters; ++i) {
    if (i % kStreamsPerConnection == 0) shared = std::make_unique<Connection>(connection.Another());
    streams.push_back(std::make_unique<LoadStream>(
        *shared, absl::StrFormat("load-%d", i), i == 0 ? kElectionId : 0, true,
        [&arrivals, i](const Arrival& arrival) { arrivals.Add(i, arrival); }));
  }
  for (const auto& stream : streams) {
    if (!stream->AwaitOpen(absl::Now() + kPatience)) {
      return connection.Explain(stream->ended());
    }
  }
  if (auto s = (*network)->Declare(); !s.ok()) return s;
  if (auto s = (*network)->ReportTraffic(); !s.ok()) return s;
  if (auto s = (*network)->AwaitDecision(1); !s.ok()) return s;

  std::vector<double> first_s, full_s, answer_s;
  int untouched = 0;
  const double cpu_before = options.cpu_seconds ? options.cpu_seconds() : 0;
  const absl::Time begin = absl::Now();
  for (int i = 0; i < options.failures; ++i) {
    const int cable = i % static_cast<int>((*network)->cables().size());
    const absl::Time sent = absl::Now();
    const absl::StatusOr<uint64_t> down = (*network)->SetCable(cable, false);
    if (!down.ok()) return down.status();
    answer_s.push_back(absl::ToDoubleSeconds(absl::Now() - sent));
    absl::Time first, full;
    if (!arrivals.Await(*down, &first, &full)) {
      return absl::DeadlineExceededError(
          absl::StrFormat("no plan for topology %d on every stream within %s", *down,
                          absl::FormatDuration(kPatience)));
    }
    // A cable that carries nothing is answered by the agent alone.
    if (first == full) {
      ++untouched;
    } else {
      first_s.push_back(absl::ToDoubleSeconds(first - sent));
    }
    full_s.push_back(absl::ToDoubleSeconds(full - sent));
    const absl::StatusOr<uint64_t> up = (*network)->SetCable(cable, true);
    if (!up.ok()) return up.status();
    // Traffic goes on being measured in between.
    if (auto s = (*network)->ReportTraffic(); !s.ok()) return s;
    if (auto s = (*network)->AwaitDecision(*up); !s.ok()) return s;
  }
  std::cout << absl::StrFormat("failover: %s, %d adapters, %d failures, largest update %d bytes\n",
                               options.topology, options.adapters, options.failures,
                               arrivals.bytes());
  std::cout << "  first safe plan on every stream  " << Milliseconds(first_s) << "\n"
            << "  agent's full plan on every stream " << Milliseconds(full_s) << "\n"
            << "  answer to UpdateTopology          " << Milliseconds(answer_s) << "\n";
  if (untouched > 0) {
    std::cout << absl::StrFormat("  in %d failures no safe plan of its own reached every stream\n",
                                 untouched);
  }
  if (options.cpu_seconds) {
    std::cout << absl::StrFormat("  server: %.2f s of processor time in %.1f s, %.1f MB\n",
                                 options.cpu_seconds() - cpu_before,
                                 absl::ToDoubleSeconds(absl::Now() - begin),
                                 options.resident_bytes() / 1e6);
  }
  return absl::OkStatus();
}

}  // namespace rhumb::benchmark
